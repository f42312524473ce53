"""Boxes and the maps between source frame and network input; no torch."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from trackmend_core.types import Float64Array


def iou_matrix(
    boxes_a: Float64Array, boxes_b: Float64Array, *, inclusive: bool = False
) -> Float64Array:
    """Return the overlap of every box of A with every box of B.

    Args:
        boxes_a: (A, 4) x1 y1 x2 y2.
        boxes_b: (B, 4), same frame of reference.
        inclusive: count the border pixel (x2 - x1 + 1), as `cython_bbox` and so FairMOT does.

    Returns:
        (A, B) float64 in 0..1; two empty boxes have overlap 0.
    """
    a = np.asarray(boxes_a, np.float64).reshape(-1, 1, 4)
    b = np.asarray(boxes_b, np.float64).reshape(1, -1, 4)
    border = 1.0 if inclusive else 0.0
    low = np.maximum(a[..., :2], b[..., :2])
    high = np.minimum(a[..., 2:], b[..., 2:])
    sides = np.clip(high - low + border, 0.0, None)
    shared = sides[..., 0] * sides[..., 1]
    area_a = (a[..., 2] - a[..., 0] + border) * (a[..., 3] - a[..., 1] + border)
    area_b = (b[..., 2] - b[..., 0] + border) * (b[..., 3] - b[..., 1] + border)
    union = area_a + area_b - shared
    return np.where(union > 0, shared / np.where(union > 0, union, 1.0), 0.0)


def iou_of_pairs(
    boxes_a: Float64Array, boxes_b: Float64Array, *, inclusive: bool = False
) -> Float64Array:
    """Return the overlap of each box of A with the box of B in the same row, (N,) float64.

    Args:
        boxes_a: (N, 4) x1 y1 x2 y2.
        boxes_b: (N, 4), same frame of reference.
        inclusive: as in `iou_matrix`.
    """
    a, b = boxes_a.T, boxes_b.T
    sides = np.minimum(a[2:], b[2:])
    sides -= np.maximum(a[:2], b[:2])
    sides_a, sides_b = a[2:] - a[:2], b[2:] - b[:2]
    if inclusive:
        for each in (sides, sides_a, sides_b):
            each += 1.0
    np.maximum(sides, 0.0, out=sides)
    shared = sides[0] * sides[1]
    union = sides_a[0] * sides_a[1]
    union += sides_b[0] * sides_b[1]
    union -= shared
    overlaps: Float64Array = np.divide(shared, union, out=np.zeros(len(union)), where=union > 0)
    return overlaps


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a source frame sits in the network input: scaled, centred, padded (FAIRMOT preprocess).

    Attributes:
        source_wh: size of the source frame in pixels.
        input_wh: size of the network input in pixels, multiples of 32.
        ratio: input pixels per source pixel.
        resized_wh: size of the scaled frame inside the input, in whole pixels.
        pad_left: whole columns of border on the left.
        pad_top: whole rows of border at the top.
    """

    source_wh: tuple[int, int]
    input_wh: tuple[int, int]
    ratio: float
    resized_wh: tuple[int, int]
    pad_left: int
    pad_top: int

    @classmethod
    def fit(cls, *, source_wh: tuple[int, int], input_wh: tuple[int, int]) -> Self:
        """Fit a frame into an input size, as `letterbox` of the official code does.

        Raises:
            ValueError: a side is not positive.
        """
        if min(*source_wh, *input_wh) <= 0:
            raise ValueError(f"sizes must be positive: {source_wh}, {input_wh}")
        (src_w, src_h), (net_w, net_h) = source_wh, input_wh
        ratio = min(net_h / src_h, net_w / src_w)
        new_w, new_h = round(src_w * ratio), round(src_h * ratio)
        pad_left = round((net_w - new_w) / 2 - 0.1)
        pad_top = round((net_h - new_h) / 2 - 0.1)
        return cls(source_wh, input_wh, ratio, (new_w, new_h), pad_left, pad_top)

    def input_to_source(self, boxes_xyxy: Float64Array, *, stride: int = 4) -> Float64Array:
        """Map boxes from feature cells (input pixels / stride) to source pixels.

        Follows the official post-processing: it uses the ideal centre, not the whole-pixel pads,
        and trained models have learnt that shift.
        """
        scale, centre, offset = self._cell_map(stride)
        return np.asarray((np.asarray(boxes_xyxy, np.float64) - centre) * scale + offset)

    def source_to_input(self, boxes_xyxy: Float64Array, *, stride: int = 4) -> Float64Array:
        """Map boxes from source pixels to feature cells: the inverse of `input_to_source`."""
        scale, centre, offset = self._cell_map(stride)
        return np.asarray((np.asarray(boxes_xyxy, np.float64) - offset) / scale + centre)

    def _cell_map(self, stride: int) -> tuple[float, Float64Array, Float64Array]:
        """Return source pixels per cell, the centre in cells, and the centre in source pixels."""
        (src_w, src_h), (net_w, net_h) = self.source_wh, self.input_wh
        scale = max(net_w / net_h * src_h, src_w) / (net_w / stride)
        centre = np.array([net_w / stride / 2, net_h / stride / 2] * 2)
        return scale, centre, np.array([src_w / 2, src_h / 2] * 2)
