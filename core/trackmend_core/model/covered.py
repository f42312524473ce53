"""Whom a box does not show: people who stand nearer cover part of it.

Where two boxes overlap, the one that ends lower belongs to whoever stands nearer to the camera, and
what of the other lies behind a slim figure in it shows the wrong person: it is left out of colours.
A slim one, as boxes have street at their sides, and what is left out wrongly is lost.
"""

from typing import Final

import numpy as np

from trackmend_core.geometry import iou_matrix
from trackmend_core.types import BoolArray, Float64Array, FloatArray

STANDS_THERE: Final = 0.4
"""Least score of a detection that may cover another."""
SAME_IOU: Final = 0.6
"""Boxes that overlap by more are taken for two of one person."""
KNOWN_IOU: Final = 0.4
"""A detection that overlaps a known box by more is of the same person."""
SLIM: Final = 0.6
"""Width of the figure in a box, of the box's."""
_PAIRS = 256


def who_stands(
    boxes_xyxy: FloatArray | Float64Array, scores: FloatArray | Float64Array
) -> Float64Array:
    """Return the boxes (M, 4), of (N, 4), that are sure enough to cover others."""
    return boxes_xyxy[scores >= STANDS_THERE].astype(np.float64)


def with_those_beside(boxes_xyxy: Float64Array, standing_xyxy: Float64Array) -> Float64Array:
    """Return boxes (N, 4) that are known, and of others (M, 4) those that are of other people."""
    overlaps = iou_matrix(standing_xyxy, boxes_xyxy).max(axis=1, initial=0.0)
    return np.concatenate((boxes_xyxy, standing_xyxy[overlaps < KNOWN_IOU]))


def shown_of_own(
    boxes_xyxy: Float64Array, standing_xyxy: Float64Array, *, patch_wh: tuple[int, int]
) -> BoolArray:
    """Return where pictures of boxes show whom they are of, as far as others tell.

    Args:
        boxes_xyxy: (N, 4) pixels.
        standing_xyxy: (M, 4) of people who may stand in front, the same boxes among them or not.
        patch_wh: width and height that every box is brought to.

    Returns:
        (N, height, width), False where somebody nearer is seen.
    """
    width, height = patch_wh
    shown = np.ones((len(boxes_xyxy), height, width), np.bool_)
    behind, before = np.nonzero(_covers(boxes_xyxy, standing_xyxy))
    across = (np.arange(width) + 0.5) / width
    down = (np.arange(height) + 0.5) / height
    for start in range(0, len(behind), _PAIRS):
        rows = behind[start : start + _PAIRS]
        own, near = boxes_xyxy[rows], standing_xyxy[before[start : start + _PAIRS]]
        middles, halves = (near[:, :2] + near[:, 2:]) / 2, (near[:, 2:] - near[:, :2]) / 2
        halves[:, 0] *= SLIM
        sides = own[:, 2:] - own[:, :2]
        x = (own[:, :1] + sides[:, :1] * across - middles[:, :1]) / halves[:, :1]
        y = (own[:, 1:2] + sides[:, 1:] * down - middles[:, 1:]) / halves[:, 1:]
        outside = (y * y)[:, :, None] + (x * x)[:, None, :] >= 1
        np.logical_and.at(shown, rows, outside)
    return shown


def _covers(boxes_xyxy: Float64Array, standing_xyxy: Float64Array) -> BoolArray:
    """Return (N, M), whether a box lies in part behind one of those who stand there."""
    overlaps = iou_matrix(boxes_xyxy, standing_xyxy)
    is_nearer = standing_xyxy[None, :, 3] > boxes_xyxy[:, None, 3]
    covers: BoolArray = is_nearer & (overlaps > 0) & (overlaps <= SAME_IOU)
    return covers
