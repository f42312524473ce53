"""Least-cost pairing of tracks with detections, where dear pairs stay apart."""

from dataclasses import dataclass

import lap
import numpy as np
from scipy.optimize import linear_sum_assignment

from trackmend_core.types import Float64Array, IntArray

_EQUAL = 1e-12
_EQUAL_DIGITS = 11


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Pairs of a row and a column of a cost matrix, by rising row.

    Attributes:
        rows: (M,) int64.
        columns: (M,) int64, the partner of each row.
    """

    rows: IntArray
    columns: IntArray


def assign(costs: Float64Array, *, cost_max: float) -> Matches:
    """Pair rows with columns so that the saving below `cost_max` is largest.

    The optimum is that of `lap.lapjv(extend_cost=True, cost_limit=cost_max)`, which FairMOT calls:
    both minimise the sum of min(cost, cost_max), and here pairs at the limit are taken apart again.
    Most rows and columns have only each other and are paired without solving anything. Where equal
    costs compete, several optima may exist, and `lap` itself is asked for the one it prefers.

    Args:
        costs: (R, C) float64, from 0 up; inf forbids a pair.
        cost_max: pairs at or above it stay unmatched.

    Raises:
        ValueError: a cost is NaN.
    Source: Kuhn (1955); solved by the shortest augmenting path method of Crouse (2016).
    """
    if np.isnan(costs.sum()):
        raise ValueError("a matching cost is not a number")
    rows, columns = np.nonzero(costs < cost_max)
    if not len(rows):
        return Matches(rows, columns)
    in_row = np.bincount(rows, minlength=costs.shape[0])
    in_column = np.bincount(columns, minlength=costs.shape[1])
    contested = (in_row[rows] > 1) | (in_column[columns] > 1)
    if not contested.any():
        return Matches(rows, columns)
    values = costs[rows[contested], columns[contested]]
    if (np.diff(np.sort(values)) < _EQUAL).any():
        return _assign_as_lap(costs, cost_max=cost_max)
    row, column = _solve(rows[contested], columns[contested], values, cost_max=cost_max)
    all_rows = np.concatenate([rows[~contested], row])
    all_columns = np.concatenate([columns[~contested], column])
    order = np.argsort(all_rows)
    return Matches(all_rows[order], all_columns[order])


def _solve(
    rows: IntArray, columns: IntArray, values: Float64Array, *, cost_max: float
) -> tuple[IntArray, IntArray]:
    """Solve what is contested, as a matrix of the rows and columns that take part in it."""
    some_rows, row_places = np.unique(rows, return_inverse=True)
    some_columns, column_places = np.unique(columns, return_inverse=True)
    matrix = np.full((len(some_rows), len(some_columns)), cost_max)
    matrix[row_places, column_places] = values
    row, column = linear_sum_assignment(matrix)
    kept = matrix[row, column] < cost_max
    return some_rows[row[kept]], some_columns[column[kept]]


def _assign_as_lap(costs: Float64Array, *, cost_max: float) -> Matches:
    # Equal detections cost the same but for the order in which a processor adds up their products.
    equalised = np.round(costs, _EQUAL_DIGITS)
    _, partners, _ = lap.lapjv(equalised, extend_cost=True, cost_limit=cost_max)
    rows = np.flatnonzero(partners >= 0)
    columns = partners[rows].astype(np.int64)
    kept = costs[rows, columns] < cost_max
    return Matches(rows[kept], columns[kept])
