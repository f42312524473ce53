"""Draw lanes: where a track has boxes, how sure the model was, gaps, and what people changed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from trackmend_app.canvas.box_painter import draw_diamond
from trackmend_app.theme import Theme, ui_font
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_app.timeline.time_axis import TimeAxis
from trackmend_app.tracks.records import TrackLike
from trackmend_core.types import Float64Array, FloatArray

_LEAST_HEIGHT = 0.22
_WIDEST_STEP_PX = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class LaneScores:
    """The confidence of a track over time.

    Attributes:
        first_frame: frame of the first value, 0-based.
        scores: (L,) float32, 0..1, not a number where the track has no box.
    """

    first_frame: int
    scores: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLook:
    """How a lane stands out: selected, or quieter because others are."""

    selected: bool
    subdued: bool


def draw_lane_ground(painter: QPainter, lane: QRectF, *, look: LaneLook, theme: Theme) -> None:
    """Draw the empty track of a lane."""
    painter.fillRect(lane, QColor(theme.selection if look.selected else theme.lane))


def draw_lane_number(
    painter: QPainter, cell: QRectF, track: TrackLike, *, look: LaneLook, here: bool, theme: Theme
) -> None:
    """Draw the id of a lane with its colour; the swatch is filled when the track is in this frame."""
    colour = QColor(panel_colour_name(track.number, theme=theme))
    swatch = QRectF(cell.left() + 12, cell.center().y() - 4.5, 9, 9)
    painter.setPen(QPen(colour, 1.4))
    painter.setBrush(colour if here else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(swatch, 2.5, 2.5)
    weight = QFont.Weight.DemiBold if look.selected else QFont.Weight.Normal
    painter.setFont(ui_font(12, weight=weight))
    painter.setPen(QColor(theme.text if look.selected else theme.quiet))
    alignment = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    painter.drawText(cell.adjusted(0, 0, -10, 0), alignment, str(track.number))


def draw_lane_spans(
    painter: QPainter,
    lane: QRectF,
    track: TrackLike,
    *,
    axis: TimeAxis,
    scores: LaneScores | None,
    look: LaneLook,
    theme: Theme,
) -> None:
    """Draw the stretches of a track as bars that are as high as the model was sure."""
    colour = QColor(panel_colour_name(track.number, theme=theme))
    colour.setAlphaF(1.0 if look.selected else 0.6 if look.subdued else 0.84)
    visible = [span for span in track.spans if _in_view(span, axis)]
    _draw_gaps(painter, lane, visible, axis=axis, colour=colour)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for first, last in visible:
        left = axis.x_of(first)
        right = max(axis.x_of(last + 1), left + 1.5)
        if scores is None:
            share = _height_share(track.mean_score)
            painter.drawRect(
                QRectF(
                    left, lane.bottom() - share * lane.height(), right - left, share * lane.height()
                )
            )
        else:
            painter.drawPolygon(_profile(lane, (first, last), axis=axis, scores=scores))


def draw_edit_marks(
    painter: QPainter, lane: QRectF, frames: Sequence[int], *, axis: TimeAxis, theme: Theme
) -> None:
    """Draw a diamond at each frame where a person changed the track."""
    for frame_index in frames:
        x = axis.x_of(frame_index + 0.5)
        if axis.left <= x <= axis.right:
            centre = QPointF(x, lane.top() + 4)
            draw_diamond(painter, centre, radius=5.4, colour=QColor(theme.ground))
            draw_diamond(painter, centre, radius=4.0, colour=QColor(theme.text))


def _in_view(span: tuple[int, int], axis: TimeAxis) -> bool:
    return span[1] + 1 >= axis.first and span[0] <= axis.first + axis.shown_span


def _draw_gaps(
    painter: QPainter,
    lane: QRectF,
    spans: Sequence[tuple[int, int]],
    *,
    axis: TimeAxis,
    colour: QColor,
) -> None:
    """Draw a thin dotted line over each gap, so that a lost track is seen as one track."""
    faint = QColor(colour)
    faint.setAlphaF(0.6 * colour.alphaF())
    painter.setPen(QPen(faint, 1.0, Qt.PenStyle.DotLine))
    y = lane.bottom() - 2.5
    for (_, left), (right, _) in zip(spans, spans[1:], strict=False):
        x1, x2 = axis.x_of(left + 1), axis.x_of(right)
        if x2 - x1 >= 3:
            painter.drawLine(QLineF(max(x1, axis.left), y, min(x2, axis.right), y))


def _height_share(score: float | None) -> float:
    return _LEAST_HEIGHT + (1 - _LEAST_HEIGHT) * min(1.0, max(0.0, 1.0 if score is None else score))


def _profile(
    lane: QRectF, span: tuple[int, int], *, axis: TimeAxis, scores: LaneScores
) -> QPolygonF:
    """Return the outline of one stretch: a step per frame, or per pixel when frames are narrower."""
    first = max(span[0], int(axis.first))
    last = min(span[1], int(axis.first + axis.shown_span) + 1)
    edges, values = _steps(first, last, axis=axis, scores=scores)
    heights = _LEAST_HEIGHT + (1 - _LEAST_HEIGHT) * np.clip(values, 0.0, 1.0)
    tops = lane.bottom() - heights * lane.height()
    xs = np.repeat(edges, 2)[1:-1]
    outline = [QPointF(float(x), float(y)) for x, y in zip(xs, np.repeat(tops, 2), strict=True)]
    corners = [QPointF(outline[-1].x(), lane.bottom()), QPointF(outline[0].x(), lane.bottom())]
    return QPolygonF(outline + corners)


def _steps(
    first: int, last: int, *, axis: TimeAxis, scores: LaneScores
) -> tuple[Float64Array, Float64Array]:
    """Return (S + 1,) x positions of step edges and (S,) mean scores between them."""
    values = np.full(last - first + 1, np.nan)
    offset = first - scores.first_frame
    known = scores.scores[max(0, offset) : max(0, offset + len(values))]
    start = max(0, -offset)
    values[start : start + len(known)] = known
    values = np.where(np.isfinite(values), values, 0.0)
    per_step = max(1, int(np.ceil(_WIDEST_STEP_PX / axis.frame_width)))
    starts = np.arange(0, len(values), per_step)
    sums = np.add.reduceat(values, starts)
    counts = np.diff(np.append(starts, len(values)))
    edges = axis.left + (np.append(starts, len(values)) + first - axis.first) * axis.frame_width
    return edges, sums / counts
