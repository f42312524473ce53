"""How large cells and headers of a matrix are, so that ten tracks and three hundred can be read."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize

LARGEST_PX: Final = 56.0
SMALLEST_PX: Final = 2.0
TEXT_WIDTH_PX: Final = 30.0
TEXT_HEIGHT_PX: Final = 14.0
"""Cells of at least this size carry a figure."""
HATCH_PX: Final = 7.0
LONGEST_SHAPE: Final = 2.2
"""Cells are no longer in one direction than so many times the other."""
_CROPS_PX: Final = 22.0
_LABELS_PX: Final = 11.0


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """Sizes in widget pixels.

    Attributes:
        cell_width: of a cell.
        cell_height: of a cell.
        head_width: of the row headers, on the left.
        head_height: of the column headers, above.
        crops: headers show pictures.
        labels: headers show their labels.
    """

    cell_width: float
    cell_height: float
    head_width: float
    head_height: float
    crops: bool
    labels: bool

    @classmethod
    def fitted(cls, *, rows: int, columns: int, view: QSize, zoom: float = 1.0) -> "MatrixLayout":
        """Return the layout at which everything is seen at once, enlarged by `zoom`."""
        found = cls(SMALLEST_PX, SMALLEST_PX, 10.0, 10.0, crops=False, labels=False)
        for head_width, head_height, least, crops, labels in (
            (66.0, 74.0, _CROPS_PX, True, True),
            (34.0, 34.0, _LABELS_PX, False, True),
            (10.0, 10.0, 0.0, False, False),
        ):
            width = _side(view.width() - head_width, columns, zoom)
            height = _side(view.height() - head_height, rows, zoom)
            shorter = min(width, height)
            width, height = (min(side, LONGEST_SHAPE * shorter) for side in (width, height))
            found = cls(width, height, head_width, head_height, crops=crops, labels=labels)
            if shorter >= least:
                break
        return found

    @property
    def cell(self) -> float:
        """Return the shorter side of a cell."""
        return min(self.cell_width, self.cell_height)

    @property
    def figures(self) -> bool:
        """Tell whether cells are large enough for a figure."""
        return self.cell_width >= TEXT_WIDTH_PX and self.cell_height >= TEXT_HEIGHT_PX

    def content_size(self, *, rows: int, columns: int) -> QSize:
        """Return how much room headers and cells take."""
        return QSize(
            round(self.head_width + columns * self.cell_width),
            round(self.head_height + rows * self.cell_height),
        )

    def cell_rect(self, row: int, column: int, *, scroll: QPointF) -> QRectF:
        """Return where a cell lies on the view."""
        return QRectF(
            self.head_width + column * self.cell_width - scroll.x(),
            self.head_height + row * self.cell_height - scroll.y(),
            self.cell_width,
            self.cell_height,
        )

    def cell_at(self, point: QPointF, *, scroll: QPointF) -> tuple[int, int]:
        """Return row and column under a point; -1 for the headers. May lie beyond the last."""
        x, y = point.x() - self.head_width, point.y() - self.head_height
        column = int((x + scroll.x()) // self.cell_width) if x >= 0 else -1
        row = int((y + scroll.y()) // self.cell_height) if y >= 0 else -1
        return row, column


def _side(room: float, count: int, zoom: float) -> float:
    return min(LARGEST_PX, max(SMALLEST_PX, room / max(1, count) * zoom))
