"""The panel with all tracks of a run: how many, find, sort, select one or several."""

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.theme import ui_font
from trackmend_app.tracks.identity_delegate import IdentityDelegate
from trackmend_app.tracks.suspicion_delegate import SuspicionDelegate
from trackmend_app.tracks.track_filter import TrackFilter
from trackmend_app.tracks.track_model import HERE_ROLE, TRACK_ROLE, Column, TrackModel
from trackmend_core.project import TrackSummary
from trackmend_core.types import TrackId

_ROW_HEIGHT_PX = 27
_WIDTHS_PX = {Column.BOXES: 54, Column.FRAMES: 78, Column.SCORE: 52, Column.SUSPICION: 76}
_NUMBER_PX = 56
_TITLE_MARGINS_PX = 20
_LABEL_PX = 90
"""So much of a label is worth more than the columns that give way."""
_GIVE_WAY = (Column.SCORE, Column.BOXES)


class TrackTable(QWidget):
    """Shows tracks; knows no project.

    Signals:
        track_selected(track_ids): a person selected these tracks (a list, maybe empty).
        track_activated(track_id): a track was double-clicked or Enter was pressed on it.
        track_found(track_id): Enter was pressed in the filter: this is the one that was meant.
        filter_changed(): other tracks are wanted.
        label_typed(track_ids, label): these shall be called so: the selected ones if the track
            whose label was typed is among them.
    """

    track_selected = Signal(list)
    track_activated = Signal(int)
    track_found = Signal(int)
    filter_changed = Signal()
    label_typed = Signal(list, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selected: frozenset[TrackId] = frozenset()
        self._is_told = False
        self._model = TrackModel(self)
        self._filter = TrackFilter(self._model, self)
        self.count_label = QLabel("0", self)
        self.filter_box = QLineEdit(self)
        self.here_button = QToolButton(self)
        self.view = QTableView(self)
        self._build()
        self.filter_box.textChanged.connect(self._on_filter_typed)
        self.filter_box.returnPressed.connect(self._on_filter_confirmed)
        self.here_button.toggled.connect(self._on_here_toggled)
        self._model.label_typed.connect(self._on_label_typed)
        self.view.doubleClicked.connect(self._on_row_activated)
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)

    # What is shown

    def set_tracks(self, tracks: Sequence[TrackSummary]) -> None:
        """Show these tracks; the selection stays, and the list stays where it was scrolled."""
        scrolled = self.view.verticalScrollBar().value()
        self._is_told = True
        self._model.set_tracks(tracks)
        self._is_told = False
        self._make_room()
        self._select_rows()
        self.view.verticalScrollBar().setValue(scrolled)
        self._count()

    def set_selection(self, track_ids: Iterable[TrackId]) -> None:
        """Select tracks without telling anybody, and bring the first into view."""
        chosen = frozenset(track_ids)
        if chosen == self._selected:
            return
        self._selected = chosen
        self._select_rows()
        rows = [self._row_shown(track_id) for track_id in chosen]
        shown = sorted(row for row in rows if row is not None)
        if shown:
            index = self._filter.index(shown[0], 0)
            self.view.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)

    def set_current_frame(self, frame_index: int) -> None:
        """Mark the tracks that are in this frame; only rows whose mark changes are painted."""
        before = self._marks_in_view()
        self._model.set_current_frame(frame_index)
        for row, is_here in self._marks_in_view().items():
            if before.get(row) != is_here:
                self.view.update(self._filter.index(row, Column.NUMBER))
        if self._filter.only_here:
            self._on_here_toggled(True)

    def set_suspicion(self, of_track: Mapping[TrackId, float]) -> None:
        """Show how suspicious tracks are, 0..1; those not named are not."""
        self._is_told = True
        self._model.set_suspicion(of_track)
        if self.asks_for_suspicious:
            self._filter.invalidate()
        self._is_told = False
        self._select_rows()
        self._count()

    @property
    def asks_for_suspicious(self) -> bool:
        """Whether the filter wants suspicious tracks."""
        return self._filter.asks_for_suspicious

    def _marks_in_view(self) -> dict[int, bool]:
        """Return for every row in view whether its track is in the current frame."""
        last = self.view.rowAt(self.view.viewport().height() - 1)
        rows = range(
            max(0, self.view.rowAt(0)), (last if last >= 0 else self._filter.rowCount() - 1) + 1
        )
        return {row: bool(self._filter.index(row, 0).data(HERE_ROLE)) for row in rows}

    @property
    def is_filtered(self) -> bool:
        """Whether there is a filter at all."""
        return self._filter.is_on

    def accepts(self, track: TrackSummary) -> bool:
        """Return whether the filter lets a track pass."""
        return self._filter.accepts(track)

    def focus_filter(self) -> None:
        """Put the cursor into the filter box, what is there selected."""
        self.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_box.selectAll()

    def edit_label(self) -> bool:
        """Let the label of the current row be typed there; return False if no row is current."""
        index = self.view.currentIndex()
        if not index.isValid() or not self.view.hasFocus():
            return False
        self.view.edit(index.siblingAtColumn(Column.NUMBER))
        return True

    @property
    def selected_tracks(self) -> list[TrackId]:
        """The selected tracks, also those that the filter hides."""
        return sorted(self._selected)

    @property
    def shown_numbers(self) -> list[int]:
        """The ids of the rows on show, from the top."""
        rows = range(self._filter.rowCount())
        return [self._filter.index(row, 0).data(TRACK_ROLE).number for row in rows]

    def _make_room(self) -> None:
        """Let columns give way to labels in a narrow list; the one it is sorted by stays."""
        labels, letters = self._model.labels, QFontMetricsF(ui_font(12))
        wanted = max((letters.horizontalAdvance(label) for label in labels), default=0)
        header = self.view.horizontalHeader()
        least = _NUMBER_PX + min(_LABEL_PX, wanted) if labels else 0
        room = self.view.width() - self.view.verticalScrollBar().sizeHint().width() - least
        taken = sum(self._widths_px.values())
        for column in _GIVE_WAY:
            hides = taken > room and header.sortIndicatorSection() != column
            self.view.setColumnHidden(column, hides)
            taken -= self._widths_px[column] if hides else 0

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many columns as there is room for."""
        super().resizeEvent(event)
        self._make_room()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the current track; Esc empties the filter box."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.view.hasFocus():
            self._on_row_activated(self.view.currentIndex())
        elif event.key() == Qt.Key.Key_Escape and self.filter_box.text():
            self.filter_box.clear()
        else:
            super().keyPressEvent(event)

    @Slot(str)
    def _on_filter_typed(self, text: str) -> None:
        self._is_told = True
        self._filter.set_text(text)
        self._is_told = False
        self._select_rows()
        self._count()
        self.filter_changed.emit()

    @Slot()
    def _on_filter_confirmed(self) -> None:
        """Choose the track with the id that was typed, else the first on show; an id is done."""
        text, numbers = self.filter_box.text().strip(), self.shown_numbers
        if not numbers:
            return
        is_id = text.isdigit()
        row = numbers.index(int(text)) if is_id and int(text) in numbers else 0
        found = self._filter.index(row, 0).data(TRACK_ROLE).track_id
        if is_id:
            self.filter_box.clear()
        self.track_found.emit(int(found))

    @Slot(bool)
    def _on_here_toggled(self, on: bool) -> None:
        self._is_told = True
        self._filter.set_only_here(on)
        self._is_told = False
        self._select_rows()
        self._count()
        self.filter_changed.emit()

    @Slot(int, str)
    def _on_label_typed(self, track_id: int, label: str) -> None:
        chosen = [TrackId(track_id)]
        if track_id in self._selected:
            chosen = sorted(self._selected)
        self.label_typed.emit(chosen, label)

    @Slot(QModelIndex)
    def _on_row_activated(self, index: QModelIndex) -> None:
        if index.isValid():
            self.track_activated.emit(int(index.data(TRACK_ROLE).track_id))

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, _on: QItemSelection, _off: QItemSelection) -> None:
        if self._is_told:
            return
        rows = self.view.selectionModel().selectedRows()
        self._selected = frozenset(index.data(TRACK_ROLE).track_id for index in rows)
        self.track_selected.emit(sorted(self._selected))

    def _count(self) -> None:
        total, shown = self._model.rowCount(), self._filter.rowCount()
        text = self.tr("{shown} of {total}") if shown != total else "{total}"
        self.count_label.setText(text.format(shown=shown, total=total))

    def _row_shown(self, track_id: TrackId) -> int | None:
        row = self._model.row_of(track_id)
        if row is None:
            return None
        index = self._filter.mapFromSource(self._model.index(row, 0))
        return index.row() if index.isValid() else None

    def _select_rows(self) -> None:
        """Show in the view what is selected."""
        selection = QItemSelection()
        for track_id in self._selected:
            row = self._row_shown(track_id)
            if row is not None:
                last = self._filter.index(row, len(Column) - 1)
                selection.select(self._filter.index(row, 0), last)
        model = self.view.selectionModel()
        self._is_told = True
        model.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if not model.currentIndex().isValid() or not selection.contains(model.currentIndex()):
            first = selection.indexes()[0] if selection.indexes() else QModelIndex()
            model.setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._is_told = False

    def _build(self) -> None:
        self.setAccessibleName(self.tr("Tracks"))
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = QLabel(self.tr("TRACKS"), self)
        title.setProperty("kind", "heading")
        self.count_label.setProperty("kind", "figure")
        self.count_label.setAccessibleName(self.tr("Number of tracks"))
        heading = QHBoxLayout()
        heading.setContentsMargins(12, 10, 12, 6)
        heading.addWidget(title)
        heading.addStretch()
        heading.addWidget(self.count_label)
        self._build_filter()
        finding = QHBoxLayout()
        finding.setContentsMargins(12, 0, 12, 6)
        finding.setSpacing(6)
        finding.addWidget(self.filter_box, 1)
        finding.addWidget(self.here_button)
        self._build_view()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(heading)
        column.addLayout(finding)
        column.addWidget(self.view, 1)

    def _build_filter(self) -> None:
        box, button = self.filter_box, self.here_button
        box.setPlaceholderText(self.tr("Find id, label or “suspicious”"))
        box.setAccessibleName(self.tr("Find id or label"))
        box.setToolTip(
            self.tr(
                "Ids (3, 1-9), labels, “suspicious”, and conditions: boxes>50, score<0.6, "
                "start>=100, end<20, gaps>0. Esc empties."
            )
        )
        box.setClearButtonEnabled(True)
        button.setText(self.tr("Here"))
        button.setCheckable(True)
        button.setToolTip(self.tr("Show only the tracks in the current frame"))
        button.setAccessibleName(self.tr("Only tracks in this frame"))

    def _width_px(self, column: Column) -> int:
        """Return the usual width of a column, or more where its title is longer in a language."""
        title = self._model.headerData(column, Qt.Orientation.Horizontal)
        title_px = QFontMetricsF(ui_font(12, weight=QFont.Weight.Medium)).horizontalAdvance(
            str(title)
        )
        return max(_WIDTHS_PX[column], round(title_px) + _TITLE_MARGINS_PX)

    def _build_view(self) -> None:
        view = self.view
        view.setModel(self._filter)
        view.setItemDelegateForColumn(Column.NUMBER, IdentityDelegate(view))
        view.setItemDelegateForColumn(Column.SUSPICION, SuspicionDelegate(view))
        view.setAccessibleName(self.tr("Track list"))
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setShowGrid(False)
        widths = self._widths_px = {column: self._width_px(column) for column in _WIDTHS_PX}
        # With more tracks than rows a scroll bar stands beside them; the ids must stay whole.
        bar_px = view.verticalScrollBar().sizeHint().width()
        view.setMinimumWidth(_NUMBER_PX + sum(widths.values()) + bar_px)
        view.setWordWrap(False)
        view.setSortingEnabled(True)
        view.setTabKeyNavigation(False)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT_PX)
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = view.horizontalHeader()
        header.setSortIndicator(Column.NUMBER, Qt.SortOrder.AscendingOrder)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(36)
        header.setSectionResizeMode(Column.NUMBER, QHeaderView.ResizeMode.Stretch)
        for column, width in widths.items():
            header.resizeSection(column, width)
