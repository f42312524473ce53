"""Draw lanes: where a track has boxes, how sure the model was, gaps, and what people changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen

from trackmend_app.canvas.box_painter import draw_diamond
from trackmend_app.theme import Theme, ui_font
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_app.timeline.lane_picture import (
    LaneDetails,
    bars_image,
    covered_columns,
    ink_of,
    lane_codes,
    lane_heights,
)
from trackmend_app.timeline.time_axis import TimeAxis
from trackmend_core.project import TrackSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLook:
    """How a lane stands out: selected, or quieter because others are."""

    selected: bool
    subdued: bool


def draw_lane_ground(painter: QPainter, lane: QRectF, *, look: LaneLook, theme: Theme) -> None:
    """Draw the empty track of a lane."""
    painter.fillRect(lane, QColor(theme.selection if look.selected else theme.lane))


def draw_lane_number(
    painter: QPainter,
    cell: QRectF,
    track: TrackSummary,
    *,
    look: LaneLook,
    here: bool,
    theme: Theme,
) -> None:
    """Draw the id of a lane; the swatch is filled when the track is in this frame."""
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


def draw_pin(painter: QPainter, cell: QRectF, *, theme: Theme) -> None:
    """Draw the mark of a lane that stays on top."""
    x, y = cell.left() + 5, cell.center().y()
    painter.setPen(QPen(QColor(theme.focus), 1.4))
    painter.setBrush(QColor(theme.focus))
    painter.drawEllipse(QPointF(x, y - 2), 2.2, 2.2)
    painter.drawLine(QLineF(x, y, x, y + 4.5))


def draw_group_title(painter: QPainter, lane: QRectF, title: str, *, theme: Theme) -> None:
    """Draw the line above the first lane of a label, with its name at the right end."""
    painter.setPen(QPen(QColor(theme.faint), 1.0))
    painter.drawLine(QLineF(lane.left(), lane.top() - 1.5, lane.right(), lane.top() - 1.5))
    text = title or QCoreApplication.translate("Timeline", "no label")
    painter.setFont(ui_font(10, weight=QFont.Weight.DemiBold))
    width = painter.fontMetrics().horizontalAdvance(text) + 12
    tab = QRectF(lane.right() - width, lane.top(), width, min(14.0, lane.height()))
    painter.fillRect(tab, QColor(theme.raised))
    painter.setPen(QColor(theme.text if title else theme.quiet))
    painter.drawText(tab, int(Qt.AlignmentFlag.AlignCenter), text)


def draw_lane_spans(
    painter: QPainter,
    lane: QRectF,
    track: TrackSummary,
    *,
    axis: TimeAxis,
    details: LaneDetails | None,
    as_barcode: bool,
    look: LaneLook,
    theme: Theme,
) -> None:
    """Draw the stretches of a track as bars.

    As a barcode their colour says whom the track looks like, their height by how much; otherwise
    they are as high as the model was sure.
    """
    colour = QColor(panel_colour_name(track.number, theme=theme))
    colour.setAlphaF(1.0 if look.selected else 0.6 if look.subdued else 0.84)
    visible = [span for span in track.spans if _in_view(span, axis)]
    _draw_gaps(painter, lane, visible, axis=axis, colour=colour)
    ratio = painter.device().devicePixelRatioF()
    columns, rows = max(1, round(lane.width() * ratio)), max(1, round(lane.height() * ratio))
    codes = details.codes if details is not None and as_barcode else None
    if codes is not None:
        heights, numbers = lane_codes(codes, axis=axis, columns=columns)
        covered = covered_columns(visible, axis=axis, columns=columns)
        known, which = np.unique(numbers, return_inverse=True)
        inks = np.stack(
            [ink_of(QColor(panel_colour_name(int(one), theme=theme))) for one in known.tolist()]
        )
        picture = bars_image(
            np.where(covered, heights, 0.0),
            rows=rows,
            colour=colour,
            inks=inks[which],
        )
    else:
        scores = details.scores if details is not None else None
        heights = lane_heights(
            visible, axis=axis, columns=columns, scores=scores, mean_score=track.mean_score
        )
        picture = bars_image(heights, rows=rows, colour=colour)
    picture.setDevicePixelRatio(ratio)
    painter.drawImage(lane.topLeft(), picture)
    if details is not None:
        _draw_occlusion(painter, lane, details.occluded, axis=axis, theme=theme)
        _draw_keyframes(painter, lane, details.keyframes.tolist(), axis=axis, theme=theme)


def _draw_occlusion(
    painter: QPainter,
    lane: QRectF,
    stretches: Sequence[tuple[int, int]],
    *,
    axis: TimeAxis,
    theme: Theme,
) -> None:
    """Hatch the frames in which something hides the object."""
    veil = QColor(theme.lane)
    veil.setAlpha(150)
    for first, last in stretches:
        if _in_view((first, last), axis):
            left, right = axis.x_of(first), axis.x_of(last + 1)
            area = QRectF(left, lane.top(), max(1.5, right - left), lane.height())
            painter.fillRect(area, QBrush(veil, Qt.BrushStyle.BDiagPattern))


def _draw_keyframes(
    painter: QPainter, lane: QRectF, frames: Sequence[int], *, axis: TimeAxis, theme: Theme
) -> None:
    """Draw a short tick at the foot of the lane for every box by a person."""
    painter.setPen(QPen(QColor(theme.text), 1.4))
    for frame_index in frames:
        x = axis.x_of(frame_index + 0.5)
        if axis.left <= x <= axis.right:
            painter.drawLine(QLineF(x, lane.bottom() - 5, x, lane.bottom() - 1))


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
    for (_, left), (right, _) in pairwise(spans):
        x1, x2 = axis.x_of(left + 1), axis.x_of(right)
        if x2 - x1 >= 3:
            painter.drawLine(QLineF(max(x1, axis.left), y, min(x2, axis.right), y))
