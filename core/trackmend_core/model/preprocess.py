"""From a video frame to the network input: letterbox, RGB, 0..1 (FairMOT's `letterbox`).

Follows the official code, also in its border of 127.5 rounded to 128 and in applying no mean and
no standard deviation; but frames are not resized to 1920x1080 first, as it does to video files.
"""

import cv2
import numpy as np

from trackmend_core.geometry import Letterbox
from trackmend_core.types import FloatArray, ImageArray

BORDER_GREY = 128


def letterbox_image(image_bgr: ImageArray, *, input_wh: tuple[int, int]) -> ImageArray:
    """Scale a frame to fit and pad it with grey.

    Args:
        image_bgr: (H, W, 3) uint8.
        input_wh: width and height of the result, pixels.

    Returns:
        (height, width, 3) uint8 BGR.
    """
    height, width = image_bgr.shape[:2]
    return _place(image_bgr, Letterbox.fit(source_wh=(width, height), input_wh=input_wh))


def preprocess(image_bgr: ImageArray, *, input_wh: tuple[int, int]) -> tuple[FloatArray, Letterbox]:
    """Turn a frame into network input.

    Args:
        image_bgr: (H, W, 3) uint8.
        input_wh: width and height of the network input, multiples of 32.

    Returns:
        (3, height, width) float32 RGB in 0..1, and how the frame sits in it.

    Raises:
        ValueError: the image is not (H, W, 3) uint8.
    """
    if image_bgr.ndim != 3 or image_bgr.shape[2] != 3 or image_bgr.dtype != np.uint8:
        raise ValueError(f"expected (H, W, 3) uint8, got {image_bgr.shape} {image_bgr.dtype}")
    height, width = image_bgr.shape[:2]
    letterbox = Letterbox.fit(source_wh=(width, height), input_wh=input_wh)
    placed = _place(image_bgr, letterbox)
    planes = np.empty((3, input_wh[1], input_wh[0]), np.float32)
    for channel in range(3):
        np.divide(placed[:, :, 2 - channel], np.float32(255), out=planes[channel])
    return planes, letterbox


def _place(image_bgr: ImageArray, letterbox: Letterbox) -> ImageArray:
    (width, height), (new_w, new_h) = letterbox.input_wh, letterbox.resized_wh
    canvas = np.full((height, width, 3), BORDER_GREY, np.uint8)
    if min(new_w, new_h) < 1:
        return canvas  # so thin that nothing of it is left at this size
    left, top = letterbox.pad_left, letterbox.pad_top
    canvas[top : top + new_h, left : left + new_w] = (
        image_bgr
        if letterbox.resized_wh == letterbox.source_wh
        else cv2.resize(image_bgr, (new_w, new_h), interpolation=cv2.INTER_AREA)
    )
    return canvas
