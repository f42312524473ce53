"""Small notes drawn on the video, and what an empty canvas says."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from trackmend_app.theme import Theme, colour_for, ui_font
from trackmend_app.theme.icons import icon_pixmap

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_WRAPPED = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


@dataclass(frozen=True, slots=True)
class ChipPart:
    """Words, or an id to be drawn in its colour."""

    text: str
    number: int | None = None


def draw_chip(painter: QPainter, text: str, *, top_left: QPointF, theme: Theme) -> QRectF:
    """Draw a note on translucent dark ground and return where it lies."""
    chip = QRectF(top_left, chip_size(text))
    ground = QColor(theme.overlay)
    ground.setAlpha(225)
    painter.setPen(QPen(QColor(255, 255, 255, 30), 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(chip, 6, 6)
    painter.setPen(QColor(theme.on_overlay))
    painter.setFont(ui_font(12, weight=QFont.Weight.Medium))
    painter.drawText(chip, _CENTRE, text)
    return chip


def chip_size(text: str) -> QSizeF:
    """Return how large a note with these words is."""
    metrics = QFontMetricsF(ui_font(12, weight=QFont.Weight.Medium))
    return QSizeF(metrics.horizontalAdvance(text) + 20, 26)


def draw_stand_in(painter: QPainter, text: str, *, view: QRectF, theme: Theme) -> None:
    """Draw a frame in the colour of doubt and say in the middle of the top why."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.doubt), 2.0))
    painter.drawRect(view.adjusted(1, 1, -1, -1))
    width = chip_size(text).width()
    draw_chip(
        painter,
        text,
        top_left=QPointF(view.center().x() - width / 2, view.top() + 12),
        theme=theme,
    )


def draw_numbers_chip(
    painter: QPainter, parts: Sequence[ChipPart], *, top_left: QPointF, theme: Theme
) -> QRectF:
    """Draw a note in which ids stand in their colours, and return where it lies."""
    font, strong = ui_font(12, weight=QFont.Weight.Medium), ui_font(12, weight=QFont.Weight.Bold)
    widths = [
        QFontMetricsF(font if part.number is None else strong).horizontalAdvance(part.text)
        for part in parts
    ]
    chip = QRectF(top_left.x(), top_left.y(), sum(widths) + 20, 26)
    ground = QColor(theme.overlay)
    ground.setAlpha(225)
    painter.setPen(QPen(QColor(255, 255, 255, 30), 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(chip, 6, 6)
    x = chip.left() + 10
    for part, width in zip(parts, widths, strict=True):
        number = part.number
        painter.setPen(QColor(theme.on_overlay) if number is None else colour_for(number))
        painter.setFont(font if number is None else strong)
        painter.drawText(QRectF(x, chip.top(), width + 2, chip.height()), _LEFT, part.text)
        x += width
    return chip


def draw_empty_state(
    painter: QPainter, *, view: QRectF, title: str, hint: str, theme: Theme, device_ratio: float
) -> None:
    """Draw what to do when there is no video, in the middle of the view."""
    block = QRectF(0, 0, min(420.0, view.width() - 32), 190)
    block.moveCenter(view.center())
    painter.setPen(QPen(QColor(theme.faint), 1.2, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(block, 12, 12)
    picture = icon_pixmap("video", size=40, colour=theme.quiet, ratio=device_ratio)
    painter.drawPixmap(QPointF(block.center().x() - 20, block.top() + 28), picture)
    painter.setPen(QColor(theme.text))
    painter.setFont(ui_font(16, weight=QFont.Weight.DemiBold))
    painter.drawText(block.adjusted(16, 84, -16, 0), _WRAPPED, title)
    painter.setPen(QColor(theme.quiet))
    painter.setFont(ui_font(13))
    painter.drawText(block.adjusted(28, 114, -28, 0), _WRAPPED, hint)


def draw_drop_frame(painter: QPainter, *, view: QRectF, text: str, theme: Theme) -> None:
    """Draw the whole view as the place to drop a file."""
    veil = QColor(theme.action)
    veil.setAlpha(46)
    painter.fillRect(view, veil)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.focus), 2.0, Qt.PenStyle.DashLine))
    painter.drawRoundedRect(view.adjusted(10, 10, -10, -10), 10, 10)
    width = chip_size(text).width()
    draw_chip(
        painter,
        text,
        top_left=QPointF(view.center().x() - width / 2, view.bottom() - 54),
        theme=theme,
    )
