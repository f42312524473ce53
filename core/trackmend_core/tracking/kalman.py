"""Constant-velocity Kalman filter over centre, aspect and height, for all tracks at once.

Follows the filter of DeepSORT that FairMOT uses (noise grows with the height of the box). Its start
covariance, its noise and its two matrices couple a coordinate only with its own velocity, so the
8 x 8 covariance always stays four 2 x 2 blocks: only those twelve numbers are kept per track. They
stand below the eight of the mean in one array, a row a number, so that a step of all tracks is a
handful of operations on long rows.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from trackmend_core.tracking.columns import as_places
from trackmend_core.tracking.motion import Motion
from trackmend_core.types import BoolArray, Float64Array, IntArray

POSITION_NOISE = 1 / 20
VELOCITY_NOISE = 1 / 160
HEIGHT = 3
HEIGHT_VELOCITY = 7
_POSITION, _VELOCITY = slice(0, 4), slice(4, 8)
_VARIANCE, _COVARIANCE, _VELOCITY_VARIANCE = slice(8, 12), slice(12, 16), slice(16, 20)
_NUMBERS: Final = 20
_FEW_PAIRS: Final = 2_000
"""So many pairs are quicker worked out whole than sorted by their first two axes."""


class _Noise:
    """Variances in proportion to the squared height, but fixed for the aspect."""

    def __init__(self, *groups: tuple[float, float]) -> None:
        """Take, for each group of four coordinates, the scale and the deviation of the aspect."""
        shares, fixed = np.zeros((len(groups), 4)), np.zeros((len(groups), 4))
        for row, (scale, aspect) in enumerate(groups):
            shares[row] = [scale**2, scale**2, 0.0, scale**2]
            fixed[row, 2] = aspect**2
        self._shares, self._fixed = shares.reshape(-1, 1), fixed.reshape(-1, 1)

    def of(self, heights: Float64Array) -> Float64Array:
        """Return (4 * groups, N) variances."""
        variances: Float64Array = self._shares * (heights * heights)
        variances += self._fixed
        return variances


_NOTHING = (0.0, 0.0)
_START_NOISE = _Noise((2 * POSITION_NOISE, 1e-2), _NOTHING, (10 * VELOCITY_NOISE, 1e-5))
_MOVE_NOISE = _Noise((POSITION_NOISE, 1e-2), _NOTHING, (VELOCITY_NOISE, 1e-5))
_LOOK_NOISE = _Noise((POSITION_NOISE, 1e-1))


@dataclass(slots=True)
class MotionStates(Motion):
    """Where tracks are and how they move.

    Attributes:
        numbers: (20, N) float64, five groups of four, one number a coordinate: cx, cy, width /
            height, height in pixels of the source frame; the change of each per frame; the variance
            of the first, between the two, of the second.
    """

    numbers: Float64Array

    @classmethod
    def start(cls, boxes_xyah: Float64Array) -> Self:
        """Return states at rest at the given boxes, (N, 4) cx cy aspect height."""
        numbers = np.zeros((_NUMBERS, len(boxes_xyah)))
        numbers[_POSITION] = boxes_xyah.T
        numbers[8:] = _START_NOISE.of(numbers[HEIGHT])
        return cls(numbers)

    def __len__(self) -> int:
        count: int = self.numbers.shape[1]
        return count

    @property
    def means(self) -> Float64Array:
        """Return (N, 8) the positions and their changes, a view that may be written to."""
        return self.numbers[:8].T

    def select(self, rows: IntArray | BoolArray) -> Self:
        """Return the given states, in the given order, copied."""
        return type(self)(self.numbers.take(as_places(rows), axis=1))

    def followed_by(self, other: Self) -> Self:
        """Return these states, then the other's."""
        return self.with_others_at(len(self), other)

    def with_others_at(self, place: int, others: Self) -> Self:
        """Return these states with the others between the first `place` of them and the rest."""
        before, after = self.numbers[:, :place], self.numbers[:, place:]
        return type(self)(np.concatenate((before, others.numbers, after), axis=1))

    def boxes_xyxy(self, rows: IntArray | None = None) -> Float64Array:
        """Return boxes in pixels of the source frame, (N, 4) or of the given (R,) rows."""
        means = self.numbers[:4] if rows is None else self.numbers[:4].take(rows, axis=1)
        sides = means[2:4].copy()
        sides[0] *= sides[1]
        boxes = np.empty_like(means)
        np.subtract(means[:2], sides / 2, out=boxes[:2])
        np.add(boxes[:2], sides, out=boxes[2:])
        return boxes.T

    def predict(self, rows: IntArray, *, freeze_height: BoolArray) -> None:
        """Move the given rows, rising, on by one frame.

        Args:
            rows: (R,) which states to move.
            freeze_height: (R,) True where the height shall not go on changing (lost tracks).
        """
        numbers = self._taken(rows)
        noise = _MOVE_NOISE.of(numbers[HEIGHT])
        np.copyto(numbers[HEIGHT_VELOCITY], 0.0, where=freeze_height)
        numbers[_POSITION] += numbers[_VELOCITY]
        numbers[8:16] += numbers[12:]
        numbers[_VARIANCE] += numbers[_COVARIANCE]
        numbers[8:] += noise
        self._put(rows, numbers)

    def update(self, rows: IntArray | slice, boxes_xyah: Float64Array) -> None:
        """Correct the given rows, rising, by what was measured, (R, 4) cx cy aspect height."""
        numbers = self._taken(rows)
        by_pairs = numbers.reshape(5, 4, -1)
        spread = numbers[_VARIANCE] + _LOOK_NOISE.of(numbers[HEIGHT])
        gains = by_pairs[2:4] / spread
        by_pairs[:2] += gains * (boxes_xyah.T - numbers[_POSITION])
        numbers[_VELOCITY_VARIANCE] -= gains[1] * numbers[_COVARIANCE]
        by_pairs[2:4] -= gains[0] * by_pairs[2:4]
        self._put(rows, numbers)

    def place(self, rows: IntArray | slice, boxes_xyah: Float64Array) -> None:
        """Put the given rows, at rest, where they were measured: what is left without a filter."""
        self.numbers[_POSITION, rows] = boxes_xyah.T
        self.numbers[_VELOCITY, rows] = 0.0

    def squared_mahalanobis(self, rows: IntArray, boxes_xyah: Float64Array) -> Float64Array:
        """Return (R, D) squared distances of measured boxes from the given rows' predictions."""
        means, weights = self._expected(rows)
        gaps = boxes_xyah.T[:, None] - means[:, :, None]
        gaps *= gaps
        gaps *= weights[:, :, None]
        distances: Float64Array = np.add.reduce(gaps, axis=0)
        return distances

    def near_pairs(
        self, rows: IntArray, boxes_xyah: Float64Array, *, gate: float
    ) -> tuple[IntArray, IntArray, Float64Array]:
        """Return the pairs within the gate: place in `rows`, measured box, squared distance.

        Of many pairs, two axes tell most apart; the other two are worked out for what they leave.
        """
        if len(rows) * len(boxes_xyah) <= _FEW_PAIRS:
            return Motion.near_pairs(self, rows, boxes_xyah, gate=gate)
        means, weights = self._expected(rows)
        measured = boxes_xyah.T
        gaps = measured[:2, None] - means[:2, :, None]
        gaps *= gaps
        gaps *= weights[:2, :, None]
        distances = np.add(gaps[0], gaps[1], out=gaps[0])
        row, column = (~(distances > gate)).nonzero()  # what is not a number must come to light
        left = distances[row, column]
        gaps = measured[2:].take(column, axis=1)
        gaps -= means[2:].take(row, axis=1)
        gaps *= gaps
        gaps *= weights[2:].take(row, axis=1)
        left += gaps[0]
        left += gaps[1]
        kept = (~(left > gate)).nonzero()[0]
        return row.take(kept), column.take(kept), left.take(kept)

    def _expected(self, rows: IntArray) -> tuple[Float64Array, Float64Array]:
        """Return (4, R) what is expected to be measured and the inverse of its variance."""
        numbers = self.numbers[:12].take(rows, axis=1)
        return numbers[:4], 1.0 / (numbers[8:] + _LOOK_NOISE.of(numbers[HEIGHT]))

    def _taken(self, rows: IntArray | slice) -> Float64Array:
        """Return (20, R) numbers: a view of all or of a slice, otherwise copied."""
        if isinstance(rows, slice):
            return self.numbers[:, rows]
        return self.numbers if len(rows) == len(self) else self.numbers.take(rows, axis=1)

    def _put(self, rows: IntArray | slice, numbers: Float64Array) -> None:
        if not isinstance(rows, slice) and numbers is not self.numbers:
            self.numbers[:, rows] = numbers
