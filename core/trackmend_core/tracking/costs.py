"""What it costs to continue a track with a detection: by appearance and motion, or by overlap."""

from math import inf, isqrt

import numpy as np

from trackmend_core.geometry import iou_of_pairs
from trackmend_core.tracking.candidates import Candidates
from trackmend_core.tracking.pairs import PairCosts
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import Float64Array, FloatArray, IntArray

_SINGLE_THREAD_PRODUCTS = 262_144
"""OpenBLAS computes a matrix product of no more multiplications in the thread that asks for it."""
_FEW_PAIRS = 0.2
"""Below this share of all pairs each cosine by itself is quicker than the product of all."""
_NO_OVERLAP = 1.0
_TINY = 1e-9


def appearance_costs(
    tracks: TrackTable,
    rows: IntArray,
    columns: IntArray,
    *,
    candidates: Candidates,
    settings: TrackerSettings,
) -> PairCosts:
    """Return the cosine distance, fused with motion if motion is used; no pair beyond the gate.

    Args:
        tracks: predicted to the frame of the candidates.
        rows: (R,) which tracks, rising.
        columns: (C,) which candidates.
        candidates: D of them.
        settings: the gate and the share of motion.

    Source: FairMOT section 3.5.2; `fuse_motion` of JDE.
    """
    shape = (len(rows), len(columns))
    if settings.use_motion:
        row, column, distances = tracks.motion.near_pairs(
            rows, candidates.boxes_xyah.take(columns, axis=0), gate=settings.gate
        )
    else:
        row, column = np.ones(shape, np.bool_).nonzero()
        distances = None
    track_rows, candidate_rows = rows.take(row), columns.take(column)
    if len(row) <= _FEW_PAIRS * shape[0] * shape[1]:
        costs = _cosine_distances_of_pairs(
            tracks.features.take(track_rows, axis=0),
            candidates.features.take(candidate_rows, axis=0),
        )
    else:
        costs = cosine_distances(
            tracks.features.take(rows, axis=0), candidates.features.take(columns, axis=0)
        )[row, column]
    if distances is not None:
        distances *= settings.motion_weight
        costs *= 1.0 - settings.motion_weight
        costs += distances
    pairs = PairCosts(shape=shape, rows=row, columns=column, costs=costs)
    return within_class(pairs, tracks, rows, columns, candidates=candidates, settings=settings)


def overlap_costs(
    tracks: TrackTable,
    rows: IntArray,
    columns: IntArray,
    *,
    candidates: Candidates,
    settings: TrackerSettings,
) -> PairCosts:
    """Return 1 - IoU of the predicted boxes with the candidates'; see `appearance_costs`."""
    boxes, others = tracks.motion.boxes_xyxy(rows), candidates.boxes_xyxy.take(columns, axis=0)
    pairs = overlap_pairs(boxes, others, inclusive=settings.inclusive_iou)
    return within_class(pairs, tracks, rows, columns, candidates=candidates, settings=settings)


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


def _cosine_distances_of_pairs(features_a: FloatArray, features_b: FloatArray) -> Float64Array:
    """Return 1 - cosine of the unit vectors in the same row, (P,) float64 from 0 up."""
    cosines = np.vecdot(features_a.astype(np.float64), features_b.astype(np.float64))
    distances: Float64Array = np.subtract(1.0, cosines, out=cosines)
    return np.maximum(distances, 0.0, out=distances)


def overlap_distances(
    boxes_a: Float64Array, boxes_b: Float64Array, *, inclusive: bool = False
) -> Float64Array:
    """Return 1 - IoU, (A, B) float64; only boxes that meet are worked out, the others get 1."""
    return overlap_pairs(boxes_a, boxes_b, inclusive=inclusive).matrix()


def overlap_pairs(
    boxes_a: Float64Array, boxes_b: Float64Array, *, inclusive: bool = False
) -> PairCosts:
    """Return 1 - IoU of the boxes that meet."""
    rows, columns = meeting_pairs(boxes_a, boxes_b, border=1.0 if inclusive else 0.0)
    if len(rows):
        overlaps = iou_of_pairs(
            boxes_a.take(rows, axis=0), boxes_b.take(columns, axis=0), inclusive=inclusive
        )
        costs = np.subtract(1.0, overlaps, out=overlaps)
    else:
        costs = np.zeros(0)
    return PairCosts(
        shape=(len(boxes_a), len(boxes_b)),
        rows=rows,
        columns=columns,
        costs=costs,
        elsewhere=_NO_OVERLAP,
    )


def meeting_pairs(
    boxes_a: Float64Array, boxes_b: Float64Array, *, border: float
) -> tuple[IntArray, IntArray]:
    """Return the rows of A and of B whose boxes share some area, each (P,), by rising row of A."""
    a, b = boxes_a.T[:, :, None], boxes_b.T[:, None, :]
    begins = a[:2] < b[2:] + border
    begins &= a[2:] + border > b[:2]
    rows, columns = (begins[0] & begins[1]).nonzero()
    return rows, columns


def covering_pairs(
    boxes_a: Float64Array, boxes_b: Float64Array, *, iou_min: float, inclusive: bool
) -> tuple[IntArray, IntArray]:
    """Return the rows of A and of B whose boxes overlap by more than `iou_min`, each (P,)."""
    border = 1.0 if inclusive else 0.0
    # Two such boxes share more than `iou_min` of the width of either, so their left edges, and
    # in the same way their upper ones, lie near each other.
    a, b = boxes_a.T, boxes_b.T
    apart = a[:2, :, None] - b[:2, None, :]
    np.abs(apart, out=apart)
    farthest = (a[2:] - a[:2] + border) * (1.0 / max(iou_min, _TINY) - 1.0 + _TINY)
    near = apart <= farthest[:, :, None]
    rows, columns = (near[0] & near[1]).nonzero()
    if len(rows):
        overlaps = iou_of_pairs(
            boxes_a.take(rows, axis=0), boxes_b.take(columns, axis=0), inclusive=inclusive
        )
        covering = (1.0 - overlaps < 1.0 - iou_min).nonzero()[0]
        rows, columns = rows.take(covering), columns.take(covering)
    return rows, columns


def within_class(
    pairs: PairCosts,
    tracks: TrackTable,
    rows: IntArray,
    columns: IntArray,
    *,
    candidates: Candidates,
    settings: TrackerSettings,
) -> PairCosts:
    """Forbid pairs of different classes, unless the settings allow them."""
    if settings.match_across_classes:
        return pairs
    of_tracks, of_candidates = tracks.class_ids.take(rows), candidates.class_ids.take(columns)
    if pairs.elsewhere == inf:
        same = of_tracks.take(pairs.rows) == of_candidates.take(pairs.columns)
        return pairs if np.count_nonzero(same) == len(same) else pairs.only(same)
    differ = of_tracks[:, None] != of_candidates
    if not np.count_nonzero(differ):
        return pairs
    matrix = pairs.matrix()
    matrix[differ] = inf
    return PairCosts.of(matrix)
