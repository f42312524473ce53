"""Least-cost pairing of tracks with detections, where dear pairs stay apart."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from trackmend_core.types import Float64Array, IntArray


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

    Args:
        costs: (R, C) float64; inf forbids a pair.
        cost_max: pairs at or above it stay unmatched.

    Raises:
        ValueError: a cost is NaN.
    Source: Kuhn (1955); solved by the shortest augmenting path method of Crouse (2016).
    """
    if np.isnan(costs).any():
        raise ValueError("a matching cost is not a number")
    possible = costs < cost_max
    # Rows and columns without a possible partner cannot change the optimum, only slow it down.
    rows = np.flatnonzero(possible.any(axis=1))
    columns = np.flatnonzero(possible.any(axis=0))
    if not len(rows):
        return Matches(np.zeros(0, np.int64), np.zeros(0, np.int64))
    reduced = np.minimum(costs[np.ix_(rows, columns)], cost_max)
    row, column = linear_sum_assignment(reduced)
    kept = reduced[row, column] < cost_max
    return Matches(rows[row[kept]], columns[column[kept]])
