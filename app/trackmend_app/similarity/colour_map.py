"""A dark-to-bright colour map for similarity, in the manner of inferno, and overlays made of it."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from trackmend_core.types import FloatArray, ImageArray

_STOPS = np.array(
    [
        (0.00, 4, 3, 18),
        (0.13, 31, 12, 72),
        (0.25, 85, 15, 109),
        (0.38, 136, 34, 106),
        (0.50, 186, 54, 85),
        (0.63, 227, 89, 51),
        (0.75, 249, 140, 10),
        (0.88, 249, 201, 50),
        (1.00, 252, 255, 190),
    ]
)
"""Position 0..1, then red, green, blue; luminance rises all the way, so it also reads in grey."""
LONGEST_SIDE_PX = 720
"""A map is coloured in so many pixels along its longer side, however large the frame."""
_FEWEST_FOR_MEDIAN = 20_000


@dataclass(frozen=True, slots=True)
class SimilarityRange:
    """The cosine similarities at the two ends of the colour map."""

    low: float
    high: float

    @classmethod
    def of(cls, similarity: FloatArray) -> "SimilarityRange":
        """Return the range from the ordinary (the median) to the best place of a map."""
        finite = similarity[np.isfinite(similarity)]
        if not finite.size:
            return cls(0.0, 1.0)
        some = finite[:: max(1, finite.size // _FEWEST_FOR_MEDIAN)]
        low, high = float(np.median(some)), float(finite.max())
        return cls(low, max(high, low + 0.05))


@lru_cache(maxsize=1)
def colour_table() -> ImageArray:
    """Return the colour map as (256, 3) uint8 RGB."""
    positions = np.linspace(0, 1, 256)
    channels = [np.interp(positions, _STOPS[:, 0], _STOPS[:, c]) for c in (1, 2, 3)]
    return np.asarray(np.rint(np.stack(channels, axis=1)), np.uint8)


@lru_cache(maxsize=1)
def _table_with_alpha() -> NDArray[np.uint32]:
    """Return (256,) uint32 premultiplied ARGB: clear for nothing alike, nearly solid at best."""
    rise = np.clip(np.linspace(0, 1, 256) * 1.15 - 0.06, 0, 1)
    alpha = 0.92 * rise * rise * (3 - 2 * rise)
    bgr = colour_table()[:, ::-1] * alpha[:, None]
    blue, green, red, opacity = np.rint(np.column_stack([bgr, alpha * 255])).astype(np.uint32).T
    return np.asarray(opacity << 24 | red << 16 | green << 8 | blue, np.uint32)


def overlay_image(similarity: FloatArray, *, shown: SimilarityRange) -> QImage:
    """Return a translucent picture of a similarity map, to be stretched over the frame.

    Args:
        similarity: (H, W) float32 cosine, -1..1; not finite where unknown (drawn as nothing).
        shown: what the ends of the colour map stand for.
    """
    values = np.nan_to_num(np.asarray(similarity, np.float32), nan=-1.0)
    longest = max(values.shape)
    if longest > LONGEST_SIDE_PX:
        ratio = LONGEST_SIDE_PX / longest
        smaller = cv2.resize(values, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        values = np.asarray(smaller, np.float32)
    steps = (values - shown.low) * (255.0 / (shown.high - shown.low))
    pixels = _table_with_alpha().take(np.clip(steps, 0, 255).astype(np.uint8))
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()
