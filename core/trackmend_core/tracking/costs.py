"""What it costs to continue a track with a detection: by appearance and motion, or by overlap."""

from math import isqrt

import numpy as np

from trackmend_core.geometry import iou_of_pairs
from trackmend_core.tracking.candidates import Candidates
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import Float64Array, FloatArray, IntArray

_SINGLE_THREAD_PRODUCTS = 262_144
"""OpenBLAS computes a matrix product of no more multiplications in the thread that asks for it."""


def appearance_costs(
    tracks: TrackTable, rows: IntArray, *, candidates: Candidates, settings: TrackerSettings
) -> Float64Array:
    """Return the cosine distance, fused with motion if motion is used; inf beyond the gate.

    Args:
        tracks: predicted to the frame of the candidates.
        rows: (R,) which tracks.
        candidates: D of them.
        settings: the gate and the share of motion.

    Returns:
        (R, D) float64.
    Source: FairMOT section 3.5.2; `fuse_motion` of JDE.
    """
    costs = cosine_distances(tracks.features[rows], candidates.features)
    if settings.use_motion:
        distances = tracks.motion.squared_mahalanobis(rows, candidates.boxes_xyah)
        beyond = distances > settings.gate
        distances *= settings.motion_weight
        costs *= 1.0 - settings.motion_weight
        costs += distances
        costs[beyond] = np.inf
    return within_class(costs, tracks, rows, candidates=candidates, settings=settings)


def overlap_costs(
    tracks: TrackTable, rows: IntArray, *, candidates: Candidates, settings: TrackerSettings
) -> Float64Array:
    """Return 1 - IoU of the predicted boxes with the candidates', (R, D) float64."""
    boxes = tracks.motion.select(rows).boxes_xyxy()
    costs = overlap_distances(boxes, candidates.boxes_xyxy, inclusive=settings.inclusive_iou)
    return within_class(costs, tracks, rows, candidates=candidates, settings=settings)


def cosine_distances(features_a: FloatArray, features_b: FloatArray) -> Float64Array:
    """Return 1 - cosine of unit vectors, (A, B) float64 from 0 up, computed in float64.

    The product is formed in blocks that one thread computes: for matrices of this size, waking
    BLAS's other threads takes longer than the product, far longer while the network keeps the
    processor busy.
    """
    a, b = features_a.astype(np.float64), features_b.astype(np.float64).T
    distances = np.empty((a.shape[0], b.shape[1]))
    side = max(1, isqrt(_SINGLE_THREAD_PRODUCTS // max(1, a.shape[1])))
    for row in range(0, distances.shape[0], side):
        for column in range(0, distances.shape[1], side):
            block = np.s_[row : row + side, column : column + side]
            np.matmul(a[block[0]], b[:, block[1]], out=distances[block])
    np.subtract(1.0, distances, out=distances)
    return np.maximum(distances, 0.0, out=distances)


def overlap_distances(
    boxes_a: Float64Array, boxes_b: Float64Array, *, inclusive: bool = False
) -> Float64Array:
    """Return 1 - IoU, (A, B) float64; only boxes that meet are worked out, the others get 1."""
    distances = np.ones((len(boxes_a), len(boxes_b)))
    rows, columns = meeting_pairs(boxes_a, boxes_b, border=1.0 if inclusive else 0.0)
    if len(rows):
        overlap = iou_of_pairs(boxes_a[rows], boxes_b[columns], inclusive=inclusive)
        distances[rows, columns] = 1.0 - overlap
    return distances


def meeting_pairs(
    boxes_a: Float64Array, boxes_b: Float64Array, *, border: float
) -> tuple[IntArray, IntArray]:
    """Return the rows of A and of B whose boxes share some area, each (P,), by rising row of A."""
    far = boxes_b[:, 2:] + border
    meeting = boxes_a[:, 0, None] < far[None, :, 0]
    meeting &= boxes_a[:, 1, None] < far[None, :, 1]
    far = boxes_a[:, 2:] + border
    meeting &= far[:, 0, None] > boxes_b[None, :, 0]
    meeting &= far[:, 1, None] > boxes_b[None, :, 1]
    rows, columns = np.nonzero(meeting)
    return rows, columns


def within_class(
    costs: Float64Array,
    tracks: TrackTable,
    rows: IntArray,
    *,
    candidates: Candidates,
    settings: TrackerSettings,
) -> Float64Array:
    """Forbid, in place, pairs of different classes, unless the settings allow them."""
    if not settings.match_across_classes:
        costs[tracks.class_ids[rows][:, None] != candidates.class_ids[None, :]] = np.inf
    return costs
