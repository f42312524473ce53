"""A person's picture in its identity's colour with lines of text below; a click goes there."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from trackmend_app.similarity.match_row import draw_crop
from trackmend_app.theme import current_theme, ui_font
from trackmend_core.types import ImageArray

LINE_PX = 16.0


@dataclass(frozen=True, slots=True)
class FootLine:
    """A line below the picture; the one that matters most is strong."""

    text: str
    is_strong: bool = False


class PictureCell(QAbstractButton):
    """Shows one picture; without it yet, an empty frame in the identity's colour.

    Args:
        number: of the identity whose colour frames it, 0 for none.
        size: of the whole cell, the lines included.
    """

    def __init__(self, parent: QWidget | None = None, *, number: int, size: QSize) -> None:
        super().__init__(parent)
        self._number = number
        self._size = size
        self._lines: tuple[FootLine, ...] = ()
        self._crop_bgr: ImageArray | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def has_crop(self) -> bool:
        """Tell whether the picture has come."""
        return self._crop_bgr is not None

    def set_crop(self, crop_bgr: ImageArray | None) -> None:
        """Show a picture, (H, W, 3) uint8 BGR, or none yet."""
        self._crop_bgr = crop_bgr
        self.update()

    def set_identity(self, number: int, *lines: FootLine) -> None:
        """Say whose picture it is, in colour and below it."""
        self._number, self._lines = number, lines
        self.update()

    def set_size(self, size: QSize) -> None:
        """Take more room, or less."""
        self._size = size
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Ask for an upright picture with its lines below."""
        return self._size

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture, then the lines."""
        theme = current_theme()
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        picture = area.adjusted(1, 1, -1, -LINE_PX * len(self._lines) - 1)
        with QPainter(self) as painter:
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
            )
            draw_crop(painter, picture, self._crop_bgr, number=self._number)
            if self.underMouse() or self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme.focus), 2.0))
                painter.drawRoundedRect(picture, 4, 4)
            line = QRectF(area.left(), picture.bottom() + 1, area.width(), LINE_PX)
            for one in self._lines:
                weight = QFont.Weight.DemiBold if one.is_strong else QFont.Weight.Normal
                painter.setPen(QColor(theme.text if one.is_strong else theme.quiet))
                painter.setFont(ui_font(11, weight=weight))
                painter.drawText(line, int(Qt.AlignmentFlag.AlignCenter), one.text)
                line.translate(0, LINE_PX)
