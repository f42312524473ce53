"""Constant-velocity Kalman filter over centre, aspect and height, for all tracks at once.

Follows the filter of DeepSORT that FairMOT uses (noise grows with the height of the box). Its start
covariance, its noise and its two matrices couple a coordinate only with its own velocity, so the
8 x 8 covariance always stays four 2 x 2 blocks: only those twelve numbers are kept per track.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from trackmend_core.tracking.motion import Motion
from trackmend_core.types import BoolArray, Float64Array, IntArray

POSITION_NOISE = 1 / 20
VELOCITY_NOISE = 1 / 160
HEIGHT = 3
HEIGHT_VELOCITY = 7


@dataclass(slots=True)
class MotionStates(Motion):
    """Where tracks are and how they move.

    Attributes:
        means: (N, 8) float64: cx, cy, width / height, height in pixels of the source frame, then
            the change of each per frame.
        variances: (N, 3, 4) float64: of the position, between position and velocity, of the
            velocity; the last axis is the coordinate.
    """

    means: Float64Array
    variances: Float64Array

    @classmethod
    def start(cls, boxes_xyah: Float64Array) -> Self:
        """Return states at rest at the given boxes, (N, 4) cx cy aspect height."""
        count = len(boxes_xyah)
        means = np.concatenate([boxes_xyah, np.zeros((count, 4))], axis=1)
        heights = boxes_xyah[:, HEIGHT]
        variances = np.zeros((count, 3, 4))
        variances[:, 0] = _noise(heights, scale=2 * POSITION_NOISE, aspect=1e-2)
        variances[:, 2] = _noise(heights, scale=10 * VELOCITY_NOISE, aspect=1e-5)
        return cls(means, variances)

    def __len__(self) -> int:
        return len(self.means)

    def boxes_xyxy(self) -> Float64Array:
        """Return (N, 4) boxes in pixels of the source frame."""
        sides = self.means[:, 2:4].copy()
        sides[:, 0] *= sides[:, 1]
        top_left = self.means[:, :2] - sides / 2
        return np.concatenate([top_left, top_left + sides], axis=1)

    def predict(self, rows: IntArray, *, freeze_height: BoolArray) -> None:
        """Move the given rows on by one frame.

        Args:
            rows: (R,) which states to move.
            freeze_height: (R,) True where the height shall not go on changing (lost tracks).
        """
        means, variances = self.means[rows], self.variances[rows]
        heights = means[:, HEIGHT].copy()
        means[freeze_height, HEIGHT_VELOCITY] = 0.0
        means[:, :4] += means[:, 4:]
        position, cross, velocity = variances[:, 0], variances[:, 1], variances[:, 2]
        position += 2 * cross + velocity + _noise(heights, scale=POSITION_NOISE, aspect=1e-2)
        cross += velocity
        velocity += _noise(heights, scale=VELOCITY_NOISE, aspect=1e-5)
        self.means[rows] = means
        self.variances[rows] = variances

    def update(self, rows: IntArray, boxes_xyah: Float64Array) -> None:
        """Correct the given rows by what was measured, (R, 4) cx cy aspect height."""
        means, variances = self.means[rows], self.variances[rows]
        position, cross, velocity = variances[:, 0], variances[:, 1], variances[:, 2]
        spread = position + _noise(means[:, HEIGHT], scale=POSITION_NOISE, aspect=1e-1)
        gain, velocity_gain = position / spread, cross / spread
        innovation = boxes_xyah - means[:, :4]
        means[:, :4] += gain * innovation
        means[:, 4:] += velocity_gain * innovation
        velocity -= velocity_gain * cross
        cross -= gain * cross
        position -= gain * position
        self.means[rows] = means
        self.variances[rows] = variances

    def place(self, rows: IntArray, boxes_xyah: Float64Array) -> None:
        """Put the given rows, at rest, where they were measured: what is left without a filter."""
        self.means[rows, :4] = boxes_xyah
        self.means[rows, 4:] = 0.0

    def squared_mahalanobis(self, rows: IntArray, boxes_xyah: Float64Array) -> Float64Array:
        """Return (R, D) squared distances of measured boxes from the given rows' predictions."""
        means = self.means[rows, :4]
        spread = self.variances[rows, 0] + _noise(
            means[:, HEIGHT], scale=POSITION_NOISE, aspect=1e-1
        )
        # Each axis in units of its own spread, one (R, D) array at a time: it stays in the cache.
        weights = 1.0 / spread
        distances = np.empty((len(rows), len(boxes_xyah)))
        gap = np.empty_like(distances)
        for axis in range(4):
            np.subtract(boxes_xyah[None, :, axis], means[:, axis, None], out=gap)
            gap *= gap
            if axis == 0:
                np.multiply(gap, weights[:, :1], out=distances)
            else:
                gap *= weights[:, axis, None]
                distances += gap
        return distances


def _noise(heights: Float64Array, *, scale: float, aspect: float) -> Float64Array:
    """Return (N, 4) variances: in proportion to the height, but fixed for the aspect."""
    variances = np.empty((len(heights), 4))
    variances[:] = ((scale * heights) ** 2)[:, None]
    variances[:, 2] = aspect**2
    return variances
