"""One frame as the widget shows it: only the visible part, scaled once per frame and view."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QImage

from trackmend_app.canvas.view_transform import ViewTransform
from trackmend_core.types import ImageArray

_SHOW_PIXELS_FROM = 8.0


@dataclass(frozen=True, slots=True)
class ScaledPart:
    """The visible part of a frame in device pixels.

    Attributes:
        image: shares its memory with `pixels`, which must live as long.
        pixels: (h, w, 4) uint8 BGRA.
        top_left: where its corner lies on the widget.
    """

    image: QImage
    pixels: NDArray[np.uint8]
    top_left: QPointF


class FramePicture:
    """A frame and its last scaled part."""

    def __init__(self, image_bgr: ImageArray) -> None:
        self.image_bgr = image_bgr
        self.height, self.width = image_bgr.shape[:2]
        self._key: tuple[ViewTransform, QRect, float] | None = None
        self._part: ScaledPart | None = None

    def visible_part(
        self, transform: ViewTransform, *, view: QRect, device_ratio: float
    ) -> ScaledPart | None:
        """Return what of the frame is to be seen; None when it lies outside the view."""
        key = (transform, QRect(view), device_ratio)
        if key != self._key:
            self._part = self._scale(transform, view=view, device_ratio=device_ratio)
            self._key = key
        return self._part

    def _scale(
        self, transform: ViewTransform, *, view: QRect, device_ratio: float
    ) -> ScaledPart | None:
        low = transform.to_image(QPointF(view.topLeft()))
        high = transform.to_image(QPointF(view.x() + view.width(), view.y() + view.height()))
        x1, y1 = max(0, int(np.floor(low.x()))), max(0, int(np.floor(low.y())))
        x2, y2 = min(self.width, int(np.ceil(high.x()))), min(self.height, int(np.ceil(high.y())))
        if x1 >= x2 or y1 >= y2:
            return None
        scale = transform.scale * device_ratio
        size = (max(1, round((x2 - x1) * scale)), max(1, round((y2 - y1) * scale)))
        cut, times = self.image_bgr[y1:y2, x1:x2], int(1 / scale)
        if times > 1:
            cut = _averaged(cut, times)
        nearest = scale >= _SHOW_PIXELS_FROM
        way = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
        part = cv2.resize(cut, size, interpolation=way)
        pixels = np.asarray(cv2.cvtColor(part, cv2.COLOR_BGR2BGRA), np.uint8)
        picture = _image_over(pixels)
        picture.setDevicePixelRatio(device_ratio)
        corner = transform.to_widget(x1, y1)
        snapped = QPointF(
            round(corner.x() * device_ratio) / device_ratio,
            round(corner.y() * device_ratio) / device_ratio,
        )
        return ScaledPart(picture, pixels, snapped)

    def rect(self) -> QRectF:
        """Return the frame in its own pixels."""
        return QRectF(0, 0, self.width, self.height)


def _averaged(image_bgr: ImageArray, times: int) -> ImageArray:
    """Return an image (H, W, 3) made smaller a whole number of times; what is left over is cut off.

    With what remains to be done by straight lines this looks as averaging to any size does, and
    takes a tenth of the time: whole squares are averaged by a way of its own.
    """
    height, width = image_bgr.shape[0] // times, image_bgr.shape[1] // times
    if not height or not width:
        return image_bgr
    whole = image_bgr[: height * times, : width * times]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def image_from_bgr(image_bgr: ImageArray) -> QImage:
    """Return a QImage with its own copy of the pixels, in the format that is quickest to draw.

    Args:
        image_bgr: (H, W, 3) uint8.
    """
    pixels = np.asarray(cv2.cvtColor(image_bgr, cv2.COLOR_BGR2BGRA), np.uint8)
    return _image_over(pixels).copy()


def _image_over(pixels: NDArray[np.uint8]) -> QImage:
    """Return an image in the memory of (H, W, 4) BGRA pixels."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
