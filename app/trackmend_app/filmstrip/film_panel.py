"""The panel of pictures: a strip of one track, or two tracks side by side over time."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.filmstrip.film_cell import CELL, PAIR_CELL, FilmCell
from trackmend_app.filmstrip.film_picks import Choice, Pair
from trackmend_app.jobs.crop_loader import CropKey
from trackmend_core.project import BoxRecord
from trackmend_core.types import BoxId, ImageArray

_GAP_PX = 6
_PAIR_ROOM_PX = 2 * PAIR_CELL.width() + 160
"""Two pictures further apart are hard to compare."""


def _rows(count: int, columns: int) -> int:
    return -(-count // columns)


class FilmPanel(QWidget):
    """Shows what it is handed; knows no project.

    Signals:
        box_chosen(BoxRecord): its picture was clicked.
        choice_changed(Choice): other boxes of the track are wanted.
    """

    box_chosen = Signal(object)
    choice_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice_box = QComboBox(self)
        self.cells: list[FilmCell] = []
        self._strip: QGridLayout | None = None
        self._columns = 1
        self._title = QLabel(self)
        self._hint = QLabel(self)
        self._area = QScrollArea(self)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._build()
        self.show_nothing()
        self.choice_box.currentIndexChanged.connect(self._on_choice_changed)

    @property
    def choice(self) -> Choice:
        """Which boxes of a track are wanted."""
        return Choice(self.choice_box.currentData())

    def show_nothing(self) -> None:
        """Say what to do."""
        self._title.setText(self.tr("FILMSTRIP"))
        self._hint.setText(self.tr("Select a track to see it over time, or two to compare them."))
        self.choice_box.setEnabled(False)
        self._fill_page(QWidget())

    def show_track(
        self, number: int, boxes: Sequence[BoxRecord], likeness: Mapping[BoxId, float]
    ) -> None:
        """Show boxes of one track; `likeness` is written below where it is known."""
        self._title.setText(self.tr("FILMSTRIP OF {number}").format(number=number))
        self._hint.setText(self.tr("A click goes to the frame."))
        self.choice_box.setEnabled(True)
        page = QWidget()
        grid = self._grid(page)
        cells = []
        for box in boxes:
            alike = likeness.get(box.box_id) if self.choice is not Choice.EVEN else None
            note = f"{alike:.2f}" if alike is not None else ""
            cells.append(self._cell(box, note))
        self._fill_page(page, cells)
        self._strip = grid
        self._lay_out_strip()

    def show_pairs(self, a: int, b: int, pairs: Sequence[Pair]) -> None:
        """Show two tracks side by side, time going down, with their similarity in between."""
        self._title.setText(self.tr("{a} | {b}").format(a=a, b=b))
        self._hint.setText(
            self.tr("Left {a}, right {b}; between them how alike they look.").format(a=a, b=b)
        )
        self.choice_box.setEnabled(False)
        page = QWidget()
        page.setMaximumWidth(_PAIR_ROOM_PX)
        grid = self._grid(page)
        for line, pair in enumerate(pairs):
            for column, box in ((0, pair.a), (2, pair.b)):
                if box is not None:
                    grid.addWidget(self._cell(box, "", size=PAIR_CELL), line, column)
            text = f"{pair.similarity:.2f}" if pair.similarity is not None else "–"
            between = QLabel(text, page)
            between.setProperty("kind", "figure" if pair.similarity is not None else "quiet")
            between.setAlignment(Qt.AlignmentFlag.AlignCenter)
            between.setToolTip(self.tr("Cosine similarity of the two"))
            grid.addWidget(between, line, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(pairs), 1)
        self._fill_page(page, page.findChildren(FilmCell))

    def scroll_to(self, frame_index: int) -> None:
        """Bring the pictures nearest to a frame into view, with those before and after them."""
        near = min(
            self.cells, key=lambda cell: abs(cell.box.frame_index - frame_index), default=None
        )
        page = self._area.widget()
        layout = page.layout() if page is not None else None
        if near is not None and layout is not None:
            layout.activate()
            self._area.ensureWidgetVisible(near, 0, self._area.viewport().height() // 2)

    def set_crops(self, crops: Mapping[CropKey, ImageArray]) -> None:
        """Show pictures where they belong."""
        for cell in self.cells:
            crop = crops.get(cell.key)
            if crop is not None:
                cell.set_crop(crop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many pictures of a strip in a row as there is room for."""
        super().resizeEvent(event)
        self._lay_out_strip()

    def _lay_out_strip(self) -> None:
        grid = self._strip
        if grid is None or not self.cells:
            return
        room = self._area.width() + _GAP_PX
        columns = max(1, min(len(self.cells), room // (CELL.width() + _GAP_PX)))
        if grid.indexOf(self.cells[-1]) >= 0:
            if columns == self._columns:
                return
            for cell in self.cells:
                grid.removeWidget(cell)
            grid.setRowStretch(_rows(len(self.cells), self._columns), 0)
        self._columns = columns
        for place, cell in enumerate(self.cells):
            grid.addWidget(cell, place // columns, place % columns)
        grid.setRowStretch(_rows(len(self.cells), columns), 1)

    def _cell(self, box: BoxRecord, note: str, *, size: QSize = CELL) -> FilmCell:
        cell = FilmCell(box, note=note, size=size)
        cell.clicked.connect(self._on_cell_clicked)
        return cell

    def _fill_page(self, page: QWidget, cells: Sequence[FilmCell] = ()) -> None:
        page.setProperty("kind", "panel")
        old = self._area.takeWidget()
        if old is not None:
            old.deleteLater()
        self._area.setWidget(page)
        self.cells = list(cells)
        self._strip = None

    @Slot()
    def _on_cell_clicked(self) -> None:
        cell = self.sender()
        if isinstance(cell, FilmCell):
            self.box_chosen.emit(cell.box)

    @Slot(int)
    def _on_choice_changed(self, _index: int) -> None:
        self.choice_changed.emit(self.choice)

    def _grid(self, page: QWidget) -> QGridLayout:
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(_GAP_PX)
        return grid

    def _build(self) -> None:
        self.setAccessibleName(self.tr("Filmstrip"))
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title.setProperty("kind", "heading")
        self._hint.setProperty("kind", "small")
        self._hint.setWordWrap(True)
        for choice, text in (
            (Choice.EVEN, self.tr("Over time")),
            (Choice.BEST, self.tr("Most like itself")),
            (Choice.WORST, self.tr("Least like itself")),
        ):
            self.choice_box.addItem(text, str(choice))
        self.choice_box.setAccessibleName(self.tr("Which pictures"))
        self.choice_box.setToolTip(
            self.tr("Over time, or by how much each picture resembles the track as a whole")
        )
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.choice_box)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._hint)
        column.addWidget(self._area, 1)
