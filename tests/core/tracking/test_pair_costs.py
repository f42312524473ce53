"""The short lists of pairs say what the whole matrices would say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackmend_core.geometry import iou_matrix
from trackmend_core.tracking.costs import covering_pairs, overlap_distances
from trackmend_core.tracking.kalman import MotionStates
from trackmend_core.tracking.pairs import PairCosts
from trackmend_core.types import Float64Array


def crowded_boxes(draw: np.random.Generator, count: int) -> Float64Array:
    """Few places and sizes, so that many boxes nearly cover one another."""
    corners = 20.0 * draw.integers(0, 3, (count, 2)) + draw.normal(0, 1, (count, 2))
    sides = 25.0 * draw.integers(1, 4, (count, 2)) + draw.normal(0, 1, (count, 2))
    return np.concatenate([corners, corners + sides], axis=1)


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    iou_min=st.sampled_from([0.0, 0.3, 0.5, 0.85, 1.0]),
    inclusive=st.booleans(),
)
def test_covering_pairs_are_those_of_the_whole_matrix(
    seed: int, iou_min: float, inclusive: bool
) -> None:
    draw = np.random.default_rng(seed)
    a, b = crowded_boxes(draw, 12), crowded_boxes(draw, 9)
    rows, columns = covering_pairs(a, b, iou_min=iou_min, inclusive=inclusive)
    expected = np.nonzero(1.0 - iou_matrix(a, b, inclusive=inclusive) < 1.0 - iou_min)
    np.testing.assert_array_equal((rows, columns), expected)


@pytest.mark.parametrize("inclusive", [False, True])
def test_overlap_distances_are_those_of_the_whole_matrix(inclusive: bool) -> None:
    draw = np.random.default_rng(1)
    a, b = crowded_boxes(draw, 40), crowded_boxes(draw, 30)
    b[:5] += 1000.0
    expected = 1.0 - iou_matrix(a, b, inclusive=inclusive)
    assert (expected == 1.0).any()
    np.testing.assert_allclose(overlap_distances(a, b, inclusive=inclusive), expected, atol=1e-12)


def test_near_pairs_are_those_within_the_gate() -> None:
    draw = np.random.default_rng(2)

    def boxes(count: int) -> Float64Array:
        return np.column_stack(
            [
                draw.uniform(0, 200, (count, 2)),
                draw.uniform(0.3, 0.6, count),
                draw.uniform(50, 90, count),
            ]
        )

    states = MotionStates.start(boxes(30))
    states.predict(np.arange(30), freeze_height=np.zeros(30, np.bool_))
    rows, measured = np.arange(0, 30, 2), boxes(25)
    whole = states.squared_mahalanobis(rows, measured)
    row, column, distances = states.near_pairs(rows, measured, gate=9.4877)
    expected = np.nonzero(whole <= 9.4877)
    assert 0 < len(row) < whole.size / 2
    np.testing.assert_array_equal((row, column), expected)
    np.testing.assert_allclose(distances, whole[expected], rtol=1e-12)


def test_a_state_that_is_not_a_number_is_not_passed_over() -> None:
    states = MotionStates.start(np.array([[50.0, 60, 0.5, np.nan]]))
    row, _, distances = states.near_pairs(np.array([0]), np.array([[50.0, 60, 0.5, 100]]), gate=9.0)
    assert len(row) == 1
    assert np.isnan(distances).all()


def test_a_matrix_comes_back_from_its_pairs() -> None:
    matrix = np.array([[0.1, np.inf], [np.inf, 0.3], [0.2, np.inf]])
    pairs = PairCosts.of(matrix)
    assert pairs.rows.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(pairs.matrix(), matrix)
    np.testing.assert_array_equal(
        pairs.only(pairs.costs < 0.15).matrix(), np.where(matrix < 0.15, matrix, np.inf)
    )
