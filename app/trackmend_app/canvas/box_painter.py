"""Draw boxes, their id tabs and the handles of the one that can be edited."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from trackmend_app.canvas.box_drag import handle_points
from trackmend_app.canvas.box_layout import (
    MARK_WIDTH_PX,
    PlacedBox,
    number_font,
    score_font,
)
from trackmend_app.theme import colour_for, text_colour_on
from trackmend_app.theme.look import line_px
from trackmend_core.types import BoxSource

_SHADE = QColor(0, 0, 0, 110)
_HANDLE_PX = 7.0
_LEFT_MIDDLE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class BoxLook:
    """How one box stands out."""

    selected: bool = False
    hovered: bool = False


def draw_outline(painter: QPainter, placed: PlacedBox, *, look: BoxLook) -> None:
    """Draw a box: dashed when interpolated, dotted when occluded, thick with a glow if selected."""
    colour = colour_for(placed.box.number)
    rect = placed.rect
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if look.selected:
        glow = QColor(colour)
        glow.setAlpha(70)
        painter.setPen(QPen(glow, 9.0, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawRect(rect)
    elif look.hovered:
        veil = QColor(colour)
        veil.setAlpha(34)
        painter.fillRect(rect, veil)
    is_plain = placed.box.source is not BoxSource.INTERPOLATED and not placed.box.is_occluded
    if not look.selected and is_plain:
        _fill_outline(painter, rect, colour=colour, width=line_px() + look.hovered)
        return
    width = float(line_px() + look.selected)
    painter.setPen(QPen(_SHADE, width + 1.6, j=Qt.PenJoinStyle.MiterJoin))
    if not placed.box.is_occluded:
        painter.drawRect(rect)
    pen = QPen(colour, width, j=Qt.PenJoinStyle.MiterJoin)
    if placed.box.is_occluded:
        pen.setDashPattern([0.8, 1.8])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    elif placed.box.source is BoxSource.INTERPOLATED:
        pen.setDashPattern([3.0, 2.2])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawRect(rect)


def _fill_outline(painter: QPainter, rect: QRectF, *, colour: QColor, width: int) -> None:
    """Draw a plain outline as four filled strips on whole pixels: crisp, and ten times as quick."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    box = rect.toAlignedRect()
    for strips, ink in (
        (_strips(box, out=1, width=width + 2), _SHADE),
        (_strips(box, out=0, width=width), colour),
    ):
        painter.setBrush(ink)
        painter.drawRects(strips)
    painter.restore()


def _strips(box: QRect, *, out: int, width: int) -> list[QRect]:
    """Return top, bottom, left and right strip of a frame that lies `out` pixels outside a box."""
    outer = box.adjusted(-out, -out, out, out)
    high = max(0, outer.height() - 2 * width)
    return [
        QRect(outer.left(), outer.top(), outer.width(), width),
        QRect(outer.left(), outer.bottom() - width + 1, outer.width(), width),
        QRect(outer.left(), outer.top() + width, width, high),
        QRect(outer.right() - width + 1, outer.top() + width, width, high),
    ]


def draw_label(painter: QPainter, placed: PlacedBox, *, look: BoxLook) -> None:
    """Draw the id tab in the identity's colour, with a diamond when a person put the box."""
    colour = colour_for(placed.box.number)
    tab = placed.label
    painter.setPen(QPen(_SHADE, 1.0))
    painter.setBrush(colour.lighter(112) if look.hovered or look.selected else colour)
    painter.drawRoundedRect(tab, 3, 3)
    painter.setPen(text_colour_on(colour))
    text = tab.adjusted(5, 0, -2, 0)
    painter.setFont(number_font())
    painter.drawText(text, _LEFT_MIDDLE, placed.number_text)
    if placed.score_text:
        advance = painter.fontMetrics().horizontalAdvance(placed.number_text) + 5
        painter.setFont(score_font())
        painter.drawText(text.adjusted(advance, 0, 0, 0), _LEFT_MIDDLE, placed.score_text)
    centre = QPointF(tab.right() - MARK_WIDTH_PX / 2 - 1.5, tab.center().y())
    if placed.box.source is BoxSource.PERSON:
        draw_diamond(painter, centre, radius=3.4, colour=text_colour_on(colour))
        centre -= QPointF(MARK_WIDTH_PX, 0)
    if placed.box.is_occluded:
        draw_half_disc(painter, centre, radius=3.6, colour=text_colour_on(colour))


def draw_diamond(painter: QPainter, centre: QPointF, *, radius: float, colour: QColor) -> None:
    """Draw the mark that stands for "a person did this", here and on the timeline."""
    path = QPainterPath()
    path.addPolygon(
        QPolygonF(
            [
                centre + QPointF(0, -radius),
                centre + QPointF(radius, 0),
                centre + QPointF(0, radius),
                centre + QPointF(-radius, 0),
            ]
        )
    )
    path.closeSubpath()
    painter.fillPath(path, colour)


def draw_half_disc(painter: QPainter, centre: QPointF, *, radius: float, colour: QColor) -> None:
    """Draw the mark that stands for "something hides it"."""
    disc = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.2))
    painter.drawEllipse(disc)
    painter.setBrush(colour)
    painter.drawPie(disc, 90 * 16, 180 * 16)


def draw_handles(painter: QPainter, rect: QRectF, *, colour: QColor) -> None:
    """Draw the eight handles of a box that can be resized; a small box shows its corners only."""
    small = min(rect.width(), rect.height()) < 4 * _HANDLE_PX
    painter.setPen(QPen(colour.darker(150), 1.2))
    painter.setBrush(QColor(Qt.GlobalColor.white))
    for handle, point in handle_points(rect).items():
        if small and sum(handle.value) == 1:
            continue
        square = QRectF(0, 0, _HANDLE_PX, _HANDLE_PX)
        square.moveCenter(point)
        painter.drawRoundedRect(square, 1.5, 1.5)
