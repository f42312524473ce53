"""The few pairs of a track and a detection that are possible, with their costs."""

from dataclasses import dataclass
from math import inf
from typing import Self

import numpy as np

from trackmend_core.types import BoolArray, Float64Array, IntArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PairCosts:
    """A cost matrix of which only the entries that matter are kept, by rising row, then column.

    Attributes:
        shape: how many rows and columns the matrix has.
        rows: (P,) int64.
        columns: (P,) int64.
        costs: (P,) float64, from 0 up.
        elsewhere: the cost of every other pair.
    """

    shape: tuple[int, int]
    rows: IntArray
    columns: IntArray
    costs: Float64Array
    elsewhere: float = inf

    @classmethod
    def of(cls, matrix: Float64Array) -> Self:
        """Return the finite entries of an (R, C) matrix, in which inf forbids a pair."""
        rows, columns = (matrix != inf).nonzero()
        rows_in_all, columns_in_all = matrix.shape
        return cls(
            shape=(rows_in_all, columns_in_all),
            rows=rows,
            columns=columns,
            costs=matrix[rows, columns],
        )

    def matrix(self) -> Float64Array:
        """Return the whole (R, C) float64 matrix."""
        whole = np.full(self.shape, self.elsewhere)
        whole[self.rows, self.columns] = self.costs
        return whole

    def only(self, chosen: BoolArray) -> Self:
        """Return the chosen (P,) pairs; the others become as all others are."""
        places = chosen.nonzero()[0]
        return type(self)(
            shape=self.shape,
            rows=self.rows.take(places),
            columns=self.columns.take(places),
            costs=self.costs.take(places),
            elsewhere=self.elsewhere,
        )
