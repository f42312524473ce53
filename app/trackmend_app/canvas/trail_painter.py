"""Draw where the tracks came from: lines through the foot points that fade with age."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from trackmend_app.canvas.view_transform import ViewTransform
from trackmend_app.theme import colour_for
from trackmend_core.types import TrackId

TrailPoint = tuple[int, float, float]
"""Frame index, x, y in image pixels."""

_STEPS = 6
_GAP_FRAMES = 8
_LEAST_STEP_PX = 3.0


def draw_trails(
    painter: QPainter,
    trails: Mapping[TrackId, Sequence[TrailPoint]],
    *,
    numbers: Mapping[TrackId, int],
    transform: ViewTransform,
    frame_index: int,
    selected: frozenset[TrackId],
) -> None:
    """Draw the trails of all tracks whose number is known.

    Args:
        painter: on the widget.
        trails: for each track its points in order of frames.
        numbers: the ids that people see, for the colours.
        transform: image to widget.
        frame_index: the frame on show; a point's age is counted from it.
        selected: tracks whose trail is drawn stronger.
    """
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for track_id, points in trails.items():
        number = numbers.get(track_id)
        if number is None or len(points) < 2:
            continue
        # They come in the order of frames, so the oldest or the newest is farthest away.
        longest = max(1, abs(frame_index - points[0][0]), abs(frame_index - points[-1][0]))
        strong = track_id in selected
        for step, line in _pieces(points, transform, frame_index=frame_index, longest=longest):
            painter.setPen(_pen(number, step, strong))
            painter.drawPolyline(line)


@lru_cache(maxsize=4096)
def _pen(number: int, step: int, strong: bool) -> QPen:
    """Return the pen of a track for one freshness; a frame takes a hundred, over and over."""
    colour = colour_for(number)
    freshness = 1 - step / _STEPS
    colour.setAlphaF((0.95 if strong else 0.8) * freshness + 0.04)
    width = (3.2 if strong else 2.2) * (0.55 + 0.45 * freshness)
    return QPen(
        colour,
        width,
        Qt.PenStyle.SolidLine,
        Qt.PenCapStyle.FlatCap,
        Qt.PenJoinStyle.RoundJoin,
    )


def _pieces(
    points: Sequence[TrailPoint], transform: ViewTransform, *, frame_index: int, longest: int
) -> list[tuple[int, QPolygonF]]:
    """Cut a trail into lines of one freshness, with a break where the track was lost for long."""
    pieces: list[tuple[int, list[QPointF]]] = []
    last_frame, last_x, last_y = points[0]
    last_point = transform.to_widget(last_x, last_y)
    newest, least = points[-1][0], _LEAST_STEP_PX / transform.scale
    for frame, x, y in points[1:]:
        # In image pixels: most points are too near to be mapped at all.
        near = abs(x - last_x) + abs(y - last_y) < least
        if near and frame != newest:
            last_frame = frame
            continue
        point = transform.to_widget(x, y)
        if frame - last_frame <= _GAP_FRAMES:
            step = min(_STEPS - 1, abs(frame_index - frame) * _STEPS // (longest + 1))
            if pieces and pieces[-1][0] == step and pieces[-1][1][-1] == last_point:
                pieces[-1][1].append(point)
            else:
                pieces.append((step, [last_point, point]))
        last_frame, last_x, last_y, last_point = frame, x, y, point
    return [(step, QPolygonF(line)) for step, line in pieces]
