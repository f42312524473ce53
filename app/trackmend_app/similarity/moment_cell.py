"""One moment that looks like what is looked for: crop, time, how alike; a click goes there."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.similarity.match_row import draw_crop
from trackmend_app.theme import current_theme, ui_font
from trackmend_core.review.where_else import Moment
from trackmend_core.types import ImageArray

CELL = QSize(68, 124)
_FOOT_PX = 32.0


class MomentCell(QAbstractButton):
    """Shows a moment; without a picture yet, its frame in the identity's colour."""

    def __init__(self, moment: Moment, *, time: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.moment = moment
        self.key = CropKey.around(moment.frame_index, moment.box_xyxy)
        self._time = time
        self._crop_bgr: ImageArray | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        whose = (
            self.tr("Track {number}").format(number=moment.number)
            if moment.number is not None
            else self.tr("No track")
        )
        name = self.tr("{whose}, frame {frame}, {time}, cosine similarity {value}").format(
            whose=whose, frame=moment.frame_index + 1, time=time, value=f"{moment.cosine:.2f}"
        )
        self.setAccessibleName(name)
        self.setToolTip(name)

    @property
    def has_crop(self) -> bool:
        """Tell whether the picture has come."""
        return self._crop_bgr is not None

    def set_crop(self, crop_bgr: ImageArray) -> None:
        """Show a picture, (H, W, 3) uint8 BGR."""
        self._crop_bgr = crop_bgr
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for an upright picture with two lines below."""
        return CELL

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture, then how alike and whose, then the time."""
        theme = current_theme()
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        with QPainter(self) as painter:
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
            )
            picture = area.adjusted(1, 1, -1, -_FOOT_PX)
            draw_crop(painter, picture, self._crop_bgr, number=self.moment.number or 0)
            if self.underMouse() or self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme.focus), 2.0))
                painter.drawRoundedRect(picture, 4, 4)
            middle = int(Qt.AlignmentFlag.AlignCenter)
            line = QRectF(area.left(), area.bottom() - _FOOT_PX + 2, area.width(), _FOOT_PX / 2)
            whose = str(self.moment.number) if self.moment.number is not None else "–"
            painter.setPen(QColor(theme.text))
            painter.setFont(ui_font(11, weight=QFont.Weight.DemiBold))
            painter.drawText(line, middle, f"{whose} · {self.moment.cosine:.2f}")
            painter.setPen(QColor(theme.quiet))
            painter.setFont(ui_font(11))
            painter.drawText(line.translated(0, _FOOT_PX / 2 - 1), middle, self._time)
