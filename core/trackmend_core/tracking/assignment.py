"""Least-cost pairing of tracks with detections, where dear pairs stay apart."""

from dataclasses import dataclass

import lap
import numpy as np
from scipy.optimize import linear_sum_assignment

from trackmend_core.tracking.pairs import PairCosts
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


def assign(pairs: PairCosts, *, cost_max: float) -> Matches:
    """Pair rows with columns so that the saving below `cost_max` is largest.

    The optimum is that of `lap.lapjv(extend_cost=True, cost_limit=cost_max)`, which FairMOT calls:
    both minimise the sum of min(cost, cost_max), and here pairs at the limit are taken apart again.
    Most rows and columns have only each other and are paired without solving anything. Where equal
    costs compete, several optima may exist, and `lap` itself is asked for the one it prefers.

    Args:
        pairs: what is possible, and what it costs.
        cost_max: pairs at or above it stay unmatched.

    Raises:
        ValueError: a cost is NaN.
    Source: Kuhn (1955); solved by the shortest augmenting path method of Crouse (2016).
    """
    if pairs.elsewhere < cost_max:
        pairs = PairCosts.of(pairs.matrix())
    costs = pairs.costs
    if not len(costs):
        return Matches(pairs.rows, pairs.columns)
    if np.isnan(costs.dot(costs)):
        raise ValueError("a matching cost is not a number")
    cheap = (costs < cost_max).nonzero()[0]
    rows, columns = pairs.rows.take(cheap), pairs.columns.take(cheap)
    if len(rows) < 2:
        return Matches(rows, columns)
    in_row, in_column = np.bincount(rows), np.bincount(columns)
    contested = in_row.take(rows) > 1
    contested |= in_column.take(columns) > 1
    some = contested.nonzero()[0]
    if not len(some):
        return Matches(rows, columns)
    values = costs.take(cheap.take(some))
    ranked = np.sort(values)
    if ((ranked[1:] - ranked[:-1]) < _EQUAL).any():
        return _assign_as_lap(pairs.matrix(), cost_max=cost_max)
    row, column = _solve(rows.take(some), columns.take(some), values, cost_max=cost_max)
    sure = (~contested).nonzero()[0]
    all_rows = np.concatenate([rows.take(sure), row])
    all_columns = np.concatenate([columns.take(sure), column])
    order = all_rows.argsort()
    return Matches(all_rows.take(order), all_columns.take(order))


def _solve(
    rows: IntArray, columns: IntArray, values: Float64Array, *, cost_max: float
) -> tuple[IntArray, IntArray]:
    """Solve what is contested, as a matrix of the rows and columns that take part in it."""
    some_rows, row_places = _places(rows)
    some_columns, column_places = _places(columns)
    matrix = np.full((len(some_rows), len(some_columns)), cost_max)
    matrix[row_places, column_places] = values
    row, column = linear_sum_assignment(matrix)
    kept = (matrix[row, column] < cost_max).nonzero()[0]
    return some_rows.take(row.take(kept)), some_columns.take(column.take(kept))


def _places(numbers: IntArray) -> tuple[IntArray, IntArray]:
    """Return the different numbers, rising, and the place of each among them."""
    present = np.bincount(numbers)
    different = present.nonzero()[0]
    present[different] = np.arange(len(different))
    return different, present.take(numbers)


def _assign_as_lap(costs: Float64Array, *, cost_max: float) -> Matches:
    # Equal detections cost the same but for the order in which a processor adds up their products.
    equalised = np.round(costs, _EQUAL_DIGITS)
    _, partners, _ = lap.lapjv(equalised, extend_cost=True, cost_limit=cost_max)
    rows = np.flatnonzero(partners >= 0)
    columns = partners[rows].astype(np.int64)
    kept = costs[rows, columns] < cost_max
    return Matches(rows[kept], columns[kept])
