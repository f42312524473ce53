"""What every motion model offers, so that the rest need not know which one it is."""

from abc import abstractmethod
from typing import Self

import numpy as np

from trackmend_core.tracking.columns import Columns
from trackmend_core.types import BoolArray, Float64Array, IntArray


class Motion(Columns):
    """Where N tracks are and how they move: the states of a filter, which it moves in place."""

    __slots__ = ()

    @classmethod
    @abstractmethod
    def start(cls, boxes_xyah: Float64Array) -> Self:
        """Return states at rest at the given boxes, (N, 4) cx cy aspect height."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def boxes_xyxy(self, rows: IntArray | None = None) -> Float64Array:
        """Return boxes in pixels of the source frame, (N, 4) or of the given (R,) rows."""

    @abstractmethod
    def predict(self, rows: IntArray, *, freeze_height: BoolArray) -> None:
        """Move the given (R,) rows, rising, on by one frame, lost tracks without growing."""

    @abstractmethod
    def update(self, rows: IntArray | slice, boxes_xyah: Float64Array) -> None:
        """Correct the given rows, rising, by what was measured, (R, 4) cx cy aspect height."""

    @abstractmethod
    def place(self, rows: IntArray | slice, boxes_xyah: Float64Array) -> None:
        """Put the given rows, at rest, where they were measured: what is left without a filter."""

    @abstractmethod
    def squared_mahalanobis(self, rows: IntArray, boxes_xyah: Float64Array) -> Float64Array:
        """Return (R, D) squared distances of measured boxes from the given rows' predictions."""

    def near_pairs(
        self, rows: IntArray, boxes_xyah: Float64Array, *, gate: float
    ) -> tuple[IntArray, IntArray, Float64Array]:
        """Return the pairs within the gate: place in `rows`, measured box, squared distance."""
        distances = self.squared_mahalanobis(rows, boxes_xyah)
        near = ~(distances > gate)  # what is not a number must come to light
        places = near.ravel().nonzero()[0]
        row, column = np.divmod(places, max(1, len(boxes_xyah)))
        return row, column, distances.ravel().take(places)
