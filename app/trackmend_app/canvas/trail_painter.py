"""Draw where the tracks came from: lines through the foot points that fade with age."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

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
        longest = max(1, max(abs(frame_index - frame) for frame, _, _ in points))
        strong = track_id in selected
        for step, line in _pieces(points, transform, frame_index=frame_index, longest=longest):
            colour = colour_for(number)
            freshness = 1 - step / _STEPS
            colour.setAlphaF((0.95 if strong else 0.8) * freshness + 0.04)
            width = (3.2 if strong else 2.2) * (0.55 + 0.45 * freshness)
            painter.setPen(_round_pen(colour, width))
            painter.drawPolyline(line)


def _round_pen(colour: QColor, width: float) -> QPen:
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
    last_frame = points[0][0]
    last_point = transform.to_widget(points[0][1], points[0][2])
    newest = points[-1][0]
    for frame, x, y in points[1:]:
        point = transform.to_widget(x, y)
        near = (point - last_point).manhattanLength() < _LEAST_STEP_PX
        if near and frame != newest:
            last_frame = frame
            continue
        if frame - last_frame <= _GAP_FRAMES:
            step = min(_STEPS - 1, abs(frame_index - frame) * _STEPS // (longest + 1))
            if pieces and pieces[-1][0] == step and pieces[-1][1][-1] == last_point:
                pieces[-1][1].append(point)
            else:
                pieces.append((step, [last_point, point]))
        last_frame, last_point = frame, point
    return [(step, QPolygonF(line)) for step, line in pieces]
