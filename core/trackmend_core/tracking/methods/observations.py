"""What OC-SORT remembers of the last observations of tracks, and what it makes of them."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from trackmend_core.tracking.columns import Columns
from trackmend_core.tracking.methods.area_kalman import AreaStates
from trackmend_core.types import BoolArray, Float64Array, IntArray

_NEAR_ZERO = 1e-6


@dataclass(slots=True, kw_only=True)
class Observations(Columns):
    """The last boxes of N tracks, of as many frames as a direction is measured over.

    Attributes:
        last_xyxy: (N, 4) float64, the last box of each.
        recent_xyxy: (N, K, 4) float64, of the frames 0 to K - 1 before the present one.
        is_recent: (N, K) whether there was a box in that frame.
        headings: (N, 2) float64, unit vector of the motion between observations.
        has_heading: (N,) whether there were two observations to measure it by.
    """

    last_xyxy: Float64Array
    recent_xyxy: Float64Array
    is_recent: BoolArray
    headings: Float64Array
    has_heading: BoolArray

    @classmethod
    def start(cls, boxes_xyxy: Float64Array, *, frames: int) -> Self:
        """Return the memory of tracks that begin with the given (N, 4) boxes."""
        count = len(boxes_xyxy)
        recent = np.zeros((count, frames + 1, 4))
        recent[:, 0] = boxes_xyxy
        is_recent = np.zeros((count, frames + 1), np.bool_)
        is_recent[:, 0] = True
        return cls(
            last_xyxy=boxes_xyxy.copy(),
            recent_xyxy=recent,
            is_recent=is_recent,
            headings=np.zeros((count, 2)),
            has_heading=np.zeros(count, np.bool_),
        )

    def age(self) -> None:
        """Let a frame pass."""
        self.recent_xyxy[:, 1:] = self.recent_xyxy[:, :-1].copy()
        self.is_recent[:, 1:] = self.is_recent[:, :-1].copy()
        self.is_recent[:, 0] = False

    def earlier(self) -> Float64Array:
        """Return (N, 4) the oldest box within the memory, else the last one there was."""
        backwards = self.is_recent[:, ::-1]
        oldest = self.is_recent.shape[1] - 1 - backwards.argmax(axis=1)
        boxes = self.recent_xyxy[np.arange(len(oldest)), oldest]
        return np.where(backwards.any(axis=1, keepdims=True), boxes, self.last_xyxy)

    def observe(self, rows: IntArray, boxes_xyxy: Float64Array) -> None:
        """Take the present boxes of the given rows."""
        self.headings[rows] = directions(self.earlier()[rows], boxes_xyxy)
        self.has_heading[rows] = True
        self.last_xyxy[rows] = boxes_xyxy
        self.recent_xyxy[rows, 0] = boxes_xyxy
        self.is_recent[rows, 0] = True


def directions(from_xyxy: Float64Array, to_xyxy: Float64Array) -> Float64Array:
    """Return (..., 2) unit vectors between box centres; near zero where they coincide."""
    step = (to_xyxy[..., :2] + to_xyxy[..., 2:] - from_xyxy[..., :2] - from_xyxy[..., 2:]) / 2
    length = np.sqrt((step * step).sum(axis=-1, keepdims=True))
    unit: Float64Array = step / (length + _NEAR_ZERO)
    return unit


def relive(
    state: AreaStates, last_xyxy: Float64Array, now_xyxy: Float64Array, *, frames: int
) -> AreaStates:
    """Return the state predicted for now, as if the track had moved on a straight line meanwhile.

    Args:
        state: one state, after its last observation.
        last_xyxy: (4,) that observation.
        now_xyxy: (4,) the new one.
        frames: between the two.
    """
    only = np.array([0])
    for step in range(1, frames):
        state.predict()
        between = _xyah(last_xyxy + (now_xyxy - last_xyxy) * (step / frames))
        state.update(only, between[None])
    state.predict()
    return state


def _xyah(box_xyxy: Float64Array) -> Float64Array:
    x1, y1, x2, y2 = box_xyxy
    return np.array([(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / (y2 - y1), y2 - y1])
