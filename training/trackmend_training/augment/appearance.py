"""Changes of colour and sharpness; boxes stay where they are."""

import cv2
import numpy as np

from trackmend_core.types import ImageArray
from trackmend_training.config import AugmentConfig


def change_appearance(
    image: ImageArray, random: np.random.Generator, *, settings: AugmentConfig
) -> ImageArray:
    """Return the image with other colours and, at times, less sharp, grey or compressed."""
    image = _change_colours(image, random, settings=settings)
    if random.random() < settings.grey:
        image = np.repeat(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[..., None], 3, axis=2)
    if random.random() < settings.blur:
        image = _blur(image, random)
    if random.random() < settings.compress:
        quality = int(random.integers(15, 60))
        _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return image


def _change_colours(
    image: ImageArray, random: np.random.Generator, *, settings: AugmentConfig
) -> ImageArray:
    hue, saturation, value = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2HSV))
    levels = np.arange(256, dtype=np.float64)
    # OpenCV counts hue in steps of two degrees.
    shift = random.uniform(-settings.hue_shift, settings.hue_shift) / 2
    turned = ((levels + shift) % 180).astype(np.uint8)
    gain = 1 + random.uniform(-settings.saturation_gain, settings.saturation_gain)
    saturated = (levels * gain).clip(0, 255).astype(np.uint8)
    gain = 1 + random.uniform(-settings.value_gain, settings.value_gain)
    gamma = float(np.exp(random.uniform(-0.35, 0.35)))
    lit = (((levels / 255) ** gamma) * 255 * gain).clip(0, 255).astype(np.uint8)
    merged = cv2.merge([cv2.LUT(hue, turned), cv2.LUT(saturation, saturated), cv2.LUT(value, lit)])
    return np.asarray(cv2.cvtColor(merged, cv2.COLOR_HSV2BGR), np.uint8)


def _blur(image: ImageArray, random: np.random.Generator) -> ImageArray:
    height, width = image.shape[:2]
    kind = random.integers(3)
    if kind == 0:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.5, 1.8)), np.uint8)
    if kind == 1:
        kernel = np.zeros((1, int(random.integers(3, 9))), np.float32) + 1.0
        return np.asarray(cv2.filter2D(image, -1, kernel / kernel.size), np.uint8)
    factor = random.uniform(0.4, 0.8)
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
