"""Moving and resizing a box: which handle is under the pointer, and the box that it makes."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt

MIN_SIDE_PX = 3.0
_TOUCHES_PX = 0.01
"""A side this near to the edge of the frame lies on it."""

Box = tuple[float, float, float, float]
"""x1 y1 x2 y2 in image pixels."""


class Handle(Enum):
    """The place of a box that was taken hold of: (moves x1, y1, x2, y2)."""

    MOVE = (True, True, True, True)
    TOP_LEFT = (True, True, False, False)
    TOP = (False, True, False, False)
    TOP_RIGHT = (False, True, True, False)
    RIGHT = (False, False, True, False)
    BOTTOM_RIGHT = (False, False, True, True)
    BOTTOM = (False, False, False, True)
    BOTTOM_LEFT = (True, False, False, True)
    LEFT = (True, False, False, False)


RESIZE_HANDLES = tuple(handle for handle in Handle if handle is not Handle.MOVE)

_CURSORS = {
    Handle.MOVE: Qt.CursorShape.SizeAllCursor,
    Handle.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Handle.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Handle.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Handle.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
    Handle.LEFT: Qt.CursorShape.SizeHorCursor,
    Handle.RIGHT: Qt.CursorShape.SizeHorCursor,
    Handle.TOP: Qt.CursorShape.SizeVerCursor,
    Handle.BOTTOM: Qt.CursorShape.SizeVerCursor,
}


def cursor_for(handle: Handle) -> Qt.CursorShape:
    """Return the pointer that says which way a handle goes."""
    return _CURSORS[handle]


def handle_points(rect: QRectF) -> dict[Handle, QPointF]:
    """Return where the eight resize handles of a rectangle are."""
    centre = rect.center()
    points: dict[Handle, QPointF] = {}
    for handle in RESIZE_HANDLES:
        left, top, right, bottom = handle.value
        x = rect.left() if left else rect.right() if right else centre.x()
        y = rect.top() if top else rect.bottom() if bottom else centre.y()
        points[handle] = QPointF(x, y)
    return points


def handle_at(rect: QRectF, point: QPointF, *, reach: float) -> Handle | None:
    """Return the resize handle or edge within `reach` widget pixels of a point; corners win."""
    if not rect.adjusted(-reach, -reach, reach, reach).contains(point):
        return None
    nearest = min(
        handle_points(rect).items(),
        key=lambda item: (item[1] - point).manhattanLength(),
    )
    if (nearest[1] - point).manhattanLength() <= 1.6 * reach:
        return nearest[0]
    edges = {
        Handle.LEFT: abs(point.x() - rect.left()),
        Handle.RIGHT: abs(point.x() - rect.right()),
        Handle.TOP: abs(point.y() - rect.top()),
        Handle.BOTTOM: abs(point.y() - rect.bottom()),
    }
    edge = min(edges, key=lambda handle: edges[handle])
    return edge if edges[edge] <= 0.6 * reach else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxDrag:
    """One box held by one handle.

    Attributes:
        box_id: row of the box; -1 while a new box is drawn.
        start: the box when it was taken hold of.
        handle: where.
        grabbed_at: image point under the pointer at that moment.
        image: size of the frame, whose edges attract the box.
        reach: how near an edge attracts, in image pixels.
    """

    box_id: int
    start: Box
    handle: Handle
    grabbed_at: QPointF
    image: QSizeF
    reach: float

    def box_at(self, point: QPointF, *, snap: bool = True) -> Box:
        """Return the box when the pointer is at an image point."""
        shift = point - self.grabbed_at
        moves = self.handle.value
        shifts = (shift.x(), shift.y(), shift.x(), shift.y())
        sides = [
            side + (by if on else 0.0)
            for side, by, on in zip(self.start, shifts, moves, strict=True)
        ]
        if snap:
            self._snap(sides)
        if self.handle is not Handle.MOVE:
            self._keep_size(sides)
        return sides[0], sides[1], sides[2], sides[3]

    def _snap(self, sides: list[float]) -> None:
        limits = (0.0, 0.0, self.image.width(), self.image.height())
        for low, high in ((0, 2), (1, 3)):
            for side, other, limit in ((low, high, limits[low]), (high, low, limits[high])):
                gap = limit - sides[side]
                if self.handle.value[side] and self._is_attracted(side, gap, limit=limit):
                    sides[side] = limit
                    if self.handle is Handle.MOVE:
                        sides[other] += gap
                        break

    def _is_attracted(self, side: int, gap: float, *, limit: float) -> bool:
        """Tell whether the frame's edge pulls a side that is `gap` pixels from it.

        A side that was near the edge before is not meant while the box is moved along it: it
        has to be brought half the way. One that lay on the edge stays there until torn off.
        """
        if abs(gap) > self.reach:
            return False
        before = abs(limit - self.start[side])
        return not _TOUCHES_PX < before <= self.reach or abs(gap) <= before / 2

    def _keep_size(self, sides: list[float]) -> None:
        left, top, _, _ = self.handle.value
        if sides[2] - sides[0] < MIN_SIDE_PX:
            side, sign = (0, -1) if left else (2, 1)
            sides[side] = sides[2 - side] + sign * MIN_SIDE_PX
        if sides[3] - sides[1] < MIN_SIDE_PX:
            side, sign = (1, -1) if top else (3, 1)
            sides[side] = sides[4 - side] + sign * MIN_SIDE_PX


def sides_on_edge(box: Box, image: QSizeF) -> tuple[bool, bool, bool, bool]:
    """Tell which sides of a box (x1, y1, x2, y2) lie on the edge of the frame."""
    edges = (0.0, 0.0, image.width(), image.height())
    left, top, right, bottom = (
        abs(side - edge) <= _TOUCHES_PX for side, edge in zip(box, edges, strict=True)
    )
    return left, top, right, bottom


def drawn_box(start: QPointF, end: QPointF, *, image: QSizeF, reach: float) -> Box:
    """Return the box between two image points, cut at the frame and drawn to its near edges."""
    xs = [_attracted(value, limit=image.width(), reach=reach) for value in (start.x(), end.x())]
    ys = [_attracted(value, limit=image.height(), reach=reach) for value in (start.y(), end.y())]
    return min(xs), min(ys), max(xs), max(ys)


def _attracted(value: float, *, limit: float, reach: float) -> float:
    if value <= reach:
        return 0.0
    return limit if value >= limit - reach else value
