"""Draw boxes as they would be after an edit that nobody has made yet."""

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from trackmend_app.canvas.label_layout import layout_tabs
from trackmend_app.canvas.view_transform import ViewTransform
from trackmend_app.ghosts import Ghost
from trackmend_app.theme import Theme, colour_for, text_colour_on, ui_font
from trackmend_app.wording import say

_OUTSIDE_PX = 5.0
_TAB_PX = 19.0
_NEW = "#ffffff"
_DASH = [4.0, 3.0]


def draw_ghosts(
    painter: QPainter,
    ghosts: Sequence[Ghost],
    *,
    transform: ViewTransform,
    view: QRectF,
    theme: Theme,
) -> None:
    """Draw a dashed outline around each box in the colour it would have, with the id below it.

    The ids come last, beside each other: what a box would be is what the eye looks for.
    """
    rects = [_rect_of(ghost, transform) for ghost in ghosts]
    colours = [ghost_colour(g.number, is_removed=g.is_removed, theme=theme) for g in ghosts]
    texts = [ghost_text(ghost.number, is_removed=ghost.is_removed) for ghost in ghosts]
    for ghost, rect, colour in zip(ghosts, rects, colours, strict=True):
        _draw_dashes(painter, rect, colour)
        if ghost.is_removed:
            _draw_cross(painter, rect, colour)
    metrics = QFontMetricsF(_tab_font())
    sizes = [QSizeF(metrics.horizontalAdvance(text) + 12, _TAB_PX) for text in texts]
    tabs = layout_tabs(rects, sizes, view=view)
    for tab, text, colour in zip(tabs, texts, colours, strict=True):
        _draw_tab(painter, tab, text, colour)


def ghost_colour(number: int | None, *, is_removed: bool, theme: Theme) -> QColor:
    """Return the colour of what a box would be."""
    if is_removed:
        return QColor(theme.error)
    return colour_for(number) if number is not None else QColor(_NEW)


def ghost_text(number: int | None, *, is_removed: bool) -> str:
    """Return, say, "→ 9", "→ new" or "gone"."""
    if is_removed:
        return say("gone")
    return f"→ {number}" if number is not None else say("→ new")


def _rect_of(ghost: Ghost, transform: ViewTransform) -> QRectF:
    rect = transform.rect_to_widget(*ghost.box_xyxy)
    return rect.adjusted(-_OUTSIDE_PX, -_OUTSIDE_PX, _OUTSIDE_PX, _OUTSIDE_PX)


def _tab_font() -> QFont:
    return ui_font(12, weight=QFont.Weight.DemiBold)


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


def _draw_tab(painter: QPainter, tab: QRectF, text: str, colour: QColor) -> None:
    painter.setPen(QPen(QColor(0, 0, 0, 130), 1.0))
    painter.setBrush(colour)
    painter.drawRoundedRect(tab, 3, 3)
    painter.setPen(text_colour_on(colour))
    painter.setFont(_tab_font())
    painter.drawText(tab, int(Qt.AlignmentFlag.AlignCenter), text)
