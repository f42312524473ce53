"""Draw on a lane whose its boxes would be after an edit that nobody has made yet."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen

from trackmend_app.canvas.ghost_painter import ghost_text
from trackmend_app.ghosts import GhostStretch
from trackmend_app.theme import Theme, text_colour_on, ui_font
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_app.timeline.time_axis import TimeAxis


def draw_ghost_stretches(
    painter: QPainter,
    lane: QRectF,
    stretches: Sequence[GhostStretch],
    *,
    axis: TimeAxis,
    theme: Theme,
) -> None:
    """Hatch the stretches of one lane in the colour they would have, with the id at their start."""
    labelled_until = lane.left()
    for stretch in sorted(stretches, key=lambda one: one.first_frame):
        left = max(lane.left(), axis.x_of(stretch.first_frame))
        right = min(lane.right(), axis.x_of(stretch.last_frame + 1))
        if right <= left:
            continue
        colour = _colour(stretch, theme)
        area = QRectF(left, lane.top(), max(3.0, right - left), lane.height())
        _draw_area(painter, area, colour, theme)
        text = ghost_text(stretch.number, is_removed=stretch.is_removed)
        font = ui_font(10, weight=QFont.Weight.DemiBold)
        width = QFontMetricsF(font).horizontalAdvance(text) + 10
        if area.left() >= labelled_until and area.width() >= 4:
            tab = QRectF(area.left(), lane.top() + 1, width, min(14.0, lane.height() - 2))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(tab, 3, 3)
            painter.setPen(text_colour_on(colour))
            painter.setFont(font)
            painter.drawText(tab, int(Qt.AlignmentFlag.AlignCenter), text)
            labelled_until = tab.right() + 4


def _draw_area(painter: QPainter, area: QRectF, colour: QColor, theme: Theme) -> None:
    ground = QColor(theme.lane)
    ground.setAlpha(140)
    painter.fillRect(area, ground)
    hatch = QColor(colour)
    hatch.setAlpha(170)
    painter.fillRect(area, QBrush(hatch, Qt.BrushStyle.FDiagPattern))
    pen = QPen(colour, 1.4)
    pen.setDashPattern([4.0, 3.0])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(area.adjusted(0.7, 0.7, -0.7, -0.7))


def _colour(stretch: GhostStretch, theme: Theme) -> QColor:
    if stretch.is_removed:
        return QColor(theme.error)
    if stretch.number is None:
        return QColor(theme.text)
    return QColor(panel_colour_name(stretch.number, theme=theme))
