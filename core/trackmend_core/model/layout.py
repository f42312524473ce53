"""How a scene looks, whoever walks through it: which way edges run in each part of the picture.

Histograms of oriented gradients (Dalal & Triggs 2005), coarse and over the whole picture. Those of
a few moments are added up, so that people, who are elsewhere each time, hardly count; light and
noise change lengths of gradients, not directions.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from trackmend_core.types import FloatArray, ImageArray

COLUMNS: Final = 16
ROWS: Final = 9
DIRECTIONS: Final = 8
LAYOUT_LENGTH: Final = COLUMNS * ROWS * DIRECTIONS
SAME_SCENE: Final = 0.6
"""From this cosine on two layouts show one scene: those of the halves of ten videos had 0.76 to
0.98, those of different videos at most 0.44, a hundred photographs at most 0.59."""
_CELL_PX = 16
_FAINT = 1.0


def layout_of(images_bgr: Sequence[ImageArray]) -> FloatArray:
    """Return (LAYOUT_LENGTH,) float32 of unit length, zeros where the pictures are blank.

    Args:
        images_bgr: some moments of one video, (h, w, 3) uint8 each.
    """
    total = np.zeros((ROWS * COLUMNS, DIRECTIONS), np.float32)
    for image in images_bgr:
        total += _edges(image)
    return _unit(total.reshape(-1))


def _edges(image_bgr: ImageArray) -> FloatArray:
    """Return (cells, directions) of one picture, unit length, without what all cells share."""
    size_px = (COLUMNS * _CELL_PX, ROWS * _CELL_PX)
    small = cv2.resize(image_bgr, size_px, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)
    length, angle = cv2.cartToPolar(
        cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    )
    strength = np.sqrt(length)
    direction = (angle * (DIRECTIONS / np.pi)).astype(np.int64) % DIRECTIONS
    cells: FloatArray = np.stack(
        [
            cv2.resize(
                np.where(direction == one, strength, np.float32(0)),
                (COLUMNS, ROWS),
                interpolation=cv2.INTER_AREA,
            )
            for one in range(DIRECTIONS)
        ],
        axis=-1,
        dtype=np.float32,
        casting="same_kind",
    ).reshape(-1, DIRECTIONS)
    cells /= np.sqrt(np.square(cells).sum(axis=1, keepdims=True) + _FAINT)
    cells -= cells.mean(axis=0)
    edges: FloatArray = _unit(cells.reshape(-1)).reshape(-1, DIRECTIONS)
    return edges


def _unit(values: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(values))
    return values / np.float32(length) if length > 0 else values
