"""What it costs to continue a track with a detection: by appearance and motion, or by overlap."""

import numpy as np

from trackmend_core.geometry import iou_matrix
from trackmend_core.tracking.candidates import Candidates
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import Float64Array, IntArray


def appearance_costs(
    tracks: TrackTable, rows: IntArray, *, candidates: Candidates, settings: TrackerSettings
) -> Float64Array:
    """Return the cosine distance, fused with motion; inf beyond the gate.

    Args:
        tracks: predicted to the frame of the candidates.
        rows: (R,) which tracks.
        candidates: D of them.
        settings: the gate and the share of motion.

    Returns:
        (R, D) float64.
    Source: FairMOT section 3.5.2; `fuse_motion` of JDE.
    """
    cosine = tracks.features[rows] @ candidates.features.T
    costs = np.maximum(0.0, 1.0 - cosine.astype(np.float64))
    distances = tracks.motion.squared_mahalanobis(rows, candidates.boxes_xyah)
    costs *= 1.0 - settings.motion_weight
    costs += settings.motion_weight * distances
    costs[distances > settings.gate] = np.inf
    return _within_class(costs, tracks, rows, candidates=candidates, settings=settings)


def overlap_costs(
    tracks: TrackTable, rows: IntArray, *, candidates: Candidates, settings: TrackerSettings
) -> Float64Array:
    """Return 1 - IoU of the predicted boxes with the candidates', (R, D) float64."""
    boxes = tracks.motion.select(rows).boxes_xyxy()
    costs = 1.0 - iou_matrix(boxes, candidates.boxes_xyxy, inclusive=settings.inclusive_iou)
    return _within_class(costs, tracks, rows, candidates=candidates, settings=settings)


def _within_class(
    costs: Float64Array,
    tracks: TrackTable,
    rows: IntArray,
    *,
    candidates: Candidates,
    settings: TrackerSettings,
) -> Float64Array:
    if not settings.match_across_classes:
        costs[tracks.class_ids[rows][:, None] != candidates.class_ids[None, :]] = np.inf
    return costs
