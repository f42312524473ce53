"""Where id labels go, so that they do not lie on each other when there is room."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSizeF

from trackmend_core.types import Float64Array


def layout_labels(
    boxes: Sequence[QRectF], sizes: Sequence[QSizeF], *, view: QRectF
) -> list[QRectF]:
    """Place one label for each box, the first box choosing first.

    A label tries to sit on the top edge of its box (left, right), then inside, then below, then pushed
    up step by step; when every place is taken it stays where it hides least.

    Args:
        boxes: rectangles on the widget, in order of importance.
        sizes: label sizes, same order.
        view: the part of the widget that labels must not leave while their box is in it.
    """
    taken = np.zeros((len(boxes), 4))
    placed: list[QRectF] = []
    for count, (box, size) in enumerate(zip(boxes, sizes, strict=True)):
        places = _places(box, size, view=view)
        hidden = _overlaps(places, taken[:count])
        best = int(np.argmin(hidden))
        taken[count] = places[best]
        x1, y1, x2, y2 = places[best]
        placed.append(QRectF(x1, y1, x2 - x1, y2 - y1))
    return placed


def _places(box: QRectF, size: QSizeF, *, view: QRectF) -> Float64Array:
    """Return (P, 4) candidate rectangles, best first."""
    w, h = size.width(), size.height()
    left, right = box.left() - 1, box.right() - w + 1
    above = box.top() - h
    corners = [
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
    ]
    places = np.array([(x, y, x + w, y + h) for x, y in corners])
    if box.intersects(view):
        shift_x = np.clip(places[:, 0], view.left(), max(view.left(), view.right() - w))
        shift_y = np.clip(places[:, 1], view.top(), max(view.top(), view.bottom() - h))
        places = np.stack([shift_x, shift_y, shift_x + w, shift_y + h], axis=1)
    return places


def _overlaps(places: Float64Array, taken: Float64Array) -> Float64Array:
    """Return (P,) how much of each place is taken, in square pixels."""
    low = np.maximum(places[:, None, :2], taken[None, :, :2])
    high = np.minimum(places[:, None, 2:], taken[None, :, 2:])
    sides = np.clip(high - low, 0.0, None)
    return np.asarray((sides[..., 0] * sides[..., 1]).sum(axis=1))
