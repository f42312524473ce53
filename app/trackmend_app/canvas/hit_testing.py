"""Which box a click means when several lie under it."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF

from trackmend_core.types import BoxId


def boxes_under(
    point: QPointF,
    *,
    rects: Mapping[BoxId, QRectF],
    labels: Mapping[BoxId, QRectF],
    reach: float = 3.0,
) -> list[BoxId]:
    """Return the boxes a widget point may mean, likeliest first.

    A label means its own box and no other; elsewhere the smallest box comes first, since a large
    one around it can still be hit elsewhere.
    """
    on_label = [box_id for box_id, rect in labels.items() if rect.contains(point)]
    if on_label:
        return on_label
    inside = [
        (rect.width() * rect.height(), box_id)
        for box_id, rect in rects.items()
        if rect.adjusted(-reach, -reach, reach, reach).contains(point)
    ]
    return [box_id for _, box_id in sorted(inside)]


def next_choice(candidates: Sequence[BoxId], *, selected: BoxId | None) -> BoxId | None:
    """Return the box to select: the likeliest, or the one after the box selected already."""
    if not candidates:
        return None
    if selected in candidates:
        return candidates[(candidates.index(selected) + 1) % len(candidates)]
    return candidates[0]
