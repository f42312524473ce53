"""Paint the box that is being dragged or drawn, and the edges of the frame that hold it."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from trackmend_app.canvas.box_drag import Box, sides_on_edge
from trackmend_app.canvas.box_layout import PlacedBox
from trackmend_app.canvas.box_painter import BoxLook, draw_handles, draw_label
from trackmend_app.canvas.chips import chip_size, draw_chip
from trackmend_app.canvas.view_transform import ViewTransform
from trackmend_app.theme import Theme, colour_for

_NEW_BOX = "#ffffff"
_GAP_PX = 6.0


def draw_box_in_hand(
    painter: QPainter,
    edited: tuple[int, Box],
    *,
    placed: Sequence[PlacedBox],
    image: QSizeF,
    transform: ViewTransform,
    view: QRectF,
    theme: Theme,
) -> None:
    """Paint the box with its id and its size in pixels of the frame, both kept in the view."""
    box_id, box = edited
    rect = transform.rect_to_widget(*box)
    held = next((item for item in placed if int(item.box.box_id) == box_id), None)
    colour = colour_for(held.box.number) if held else QColor(_NEW_BOX)
    veil = QColor(colour)
    veil.setAlpha(36)
    painter.setBrush(veil)
    painter.setPen(QPen(QColor(0, 0, 0, 140), 3.6, j=Qt.PenJoinStyle.MiterJoin))
    painter.drawRect(rect)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 2.0, j=Qt.PenJoinStyle.MiterJoin))
    painter.drawRect(rect)
    _draw_edges(painter, box, image=image, transform=transform, view=view, theme=theme)
    if held:
        draw_handles(painter, rect, colour=colour)
        label = QRectF(held.label)
        label.moveBottomLeft(rect.topLeft() - QPointF(1, _GAP_PX - 1))
        label = kept_inside(label, view)
        draw_label(painter, replace(held, label=label), look=BoxLook(selected=True))
    size = f"{box[2] - box[0]:.0f} × {box[3] - box[1]:.0f}"
    chip = QRectF(rect.bottomLeft() + QPointF(0, _GAP_PX), chip_size(size))
    draw_chip(painter, size, top_left=kept_inside(chip, view).topLeft(), theme=theme)


def kept_inside(rect: QRectF, view: QRectF) -> QRectF:
    """Return a rectangle moved into the view, which is larger."""
    x = max(view.left(), min(rect.left(), view.right() - rect.width()))
    y = max(view.top(), min(rect.top(), view.bottom() - rect.height()))
    return QRectF(QPointF(x, y), rect.size())


def _draw_edges(
    painter: QPainter,
    box: Box,
    *,
    image: QSizeF,
    transform: ViewTransform,
    view: QRectF,
    theme: Theme,
) -> None:
    """Draw the edges of the frame on which the box lies from end to end: it is held there."""
    frame = transform.rect_to_widget(0, 0, image.width(), image.height())
    inner = frame.intersected(view.adjusted(1, 1, -1, -1))
    lines = (
        QLineF(inner.topLeft(), inner.bottomLeft()),
        QLineF(inner.topLeft(), inner.topRight()),
        QLineF(inner.topRight(), inner.bottomRight()),
        QLineF(inner.bottomLeft(), inner.bottomRight()),
    )
    for pen in (QPen(QColor(0, 0, 0, 140), 4.0), QPen(QColor(theme.focus), 2.0)):
        painter.setPen(pen)
        for line, on_edge in zip(lines, sides_on_edge(box, image), strict=True):
            if on_edge:
                painter.drawLine(line)
