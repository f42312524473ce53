"""The cells that JDE would take as positives for a box ("POS-Anchor" in FairMOT's Table 1).

JDE (Wang et al. 2020, section 3.2) lays anchors of fixed sizes on grids of stride 8, 16 and 32 and
learns a box's embedding at every anchor that overlaps it by more than half. Here the grids' points
are cells of the stride-4 map. It differs from JDE in reading: JDE reports the anchor that scores
best, which FairMOT's networks do not have; here the positives' mean is taken.
"""

from itertools import product

import numpy as np
from scipy.sparse import csr_array

from trackmend_core.similarity.sampler import cells_at, middles, unit
from trackmend_core.types import Float64Array, FloatArray, IntArray

STRIDE = 4
MIN_OVERLAP = 0.5
ANCHORS = {
    8: ((8, 24), (11, 34), (16, 48), (23, 68)),
    16: ((32, 96), (45, 135), (64, 192), (90, 271)),
    32: ((128, 384), (180, 540), (256, 640), (512, 640)),
}
"""Width and height by stride, input pixels: those of JDE's configuration for 1088x608."""
_COARSEST = max(ANCHORS) // STRIDE


def positive_cells(
    boxes_xyxy: Float64Array, *, map_hw: tuple[int, int]
) -> tuple[IntArray, IntArray]:
    """Find the positives of boxes; a box without any gets the cell of its centre.

    Args:
        boxes_xyxy: (N, 4), cells of the stride-4 map.
        map_hw: height and width of the map.

    Returns:
        (M,) numbers of the boxes, ascending, and (M,) flat cells, row * width + column.
    """
    height, width = map_hw
    rows, columns = cells_at(middles(boxes_xyxy), map_hw=map_hw)
    owners, cells = [], []
    for number, box in enumerate(boxes_xyxy):
        places = _positives(box)
        inside = ((places >= 0) & (places < (height, width))).all(1)
        places = places[inside] if inside.any() else np.array([[rows[number], columns[number]]])
        owners.append(np.full(len(places), number))
        cells.append(places[:, 0] * width + places[:, 1])
    if not owners:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(owners).astype(np.int64), np.concatenate(cells).astype(np.int64)


class PositiveAnchorSampler:
    """The mean of the embeddings at a box's positive anchors."""

    def embeddings(self, features: FloatArray, boxes_xyxy: Float64Array) -> FloatArray:
        """Return one embedding per box; see `MapSampler`."""
        owners, cells = positive_cells(boxes_xyxy, map_hw=features.shape[1:])
        return _means(features, owners, cells, count=len(boxes_xyxy))

    def everywhere(self, features: FloatArray, *, box_wh: tuple[float, float]) -> FloatArray:
        """Return the positives' mean for a box around every cell; see `MapSampler`.

        The grids repeat every eight cells, so the positives are found for eight by eight boxes.
        """
        _, height, width = features.shape
        half = np.array((-box_wh[0], -box_wh[1], box_wh[0], box_wh[1])) / 2
        owners, cells = [], []
        for first in product(range(min(_COARSEST, height)), range(min(_COARSEST, width))):
            row, column = first
            middle = np.array((column, row, column, row)) + 0.5
            shifts = _positives(half + middle) - first
            rows, columns = np.mgrid[row:height:_COARSEST, column:width:_COARSEST]
            own = np.stack((rows.ravel(), columns.ravel()), 1)
            places = own[:, None] + shifts
            inside = ((places >= 0) & (places < (height, width))).all(2)
            flat = own @ (width, 1)
            which, shift = np.nonzero(inside)
            alone = flat[~inside.any(1)]
            owners += [flat[which], alone]
            cells += [places[which, shift] @ (width, 1), alone]
        found = _means(
            features, np.concatenate(owners), np.concatenate(cells), count=height * width
        )
        return np.ascontiguousarray(found.T).reshape(features.shape)


def _positives(box_xyxy: Float64Array) -> IntArray:
    """Return (M, 2) rows and columns of a box's positives on grids without an end."""
    x1, y1, x2, y2 = (float(edge) for edge in box_xyxy)
    area = max(x2 - x1, 0.0) * max(y2 - y1, 0.0)
    found = [np.zeros((0, 2), np.int64)]
    for stride, sizes in ANCHORS.items():
        step = stride // STRIDE
        for width, height in sizes:
            if not _can_overlap(x2 - x1, y2 - y1, width / STRIDE, height / STRIDE):
                continue
            columns, across = _overlaps(x1, x2, length=width / STRIDE, step=step)
            rows, along = _overlaps(y1, y2, length=height / STRIDE, step=step)
            shared = along[:, None] * across[None]
            union = area + width * height / STRIDE**2 - shared
            hits = np.nonzero(shared > MIN_OVERLAP * union)
            found.append(np.stack((rows[hits[0]], columns[hits[1]]), 1))
    if len(found) <= 2:
        return found[-1]
    return np.unique(np.concatenate(found), axis=0)


def _can_overlap(width: float, height: float, anchor_w: float, anchor_h: float) -> bool:
    """Tell whether an anchor of that size would do around the very middle of the box."""
    shared = min(width, anchor_w) * min(height, anchor_h)
    return shared > MIN_OVERLAP * (width * height + anchor_w * anchor_h - shared)


def _overlaps(
    low: float, high: float, *, length: float, step: int
) -> tuple[IntArray, Float64Array]:
    """Return the grid's points near an interval, and how much each one's anchor shares with it."""
    first, last = np.floor((low - length / 2) / step), np.ceil((high + length / 2) / step)
    points = np.arange(int(first), int(last) + 1) * step
    ends = np.minimum(points + length / 2, high) - np.maximum(points - length / 2, low)
    return points, np.clip(ends, 0.0, None)


def _means(features: FloatArray, owners: IntArray, cells: IntArray, *, count: int) -> FloatArray:
    """Return (count, D), unit length: the sum at each owner's cells."""
    size = features[0].size
    chosen = csr_array((np.ones(len(cells), np.float32), (owners, cells)), shape=(count, size))
    return unit(np.asarray(chosen @ features.reshape(len(features), -1).T), axis=1)
