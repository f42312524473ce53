"""Draw what stands above the lanes: the overview of the whole video and the ruler."""

from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from trackmend_app.suspicion_tones import suspicion_colour
from trackmend_app.theme import Theme, ui_font
from trackmend_app.theme.colour_maths import mix
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_app.timeline.lane_picture import bars_image, ink_of
from trackmend_app.timeline.ticks import clock, shown_number, ticks
from trackmend_app.timeline.time_axis import TimeAxis
from trackmend_core.project import TrackSummary, VerifiedStretch
from trackmend_core.types import Float64Array, FloatArray, IntArray

_RIGHT_MIDDLE = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT_MIDDLE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_TONES = 100
"""So many colours of suspicion are told apart."""


def tracks_per_frame(tracks: Iterable[TrackSummary], frame_count: int) -> IntArray:
    """Return (frame_count,) how many tracks have a box in each frame."""
    changes = np.zeros(frame_count + 1, np.int64)
    for track in tracks:
        for first, last in track.spans:
            changes[min(max(0, first), frame_count)] += 1
            changes[min(max(0, last + 1), frame_count)] -= 1
    return np.cumsum(changes[:-1])


def draw_overview(painter: QPainter, area: QRectF, counts: IntArray, *, theme: Theme) -> None:
    """Draw the number of tracks per frame over the whole video."""
    painter.fillRect(area, QColor(theme.ground))
    if len(counts):
        ratio = painter.device().devicePixelRatioF()
        columns, rows = max(1, round(area.width() * ratio)), round((area.height() - 2) * ratio)
        colour = QColor(mix(theme.ground, theme.quiet, share_b=0.32))
        picture = bars_image(_most_per_column(counts, columns), rows=rows, colour=colour)
        picture.setDevicePixelRatio(ratio)
        painter.drawImage(area.topLeft() + QPointF(0, 2), picture)


def draw_suspicion(painter: QPainter, area: QRectF, suspicion: FloatArray, *, theme: Theme) -> None:
    """Draw how suspicious each frame of the whole video is, over the number of tracks."""
    if not len(suspicion) or not suspicion.any():
        return
    ratio = painter.device().devicePixelRatioF()
    columns, rows = max(1, round(area.width() * ratio)), round((area.height() - 2) * ratio)
    starts = np.arange(columns) * len(suspicion) // columns
    most = np.maximum.reduceat(suspicion, starts)
    padded = np.pad(most, 1)
    heights = np.maximum(np.maximum(padded[:-2], padded[2:]), most)  # one frame stays to be seen
    tones, which = np.unique(np.rint(heights * _TONES), return_inverse=True)
    inks = np.stack(
        [ink_of(QColor(suspicion_colour(tone / _TONES, theme))) for tone in tones.tolist()]
    )
    picture = bars_image(
        heights.astype(np.float64), rows=rows, colour=QColor(theme.doubt), inks=inks[which]
    )
    picture.setDevicePixelRatio(ratio)
    painter.drawImage(area.topLeft() + QPointF(0, 2), picture)


def draw_overview_scale(painter: QPainter, cell: QRectF, counts: IntArray, *, theme: Theme) -> None:
    """Say beside the overview what its full height stands for."""
    most = int(counts.max()) if len(counts) else 0
    text = QCoreApplication.translate("Timeline", "{count} tracks").format(count=most)
    painter.setFont(ui_font(10))
    painter.setPen(QColor(theme.quiet))
    painter.drawText(cell.adjusted(0, 0, -10, 0), _RIGHT_MIDDLE, text)


def draw_selected_stretches(
    painter: QPainter,
    area: QRectF,
    tracks: Sequence[TrackSummary],
    *,
    frame_count: int,
    theme: Theme,
) -> None:
    """Draw where in the whole video the selected tracks are, under the overview."""
    if not frame_count or not tracks:
        return
    height = area.height() / len(tracks)
    for row, track in enumerate(tracks):
        colour = QColor(panel_colour_name(track.number, theme=theme))
        for first, last in track.spans:
            left = area.left() + first / frame_count * area.width()
            width = max(1.5, (last + 1 - first) / frame_count * area.width())
            painter.fillRect(QRectF(left, area.top() + row * height, width, height), colour)


def draw_verified(
    painter: QPainter,
    area: QRectF,
    stretches: Sequence[VerifiedStretch],
    *,
    axis: TimeAxis,
    theme: Theme,
) -> None:
    """Draw verified stretches: green while they are as they were, amber once something changed.

    Intact ones lie on top, so that what was verified again is seen as such.
    """
    for stretch in sorted(stretches, key=lambda one: one.is_intact):
        left = max(area.left(), axis.x_of(stretch.first_frame))
        right = min(area.right(), axis.x_of(stretch.last_frame + 1))
        if right > left:
            colour = QColor(theme.good if stretch.is_intact else theme.doubt)
            painter.fillRect(
                QRectF(left, area.top(), max(1.5, right - left), area.height()), colour
            )


def draw_ticks(painter: QPainter, area: QRectF, *, axis: TimeAxis, theme: Theme) -> None:
    """Draw the marks of the ruler."""
    for tick in ticks(axis):
        x = axis.x_of(tick.frame_index + 0.5)
        if axis.left <= x <= axis.right:
            length = 6 if tick.labelled else 3
            painter.setPen(QPen(QColor(theme.faint if tick.labelled else theme.line), 1.0))
            painter.drawLine(QLineF(x, area.bottom() - length, x, area.bottom()))


def draw_ruler_labels(
    painter: QPainter,
    area: QRectF,
    *,
    axis: TimeAxis,
    frame_rate: float,
    beside: Sequence[QRectF],
    theme: Theme,
) -> None:
    """Draw frame numbers, and beside each the time it stands for.

    `beside` are tabs that will lie on the ruler: what they would cover in part is left out.
    """
    number_font, time_font = ui_font(11), ui_font(10)
    number_px, time_px = QFontMetricsF(number_font), QFontMetricsF(time_font)
    for tick in ticks(axis):
        x = axis.x_of(tick.frame_index + 0.5)
        if not (tick.labelled and axis.left <= x <= axis.right - 24):
            continue
        number = str(shown_number(tick.frame_index))
        label = QRectF(x - 1, area.top(), 90, area.height() - 7)
        label.setWidth(number_px.horizontalAdvance(number) + 2)
        if any(tab.intersects(label) for tab in beside):
            continue
        painter.setFont(number_font)
        painter.setPen(QColor(theme.text))
        painter.drawText(label, _LEFT_MIDDLE, number)
        time = clock(tick.frame_index / frame_rate, digits=1) if frame_rate > 0 else ""
        label.moveLeft(label.right() + 4)
        label.setWidth(time_px.horizontalAdvance(time) + 2)
        if x + 80 < axis.right and not any(tab.intersects(label) for tab in beside):
            painter.setFont(time_font)
            painter.setPen(QColor(theme.quiet))
            painter.drawText(label, _LEFT_MIDDLE, time)


def _most_per_column(counts: IntArray, columns: int) -> Float64Array:
    """Return (columns,) the largest count in each column, as a share of the largest of all."""
    starts = np.arange(columns) * len(counts) // columns
    most = np.maximum.reduceat(counts, starts)
    return np.asarray(most / max(1, int(counts.max())))


def draw_window(painter: QPainter, area: QRectF, *, axis: TimeAxis, theme: Theme) -> None:
    """Dim in the overview what the lanes do not show."""
    if axis.is_fitted:
        return
    left = area.left() + axis.first / axis.frame_count * area.width()
    right = left + axis.shown_span / axis.frame_count * area.width()
    veil = QColor(theme.panel)
    veil.setAlpha(170)
    painter.fillRect(QRectF(area.left(), area.top(), left - area.left(), area.height()), veil)
    painter.fillRect(QRectF(right, area.top(), area.right() - right, area.height()), veil)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.focus), 1.2))
    painter.drawRoundedRect(
        QRectF(left, area.top() + 0.5, max(4.0, right - left), area.height() - 1), 3, 3
    )
