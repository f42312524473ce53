"""The page "where else was this person": moments of the whole video, most alike first."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.similarity.moment_cell import CELL, MomentCell
from trackmend_core.review.where_else import Moment
from trackmend_core.types import ImageArray

_SPACING = 6


class MomentPage(QWidget):
    """Shows what it is handed.

    Signals:
        chosen(Moment): it was clicked.
        others_only_changed(on): moments of the track itself shall be left out, or not.
    """

    chosen = Signal(object)
    others_only_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells: list[MomentCell] = []
        self.others_box = QCheckBox(self.tr("Other tracks only"), self)
        self.others_box.setToolTip(self.tr("Leave out the moments of the track itself"))
        self.others_box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.others_box.toggled.connect(self.others_only_changed)
        self._words = QLabel(self)
        self._words.setProperty("kind", "small")
        self._words.setWordWrap(True)
        self._area = QScrollArea(self)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.others_box)
        column.addWidget(self._words)
        column.addWidget(self._area, 1)
        self.say("")

    @property
    def words(self) -> str:
        """Return what is said instead of moments."""
        return self._words.text()

    def say(self, words: str) -> None:
        """Show a sentence instead of moments."""
        self._words.setText(words)
        self._words.setVisible(bool(words))
        if words:
            self._fill(())

    def show_moments(self, moments: Sequence[tuple[Moment, str]]) -> None:
        """Show moments, each with its time as text."""
        self._words.hide()
        self._words.clear()
        self._fill(moments)

    def set_crops(self, crops: Mapping[CropKey, ImageArray]) -> None:
        """Show pictures where they belong."""
        for cell in self.cells:
            if (crop := crops.get(cell.key)) is not None:
                cell.set_crop(crop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the pictures out in as many columns as fit."""
        super().resizeEvent(event)
        self._lay_out()

    def _fill(self, moments: Sequence[tuple[Moment, str]]) -> None:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(_SPACING)
        self.cells = [MomentCell(moment, time=time, parent=page) for moment, time in moments]
        for cell in self.cells:
            cell.clicked.connect(self._on_clicked)
        old = self._area.takeWidget()
        if old is not None:
            old.deleteLater()
        self._area.setWidget(page)
        self._lay_out()

    def _lay_out(self) -> None:
        page = self._area.widget()
        grid = page.layout() if page is not None else None
        if not isinstance(grid, QGridLayout):
            return
        columns = self._columns()
        for column in range(grid.columnCount()):
            grid.setColumnStretch(column, 0)
        for place, cell in enumerate(self.cells):
            grid.addWidget(cell, place // columns, place % columns)
        grid.setColumnStretch(columns, 1)
        grid.setRowStretch(len(self.cells) // columns + 1, 1)

    def _columns(self) -> int:
        """Return how many pictures stand beside each other, with room for the scroll bar if needed.

        The bar itself comes only after the pictures are laid out, and would cover the last column.
        """
        room: QRect = self._area.contentsRect()
        columns = max(1, (room.width() + _SPACING) // (CELL.width() + _SPACING))
        rows = -(-len(self.cells) // columns)
        if rows * (CELL.height() + _SPACING) - _SPACING <= room.height():
            return columns
        narrower = room.width() - self._area.verticalScrollBar().sizeHint().width()
        return max(1, (narrower + _SPACING) // (CELL.width() + _SPACING))

    @Slot()
    def _on_clicked(self) -> None:
        cell = self.sender()
        if isinstance(cell, MomentCell):
            self.chosen.emit(cell.moment)
