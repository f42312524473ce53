"""One small picture of the similarity panel: a frame, darkened, with its similarity map over it."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from trackmend_app.canvas.frame_picture import FramePicture
from trackmend_app.canvas.view_transform import ViewTransform
from trackmend_app.similarity.colour_map import SimilarityRange, overlay_image
from trackmend_app.theme import current_theme, ui_font
from trackmend_core.types import FloatArray, ImageArray

_RADIUS_PX = 6.0
_LOW_PX = 86.0
_LABEL_PX = 22.0
"""What a tile stands for takes so much of its top."""
_SHADE = QColor(6, 4, 16, 120)


class MapTile(QAbstractButton):
    """Shows the map of one frame; a click goes there.

    Signals:
        frame_requested(frame_index): a person wants to see this frame.
    """

    frame_requested = Signal(int)

    def __init__(
        self, offset: int, parent: QWidget | None = None, *, side: int = 0, letter: str = ""
    ) -> None:
        super().__init__(parent)
        self.offset = offset
        self.side = side
        self.letter = letter
        self._frame_index: int | None = None
        self._frame: FramePicture | None = None
        self._size: tuple[int, int] | None = None
        self._similarity: FloatArray | None = None
        self._shown: SimilarityRange | None = None
        self._overlay: QImage | None = None
        self._is_late = False
        self.said = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self._name())
        self.setToolTip(self._name())
        self.clicked.connect(self._on_clicked)

    @property
    def frame_index(self) -> int | None:
        """The frame this tile stands for; None outside the video."""
        return self._frame_index

    @property
    def aspect(self) -> float | None:
        """Return width / height of the frame on show."""
        return self._frame.width / self._frame.height if self._frame is not None else None

    @property
    def similarity(self) -> FloatArray | None:
        """The map on show, None while it is not there yet."""
        return None if self._is_late else self._similarity

    def expect(self, frame_index: int | None) -> None:
        """Stand for another frame; what is shown stays, dimmed, until its map comes."""
        self.setEnabled(frame_index is not None)
        if frame_index == self._frame_index:
            return
        self._frame_index = frame_index
        self._is_late = True
        if frame_index is None:
            self._frame = self._similarity = None
        self.update()

    def say(self, text: str) -> None:
        """Say what is done for the map that is not there yet; empty: it waits for its turn."""
        if text != self.said:
            self.said = text
            self.update()

    def forget(self) -> None:
        """Show nothing."""
        self._frame = self._similarity = None
        self._is_late = False
        self.update()

    def set_map(self, image_bgr: ImageArray, similarity: FloatArray) -> None:
        """Show a frame (H, W, 3) BGR with its map (H, W) float32."""
        self._frame = FramePicture(image_bgr)
        self.set_shape(self._frame.width, self._frame.height)
        self._similarity = similarity
        self._shown = None
        self._is_late = False
        self.said = ""
        self.update()

    def set_shape(self, width: int, height: int) -> None:
        """Have the shape of the video's frames, also while there is none here."""
        if (width, height) != self._size:
            self._size = width, height
            self.update()

    @property
    def picture_area(self) -> QRectF:
        """Return where the frame is, or will be."""
        area = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        if self._size is None:
            return area
        return _containing(self._size, area).rect_to_widget(0, 0, *self._size)

    def set_shown(self, shown: SimilarityRange) -> None:
        """Say what the ends of the colour map stand for; all tiles share one range."""
        if self._similarity is not None and shown != self._shown:
            self._shown = shown
            self._overlay = overlay_image(self._similarity, shown=shown)
            self.update()

    def sizeHint(self) -> QSize:
        """Ask for a small picture."""
        return QSize(150, 108)

    def minimumSizeHint(self) -> QSize:
        """Stay large enough to make people out."""
        return QSize(72, 44)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture, what it stands for, and the frame of the current one."""
        theme = current_theme()
        area = self.picture_area
        outline = QPainterPath()
        outline.addRoundedRect(area, _RADIUS_PX, _RADIUS_PX)
        with QPainter(self) as painter:
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
            )
            painter.fillPath(outline, QColor(theme.stage))
            painter.setClipPath(outline)
            self._paint_picture(painter, area)
            painter.setClipping(False)
            self._paint_label(painter, area)
            is_now = self.offset == 0
            colour = QColor(theme.focus if is_now or self.hasFocus() else theme.line)
            painter.setPen(QPen(colour, 2.0 if is_now or self.hasFocus() else 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(outline)

    def _paint_picture(self, painter: QPainter, area: QRectF) -> None:
        if self._frame is None:
            there = self.said or self.tr("a moment…")
            painter.setPen(QColor(current_theme().quiet))
            painter.setFont(ui_font(11))
            outside = self.tr("outside the video")
            self._paint_said(painter, area, outside if self._frame_index is None else there)
            return
        transform = _containing((self._frame.width, self._frame.height), area)
        target = transform.rect_to_widget(0, 0, self._frame.width, self._frame.height)
        part = self._frame.visible_part(
            transform, view=self.rect(), device_ratio=self.devicePixelRatioF()
        )
        if part is not None:
            painter.drawImage(part.top_left, part.image)
        painter.fillRect(target, _SHADE)
        if self._overlay is not None and self._shown is not None:
            painter.drawImage(target, self._overlay)
        if self._is_late:
            painter.fillRect(target, QColor(6, 4, 16, 150))
            if self.said:
                painter.setPen(QColor(current_theme().on_overlay))
                painter.setFont(ui_font(11))
                self._paint_said(painter, area, self.said)

    def _paint_said(self, painter: QPainter, area: QRectF, text: str) -> None:
        """Write what is said in the middle, in a low tile in one line below what it stands for."""
        place, room = Qt.AlignmentFlag.AlignCenter, area.adjusted(4, 0, -4, 0)
        metrics = QFontMetricsF(painter.font())
        if area.height() < _LOW_PX:
            room.setTop(area.top() + _LABEL_PX)
            line = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, int(place), line)
        else:
            painter.drawText(room, int(place | Qt.TextFlag.TextWordWrap), text)

    def _paint_label(self, painter: QPainter, area: QRectF) -> None:
        font = ui_font(11, weight=QFont.Weight.Medium)
        text = (
            f"{self.letter} · {offset_text(self.offset)}"
            if self.letter
            else offset_text(self.offset)
        )
        chip = QRectF(
            area.left() + 5, area.top() + 5, QFontMetricsF(font).horizontalAdvance(text) + 10, 17
        )
        ground = QColor(current_theme().overlay)
        ground.setAlpha(215)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(QColor(current_theme().on_overlay))
        painter.setFont(font)
        painter.drawText(chip, int(Qt.AlignmentFlag.AlignCenter), text)

    def _on_clicked(self) -> None:
        if self._frame_index is not None:
            self.frame_requested.emit(self._frame_index)

    def _name(self) -> str:
        return f"{self.letter}: {self._what()}" if self.letter else self._what()

    def _what(self) -> str:
        if self.offset == 0:
            return self.tr("Similarity in this frame")
        text = (
            self.tr("Similarity {count} frames before")
            if self.offset < 0
            else self.tr("Similarity {count} frames after")
        )
        return text.format(count=abs(self.offset))


def offset_text(offset: int) -> str:
    """Return how far a frame is from the current one, e.g. "t − 8"."""
    if offset == 0:
        return "t"
    return f"t {'−' if offset < 0 else '+'} {abs(offset)}"


def _containing(size: tuple[int, int], area: QRectF) -> ViewTransform:
    """Return the transform at which a frame of a size is seen whole, its middle in the middle."""
    width, height = size
    scale = min(area.width() / width, area.height() / height)
    return ViewTransform(
        scale, area.center().x() - width * scale / 2, area.center().y() - height * scale / 2
    )
