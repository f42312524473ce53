"""Where id labels go, so that they do not lie on each other when there is room."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtCore import QRectF, QSizeF

Place = tuple[float, float, float, float]
"""x1 y1 x2 y2 on the widget."""

_CELL_PX = 48.0


class _Taken:
    """Places that are given away, found again by the cells of a coarse grid."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Place]] = defaultdict(list)

    def add(self, place: Place) -> None:
        for cell in _cells(place):
            self._cells[cell].append(place)

    def hidden_area(self, place: Place) -> float:
        """Return how many square pixels of a place are taken."""
        x1, y1, x2, y2 = place
        near = {other for cell in _cells(place) for other in self._cells.get(cell, ())}
        return sum(
            max(0.0, min(x2, other[2]) - max(x1, other[0]))
            * max(0.0, min(y2, other[3]) - max(y1, other[1]))
            for other in near
        )


def layout_labels(
    boxes: Sequence[QRectF], sizes: Sequence[QSizeF], *, view: QRectF
) -> list[QRectF]:
    """Place one label for each box, the first box choosing first.

    A label tries to sit on the top edge of its box (left, right), then inside, then below, then
    pushed up and aside; when every place is taken it goes where it hides least.

    Args:
        boxes: rectangles on the widget, in order of importance.
        sizes: label sizes, same order.
        view: the part of the widget that labels must not leave while their box is in it.
    """
    places = [_places(box, size, view=view) for box, size in zip(boxes, sizes, strict=True)]
    return _chosen_in_turn(places)


def layout_tabs(boxes: Sequence[QRectF], sizes: Sequence[QSizeF], *, view: QRectF) -> list[QRectF]:
    """Place one tab below each box, the first choosing first; arguments as of `layout_labels`."""
    places = [_places_below(box, size, view=view) for box, size in zip(boxes, sizes, strict=True)]
    return _chosen_in_turn(places)


def _chosen_in_turn(places: Iterable[Iterator[Place]]) -> list[QRectF]:
    """Return the place of each label that hides least of those before it."""
    taken = _Taken()
    placed: list[QRectF] = []
    for candidates in places:
        best = _least_hidden(candidates, taken)
        taken.add(best)
        placed.append(QRectF(best[0], best[1], best[2] - best[0], best[3] - best[1]))
    return placed


def _least_hidden(places: Iterator[Place], taken: _Taken) -> Place:
    """Return the first free place, or the one that hides least when none is free."""
    best = next(places)
    least = taken.hidden_area(best)
    while least > 0 and (place := next(places, None)) is not None:
        hidden = taken.hidden_area(place)
        if hidden < least:
            best, least = place, hidden
    return best


def _places(box: QRectF, size: QSizeF, *, view: QRectF) -> Iterator[Place]:
    """Yield candidate places, best first."""
    w, h = size.width(), size.height()
    left, right = box.left() - 1, box.right() - w + 1
    above = box.top() - h
    corners = (
        (left, above),
        (right, above),
        (left, box.top() + 1),
        (right, box.top() + 1),
        (left, above - h - 1),
        (left, box.bottom()),
        (right, box.bottom()),
        (left, above - 2 * (h + 1)),
        (left + w + 1, above),
        (left - w - 1, above),
    )
    yield from _kept(corners, box, size, view=view)


def _places_below(box: QRectF, size: QSizeF, *, view: QRectF) -> Iterator[Place]:
    w, h = size.width(), size.height()
    left, right, below = box.left() - 1, box.right() - w + 1, box.bottom() + 3
    corners = (
        *((left, below), (right, below), (left, below + h + 2), (right, below + h + 2)),
        *((left, box.bottom() - h - 3), (right, box.bottom() - h - 3)),
        *((left, box.bottom() - 2 * h - 5), (right, box.bottom() - 2 * h - 5)),
    )
    yield from _kept(corners, box, size, view=view)


def _kept(
    corners: Iterable[tuple[float, float]], box: QRectF, size: QSizeF, *, view: QRectF
) -> Iterator[Place]:
    """Yield the places with these top left corners, in the view if their box is in it."""
    w, h = size.width(), size.height()
    inside = box.intersects(view)
    for x, y in corners:
        if not inside:
            yield x, y, x + w, y + h
            continue
        kept_x = min(max(x, view.left()), max(view.left(), view.right() - w))
        kept_y = min(max(y, view.top()), max(view.top(), view.bottom() - h))
        yield kept_x, kept_y, kept_x + w, kept_y + h


def _cells(place: Place) -> Iterator[tuple[int, int]]:
    x1, y1, x2, y2 = (int(side // _CELL_PX) for side in place)
    for column in range(x1, x2 + 1):
        for row in range(y1, y2 + 1):
            yield column, row
