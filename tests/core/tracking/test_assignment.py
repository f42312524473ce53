import lap
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackmend_core.tracking.assignment import assign
from trackmend_core.tracking.pairs import PairCosts


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(1, 25), st.integers(1, 25)),
    forbidden=st.floats(0, 1),
    cost_max=st.sampled_from([0.4, 0.5, 0.7]),
)
def test_pairs_are_those_of_lapjv_with_a_cost_limit(
    seed: int, shape: tuple[int, int], forbidden: float, cost_max: float
) -> None:
    draw = np.random.default_rng(seed)
    costs = draw.random(shape)
    costs[draw.random(shape) < forbidden] = np.inf
    _, partner, _ = lap.lapjv(costs, extend_cost=True, cost_limit=cost_max)
    matches = assign(PairCosts.of(costs), cost_max=cost_max)
    np.testing.assert_array_equal(matches.rows, np.flatnonzero(partner >= 0))
    np.testing.assert_array_equal(matches.columns, partner[partner >= 0])


def test_a_pair_at_the_limit_stays_apart() -> None:
    matches = assign(PairCosts.of(np.array([[0.4, 0.9], [0.9, 0.39]])), cost_max=0.4)
    assert (matches.rows.tolist(), matches.columns.tolist()) == ([1], [1])


def test_two_cheap_pairs_beat_one_cheapest() -> None:
    matches = assign(PairCosts.of(np.array([[0.0, 0.1], [0.1, 9.0]])), cost_max=0.4)
    assert matches.columns.tolist() == [1, 0]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nothing_to_pair_is_no_error(shape: tuple[int, int]) -> None:
    assert len(assign(PairCosts.of(np.zeros(shape)), cost_max=0.4).rows) == 0


def test_a_cost_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        assign(PairCosts.of(np.array([[np.nan]])), cost_max=0.4)


def test_pairs_that_are_not_listed_can_be_paired_below_a_limit_above_their_cost() -> None:
    nobody = np.zeros(0, np.int64)
    apart = PairCosts(shape=(2, 1), rows=nobody, columns=nobody, costs=np.zeros(0), elsewhere=1.0)
    assert len(assign(apart, cost_max=1.0).rows) == 0
    assert len(assign(apart, cost_max=1.1).rows) == 1
