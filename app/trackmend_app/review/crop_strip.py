"""Pictures of the tracks before and after an event, side by side; a click goes to their frame."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QWidget

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.similarity.match_row import draw_crop
from trackmend_app.theme import current_theme, ui_font
from trackmend_core.project.records import frame_number
from trackmend_core.review import Crop, Suspicion
from trackmend_core.types import ImageArray, TrackId

_CELL = QSize(64, 104)
_FOOT_PX = 18.0
_PARTNER = "partner_"


class CropCell(QAbstractButton):
    """One picture with its number and side of the event below."""

    def __init__(self, crop: Crop, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.crop = crop
        self.key = CropKey.around(crop.frame, crop.box_xyxy)
        self.picture: ImageArray | None = None
        self._number = number
        is_before = crop.role.removeprefix(_PARTNER) == "before"
        words = self.tr("{number} before") if is_before else self.tr("{number} after")
        self._foot = words.format(number=number)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        where = self.tr("frame {frame}").format(frame=frame_number(crop.frame))
        self.setAccessibleName(f"{self._foot}, {where}")
        self.setToolTip(self.tr("Track {what}, {where}").format(what=self._foot, where=where))

    def set_picture(self, picture: ImageArray) -> None:
        """Show a picture, (H, W, 3) uint8 BGR."""
        self.picture = picture
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for an upright picture and a line below."""
        return _CELL

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture and the line below it."""
        theme = current_theme()
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        with QPainter(self) as painter:
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
            )
            frame = area.adjusted(0, 0, 0, -_FOOT_PX)
            draw_crop(painter, frame, self.picture, number=self._number)
            if self.underMouse() or self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme.focus), 2.0))
                painter.drawRoundedRect(frame, 4, 4)
            painter.setPen(QColor(theme.quiet))
            painter.setFont(ui_font(11))
            foot = QRectF(area.left(), area.bottom() - _FOOT_PX, area.width(), _FOOT_PX)
            painter.drawText(foot, int(Qt.AlignmentFlag.AlignCenter), self._foot)


class CropStrip(QWidget):
    """Before and after of each track, the main one first.

    Signals: crop_clicked(Crop).
    """

    crop_clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells: list[CropCell] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 2, 0, 0)
        self._row.setSpacing(5)

    def set_suspicion(self, suspicion: Suspicion) -> None:
        """Show the boxes worth showing; their pictures follow by `set_pictures`."""
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        numbers = dict(zip(suspicion.tracks, suspicion.numbers, strict=True))
        self.cells = [CropCell(crop, numbers[crop.track_id], self) for crop in suspicion.crops]
        self._row.addStretch()
        before: TrackId | None = None
        for cell in self.cells:
            if before is not None:
                self._row.addWidget(_between("→" if cell.crop.track_id == before else "⇄"))
            before = cell.crop.track_id
            cell.clicked.connect(lambda _checked, crop=cell.crop: self.crop_clicked.emit(crop))
            self._row.addWidget(cell)
        self._row.addStretch()
        self.setVisible(bool(self.cells))

    @property
    def keys(self) -> Sequence[CropKey]:
        """Return which pictures are wanted."""
        return [cell.key for cell in self.cells]

    def set_pictures(self, pictures: Mapping[CropKey, ImageArray]) -> None:
        """Show pictures where they belong."""
        for cell in self.cells:
            if cell.key in pictures:
                cell.set_picture(pictures[cell.key])


def _between(sign: str) -> QLabel:
    label = QLabel(sign)
    label.setProperty("kind", "quiet")
    label.setContentsMargins(0, 0, 0, int(_FOOT_PX))
    return label
