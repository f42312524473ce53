"""Draw boxes as they would be after an edit that nobody has made yet."""

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from trackmend_app.canvas.view_transform import ViewTransform
from trackmend_app.ghosts import Ghost
from trackmend_app.theme import Theme, colour_for, text_colour_on, ui_font

_OUTSIDE_PX = 5.0
_TAB_PX = 19.0
_NEW = "#ffffff"
_DASH = [4.0, 3.0]


def draw_ghosts(
    painter: QPainter, ghosts: Sequence[Ghost], *, transform: ViewTransform, theme: Theme
) -> None:
    """Draw a dashed outline around each box in the colour it would have, with the id below it."""
    for ghost in ghosts:
        x1, y1, x2, y2 = ghost.box_xyxy
        rect = transform.rect_to_widget(x1, y1, x2, y2)
        rect = rect.adjusted(-_OUTSIDE_PX, -_OUTSIDE_PX, _OUTSIDE_PX, _OUTSIDE_PX)
        colour = ghost_colour(ghost.number, is_removed=ghost.is_removed, theme=theme)
        _draw_dashes(painter, rect, colour)
        if ghost.is_removed:
            _draw_cross(painter, rect, colour)
        _draw_tab(painter, rect, ghost_text(ghost.number, is_removed=ghost.is_removed), colour)


def ghost_colour(number: int | None, *, is_removed: bool, theme: Theme) -> QColor:
    """Return the colour of what a box would be."""
    if is_removed:
        return QColor(theme.error)
    return colour_for(number) if number is not None else QColor(_NEW)


def ghost_text(number: int | None, *, is_removed: bool) -> str:
    """Return, say, "→ 9", "→ new" or "gone"."""
    if is_removed:
        return "gone"
    return f"→ {number}" if number is not None else "→ new"


def _draw_dashes(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(0, 0, 0, 130), 4.0, j=Qt.PenJoinStyle.MiterJoin))
    painter.drawRect(rect)
    pen = QPen(colour, 2.2, j=Qt.PenJoinStyle.MiterJoin)
    pen.setDashPattern(_DASH)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawRect(rect)


def _draw_cross(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    veil = QColor(colour)
    veil.setAlpha(150)
    painter.setPen(QPen(veil, 1.6))
    painter.drawLine(QLineF(rect.topLeft(), rect.bottomRight()))
    painter.drawLine(QLineF(rect.topRight(), rect.bottomLeft()))


def _draw_tab(painter: QPainter, rect: QRectF, text: str, colour: QColor) -> None:
    font = ui_font(12, weight=QFont.Weight.DemiBold)
    width = QFontMetricsF(font).horizontalAdvance(text) + 12
    tab = QRectF(rect.left() - 1, rect.bottom() + 3, width, _TAB_PX)
    painter.setPen(QPen(QColor(0, 0, 0, 130), 1.0))
    painter.setBrush(colour)
    painter.drawRoundedRect(tab, 3, 3)
    painter.setPen(text_colour_on(colour))
    painter.setFont(font)
    painter.drawText(tab, int(Qt.AlignmentFlag.AlignCenter), text)
