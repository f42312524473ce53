"""One picture of a box with its frame number; a click goes there."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.similarity.match_row import draw_crop
from trackmend_app.theme import current_theme, ui_font
from trackmend_core.project import BoxRecord
from trackmend_core.types import ImageArray

CELL = QSize(66, 122)
_FOOT_PX = 17.0


class FilmCell(QAbstractButton):
    """Shows a box; without a picture yet, its frame in the identity's colour."""

    def __init__(self, box: BoxRecord, *, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = box
        self.key = CropKey.of(box)
        self.crop_bgr: ImageArray | None = None
        self._note = note
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        text = self.tr("Track {number}, frame {frame}")
        name = text.format(number=box.number, frame=box.frame_index + 1)
        self.setAccessibleName(name)
        self.setToolTip(" · ".join(filter(None, (name, note))))

    def set_crop(self, crop_bgr: ImageArray) -> None:
        """Show a picture, (H, W, 3) uint8 BGR."""
        self.crop_bgr = crop_bgr
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for an upright picture with a line below."""
        return CELL

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture and the frame number."""
        theme = current_theme()
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        with QPainter(self) as painter:
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
            )
            picture = area.adjusted(1, 1, -1, -_FOOT_PX)
            draw_crop(painter, picture, self.crop_bgr, number=self.box.number)
            if self.underMouse() or self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme.focus), 2.0))
                painter.drawRoundedRect(picture, 4, 4)
            painter.setPen(QColor(theme.quiet))
            painter.setFont(ui_font(11))
            foot = QRectF(area.left(), area.bottom() - _FOOT_PX, area.width(), _FOOT_PX)
            text = " · ".join(filter(None, (str(self.box.frame_index + 1), self._note)))
            painter.drawText(foot, int(Qt.AlignmentFlag.AlignCenter), text)
