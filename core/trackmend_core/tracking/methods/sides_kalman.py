"""The Kalman filter of BoT-SORT: centre, width and height, which may be warped with the picture.

Noise grows with the side that it concerns. A warp couples x with y and width with height, so whole
8 x 8 covariances are kept.

Source: Aharon et al., BoT-SORT (2022), sections 3.1 and 3.2, equations 1 to 8.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from trackmend_core.tracking.kalman import POSITION_NOISE, VELOCITY_NOISE
from trackmend_core.tracking.motion import Motion
from trackmend_core.types import BoolArray, Float64Array, IntArray

_STEP = np.eye(8) + np.eye(8, k=4)
_SMALLEST_SIDE = 1e-3


@dataclass(slots=True)
class SidesStates(Motion):
    """Where tracks are and how they move.

    Attributes:
        means: (N, 8) float64: cx, cy, width, height, then the change of each per frame.
        covariances: (N, 8, 8) float64.
    """

    means: Float64Array
    covariances: Float64Array

    @classmethod
    def start(cls, boxes_xyah: Float64Array) -> Self:
        """Return states at rest at the given boxes, (N, 4) cx cy aspect height."""
        measured = _xywh(boxes_xyah)
        means = np.concatenate([measured, np.zeros_like(measured)], axis=1)
        sides = np.concatenate(
            [
                2 * POSITION_NOISE * _noise_sides(means),
                10 * VELOCITY_NOISE * _noise_sides(means),
            ],
            axis=1,
        )
        return cls(means, _diagonal(sides**2))

    def __len__(self) -> int:
        return len(self.means)

    def boxes_xyxy(self, rows: IntArray | None = None) -> Float64Array:
        """Return boxes in pixels of the source frame, (N, 4) or of the given (R,) rows."""
        means = self.means if rows is None else self.means[rows]
        halves = np.maximum(means[:, 2:4], _SMALLEST_SIDE) / 2
        centres = means[:, :2]
        return np.concatenate([centres - halves, centres + halves], axis=1)

    def predict(self, rows: IntArray, *, freeze_height: BoolArray) -> None:
        """Move the given (R,) rows on by one frame; lost ones keep width and height."""
        means = self.means[rows]
        sides = _noise_sides(means)
        noise = np.concatenate([POSITION_NOISE * sides, VELOCITY_NOISE * sides], axis=1)
        means[freeze_height, 6:] = 0.0
        means[:, :4] += means[:, 4:]
        self.means[rows] = means
        self.covariances[rows] = _STEP @ self.covariances[rows] @ _STEP.T + _diagonal(noise**2)

    def update(self, rows: IntArray | slice, boxes_xyah: Float64Array) -> None:
        """Correct the given rows by what was measured, (R, 4) cx cy aspect height."""
        means, covariances = self.means[rows], self.covariances[rows]
        spread = covariances[:, :4, :4] + self._measurement_noise(means)
        gain = np.linalg.solve(spread, covariances[:, :4]).transpose(0, 2, 1)
        innovation = _xywh(boxes_xyah) - means[:, :4]
        self.means[rows] = means + (gain @ innovation[:, :, None])[:, :, 0]
        self.covariances[rows] = covariances - gain @ spread @ gain.transpose(0, 2, 1)

    def place(self, rows: IntArray | slice, boxes_xyah: Float64Array) -> None:
        """Put the given rows, at rest, where they were measured."""
        self.means[rows, :4] = _xywh(boxes_xyah)
        self.means[rows, 4:] = 0.0

    def squared_mahalanobis(self, rows: IntArray, boxes_xyah: Float64Array) -> Float64Array:
        """Return (R, D) squared distances of measured boxes from the given rows' predictions."""
        means = self.means[rows]
        spread = self.covariances[rows][:, :4, :4] + self._measurement_noise(means)
        gaps = _xywh(boxes_xyah)[None] - means[:, None, :4]
        weighed = np.linalg.solve(spread, gaps.transpose(0, 2, 1)).transpose(0, 2, 1)
        distances: Float64Array = (gaps * weighed).sum(axis=2)
        return distances

    def warp(self, affine: Float64Array) -> None:
        """Move all states as an affine map (2, 3) moves the picture (equations 5 to 8)."""
        turn = np.kron(np.eye(4), affine[:, :2])
        self.means = self.means @ turn.T
        self.means[:, :2] += affine[:, 2]
        self.covariances = turn @ self.covariances @ turn.T

    @staticmethod
    def _measurement_noise(means: Float64Array) -> Float64Array:
        return _diagonal((POSITION_NOISE * _noise_sides(means)) ** 2)


def _noise_sides(means: Float64Array) -> Float64Array:
    """Return (N, 4) the side that each coordinate's noise is in proportion to: w, h, w, h."""
    sides = np.maximum(np.abs(means[:, 2:4]), _SMALLEST_SIDE)
    return np.concatenate([sides, sides], axis=1)


def _diagonal(values: Float64Array) -> Float64Array:
    """Return (N, K, K) diagonal matrices of (N, K) values."""
    matrices: Float64Array = values[:, :, None] * np.eye(values.shape[1])
    return matrices


def _xywh(boxes_xyah: Float64Array) -> Float64Array:
    """Return (N, 4) cx, cy, width, height."""
    boxes = boxes_xyah.copy()
    boxes[:, 2] *= boxes[:, 3]
    return boxes
