"""How surprising a box is to the Kalman filter that followed its track up to there."""

from typing import Final

import numpy as np

from trackmend_core.review.track_view import TrackView
from trackmend_core.tracking.kalman import MotionStates
from trackmend_core.types import Float64Array

FOLLOWED: Final = 25
"""The filter has settled after so many boxes."""

_LONGEST_GAP = 25


def kalman_residual(track: TrackView, row: int) -> float:
    """Return the distance of a box from its prediction in standard deviations (Mahalanobis).

    Args:
        track: that is followed.
        row: of the box, at least 1.
    """
    first = max(0, row - FOLLOWED)
    boxes = _as_xyah(track.boxes_xyxy[first : row + 1])
    gaps = np.minimum(np.diff(track.frames[first : row + 1]), _LONGEST_GAP)
    states = MotionStates.start(boxes[:1])
    only, moving = np.zeros(1, np.int64), np.zeros(1, np.bool_)
    for place, gap in enumerate(gaps.tolist(), start=1):
        for _ in range(gap):
            states.predict(only, freeze_height=moving)
        if place < len(gaps):
            states.update(only, boxes[place : place + 1])
    return float(np.sqrt(states.squared_mahalanobis(only, boxes[-1:])[0, 0]))


def _as_xyah(boxes_xyxy: Float64Array) -> Float64Array:
    sides = np.maximum(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], 1.0)
    centres = (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2
    return np.column_stack([centres, sides[:, 0] / sides[:, 1], sides[:, 1]])
