"""How large cells and headers of a matrix are, so that ten tracks and three hundred can be read."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize

LARGEST_PX: Final = 52.0
SMALLEST_PX: Final = 2.0
TEXT_PX: Final = 30.0
"""Cells of at least this size carry a figure."""
HATCH_PX: Final = 7.0
_CROPS_PX: Final = 25.0
_LABELS_PX: Final = 11.0


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """Sizes in widget pixels.

    Attributes:
        cell: side of a cell.
        head_width: of the row headers, on the left.
        head_height: of the column headers, above.
        crops: headers show pictures.
        labels: headers show their labels.
    """

    cell: float
    head_width: float
    head_height: float
    crops: bool
    labels: bool

    @classmethod
    def fitted(cls, *, rows: int, columns: int, view: QSize, zoom: float = 1.0) -> "MatrixLayout":
        """Return the layout at which everything is seen at once, enlarged by `zoom`."""
        found = cls(SMALLEST_PX, 10.0, 10.0, crops=False, labels=False)
        for head_width, head_height, least, crops, labels in (
            (66.0, 74.0, _CROPS_PX, True, True),
            (34.0, 34.0, _LABELS_PX, False, True),
            (10.0, 10.0, 0.0, False, False),
        ):
            room_x, room_y = view.width() - head_width, view.height() - head_height
            cell = min(room_x / max(1, columns), room_y / max(1, rows)) * zoom
            cell = min(LARGEST_PX, max(SMALLEST_PX, cell))
            found = cls(cell, head_width, head_height, crops=crops, labels=labels)
            if cell >= least:
                break
        return found

    def content_size(self, *, rows: int, columns: int) -> QSize:
        """Return how much room headers and cells take."""
        return QSize(
            round(self.head_width + columns * self.cell), round(self.head_height + rows * self.cell)
        )

    def cell_rect(self, row: int, column: int, *, scroll: QPointF) -> QRectF:
        """Return where a cell lies on the view."""
        return QRectF(
            self.head_width + column * self.cell - scroll.x(),
            self.head_height + row * self.cell - scroll.y(),
            self.cell,
            self.cell,
        )

    def cell_at(self, point: QPointF, *, scroll: QPointF) -> tuple[int, int]:
        """Return row and column under a point; -1 for the headers. May lie beyond the last."""
        x, y = point.x() - self.head_width, point.y() - self.head_height
        column = int((x + scroll.x()) // self.cell) if x >= 0 else -1
        row = int((y + scroll.y()) // self.cell) if y >= 0 else -1
        return row, column
