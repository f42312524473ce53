"""The Kalman filter of SORT: centre, area and aspect; the aspect has no velocity.

Its matrices couple a coordinate only with its own velocity, so three variances per coordinate are
the whole covariance; those of the aspect's velocity stay 0.

Source: Bewley et al., Simple Online and Realtime Tracking (ICIP 2016), section 3.2; noise of its
released code.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from trackmend_core.tracking.columns import Columns
from trackmend_core.types import Float64Array, IntArray

AREA, ASPECT, AREA_VELOCITY = 2, 3, 6
_START_POSITION = np.array([10.0, 10.0, 10.0, 10.0])
_START_VELOCITY = np.array([1e4, 1e4, 1e4, 0.0])
_STEP_POSITION = np.ones(4)
_STEP_VELOCITY = np.array([0.01, 0.01, 0.0001, 0.0])
_MEASURED = np.array([1.0, 1.0, 10.0, 10.0])
_SMALLEST = 1e-6


@dataclass(slots=True)
class AreaStates(Columns):
    """Where tracks are and how they move.

    Attributes:
        means: (N, 8) float64: cx, cy, area, width / height, then the change of each per frame.
        variances: (N, 3, 4) float64: of the position, between position and velocity, of the
            velocity; the last axis is the coordinate.
    """

    means: Float64Array
    variances: Float64Array

    @classmethod
    def start(cls, boxes_xyah: Float64Array) -> Self:
        """Return states at rest, sure of nothing, at the given (N, 4) cx cy aspect height."""
        count = len(boxes_xyah)
        variances = np.zeros((count, 3, 4))
        variances[:, 0], variances[:, 2] = _START_POSITION, _START_VELOCITY
        return cls(np.concatenate([_measured(boxes_xyah), np.zeros((count, 4))], axis=1), variances)

    def __len__(self) -> int:
        return len(self.means)

    def boxes_xyxy(self) -> Float64Array:
        """Return (N, 4) boxes in pixels of the source frame."""
        area, aspect = np.maximum(self.means[:, 2:4], _SMALLEST).T
        width = np.sqrt(area * aspect)
        halves = np.column_stack([width, area / width]) / 2
        centres = self.means[:, :2]
        return np.concatenate([centres - halves, centres + halves], axis=1)

    def put(self, rows: IntArray, other: "AreaStates") -> None:
        """Set the given (R,) rows to the R states of another."""
        self.means[rows], self.variances[rows] = other.means, other.variances

    def predict(self) -> None:
        """Move all states on by one frame; an area that would vanish stays."""
        shrinking = self.means[:, AREA] + self.means[:, AREA_VELOCITY] <= 0
        self.means[shrinking, AREA_VELOCITY] = 0.0
        self.means[:, :4] += self.means[:, 4:]
        position, cross, velocity = np.moveaxis(self.variances, 1, 0)
        position += 2 * cross + velocity + _STEP_POSITION
        cross += velocity
        velocity += _STEP_VELOCITY

    def update(self, rows: IntArray, boxes_xyah: Float64Array) -> None:
        """Correct the given rows by what was measured, (R, 4) cx cy aspect height."""
        means, variances = self.means[rows], self.variances[rows]
        position, cross, velocity = np.moveaxis(variances, 1, 0)
        spread = position + _MEASURED
        gain, velocity_gain = position / spread, cross / spread
        innovation = _measured(boxes_xyah) - means[:, :4]
        means[:, :4] += gain * innovation
        means[:, 4:] += velocity_gain * innovation
        velocity -= velocity_gain * cross
        cross -= gain * cross
        position -= gain * position
        self.means[rows], self.variances[rows] = means, variances


def _measured(boxes_xyah: Float64Array) -> Float64Array:
    """Return (N, 4) cx, cy, area, aspect."""
    aspect, height = boxes_xyah[:, 2], boxes_xyah[:, 3]
    return np.column_stack([boxes_xyah[:, :2], aspect * height * height, aspect])
