"""The panel with the history of edits: look, filter by track, go to a place, go back in time."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.history.history_model import LINE_ROLE, Column, HistoryLine, HistoryModel
from trackmend_app.wording.shown_keys import with_keys

_ROW_HEIGHT_PX = 38
_STATES_READ = 50
"""So many rows on either side of those in view tell how wide the last column must be."""
"""Two lines: what was done is seldom said in one."""


class HistoryPanel(QWidget):
    """Shows what it is handed; knows no project.

    Signals:
        line_activated(HistoryLine): double-clicked, or Enter.
        return_asked(HistoryLine of a named moment).
        only_selected_changed(on): only edits of the selected tracks are wanted.
    """

    line_activated = Signal(object)
    return_asked = Signal(object)
    only_selected_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = HistoryModel(self)
        self.view = QTableView(self)
        self.only_selected = QToolButton(self)
        self.return_button = QPushButton(self)
        self._count = QLabel(self)
        self._empty = QLabel(self)
        self._build()
        self.only_selected.toggled.connect(self.only_selected_changed)
        self.view.activated.connect(self._on_activated)
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.return_button.clicked.connect(self._on_return_clicked)

    def set_lines(self, lines: Sequence[HistoryLine]) -> None:
        """Show these rows, the newest on top."""
        if lines == self.model.lines:
            return
        self.model.set_lines(lines)
        self._hide_columns_that_say_nothing(lines)
        self._count.setText(str(sum(line.checkpoint is None for line in lines)))
        self._empty.setVisible(not lines)
        self.view.setVisible(bool(lines))
        self.return_button.setEnabled(False)

    def _hide_columns_that_say_nothing(self, lines: Sequence[HistoryLine]) -> None:
        """Give their room to what was done: who, if it was always the same; state, if all count."""
        authors = {line.author for line in lines if line.author is not None}
        self.view.setColumnHidden(Column.WHO, len(authors) < 2)
        self.view.setColumnHidden(Column.STATE, all(line.counts for line in lines))

    @property
    def chosen(self) -> HistoryLine | None:
        """The row that is selected."""
        rows = self.view.selectionModel().selectedRows()
        return rows[0].data(LINE_ROLE) if rows else None

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self.line_activated.emit(index.data(LINE_ROLE))

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, _on: QItemSelection, _off: QItemSelection) -> None:
        chosen = self.chosen
        self.return_button.setEnabled(chosen is not None and chosen.checkpoint is not None)

    @Slot()
    def _on_return_clicked(self) -> None:
        if self.chosen is not None:
            self.return_asked.emit(self.chosen)

    def _build(self) -> None:
        self.setAccessibleName(self.tr("History"))
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = QLabel(self.tr("HISTORY"), self)
        title.setProperty("kind", "heading")
        self._count.setProperty("kind", "figure")
        self._count.setAccessibleName(self.tr("Number of edits and answers"))
        self.only_selected.setText(self.tr("Selected tracks"))
        self.only_selected.setCheckable(True)
        self.only_selected.setToolTip(self.tr("Show only the edits of the selected tracks"))
        self.return_button.setText(self.tr("Go back to this moment"))
        self.return_button.setToolTip(
            with_keys(
                self.tr("Bring the tracks back to the chosen named moment; ‹undo› takes that back")
            )
        )
        self.return_button.setEnabled(False)
        self._empty.setText(
            self.tr("No edit yet. Every edit and answer is listed here, undone ones too.")
        )
        self._empty.setProperty("kind", "small")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addWidget(self._count)
        head.addStretch()
        head.addWidget(self.only_selected)
        self._build_view()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._empty, 1)
        column.addWidget(self.view, 1)
        column.addWidget(self.return_button)
        self.view.hide()

    def _build_view(self) -> None:
        view = self.view
        view.setModel(self.model)
        view.setAccessibleName(self.tr("List of edits"))
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setShowGrid(False)
        view.setWordWrap(True)
        view.setTabKeyNavigation(False)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT_PX)
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = view.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(Column.WHAT, QHeaderView.ResizeMode.Stretch)
        for column, width in ((Column.WHEN, 76), (Column.WHO, 60)):
            header.resizeSection(column, width)
        header.setResizeContentsPrecision(_STATES_READ)
        header.setSectionResizeMode(Column.STATE, QHeaderView.ResizeMode.ResizeToContents)
