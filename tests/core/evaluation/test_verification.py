import numpy as np
import pytest

from trackmend_core.evaluation import (
    IdentityPairs,
    identity_pairs,
    roc_curve,
    same_different_auc,
    tpr_at_far,
    verification,
)


def pairs(same: list[float], different: list[float]) -> IdentityPairs:
    return IdentityPairs(
        similarities=np.array(same + different),
        are_same=np.array([True] * len(same) + [False] * len(different)),
    )


def test_people_who_never_look_alike_are_told_apart_wholly() -> None:
    apart = pairs([0.9, 0.8], [0.1, 0.2, 0.3])
    assert tpr_at_far(apart, 0.1) == 1
    assert same_different_auc(apart) == 1


def test_the_curve_is_linear_between_its_points() -> None:
    mixed = pairs([0.9, 0.5], [0.7, 0.1])
    false_rate, true_rate = roc_curve(mixed)
    assert false_rate.tolist() == [0, 0, 0.5, 0.5, 1]
    assert true_rate.tolist() == [0, 0.5, 0.5, 1, 1]
    assert tpr_at_far(mixed, 0.25) == 0.5
    assert tpr_at_far(mixed, 0.75) == 1
    assert same_different_auc(mixed) == pytest.approx(0.75)


def test_equal_similarities_are_accepted_together() -> None:
    assert same_different_auc(pairs([0.5], [0.5])) == pytest.approx(0.5)
    assert tpr_at_far(pairs([0.5], [0.5]), 0.1) == pytest.approx(0.1)


def test_boxes_without_identity_and_pairs_close_in_time_take_no_part() -> None:
    embeddings = np.array([[1, 0.1], [1, 0.2], [0.1, 1], [1, 1]], np.float32)
    identities = np.array([1, 1, 2, -1])
    every = identity_pairs(embeddings, identities)
    assert every.are_same.tolist() == [True, False, False]
    late = identity_pairs(embeddings, identities, frames=np.array([0, 1, 30, 40]), least_gap=10)
    assert late.are_same.tolist() == [False, False]
    with pytest.raises(ValueError, match="same and different"):
        tpr_at_far(late)


def test_lengths_of_embeddings_do_not_matter() -> None:
    draw = np.random.default_rng(3)
    embeddings, identities = draw.standard_normal((40, 8)), draw.integers(0, 4, 40)
    scaled = embeddings * draw.uniform(0.1, 10, (40, 1))
    once, again = (identity_pairs(e.astype(np.float32), identities) for e in (embeddings, scaled))
    assert same_different_auc(once) == pytest.approx(same_different_auc(again), abs=1e-6)


def test_a_crowd_is_sampled_the_same_way_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "MOST_EMBEDDINGS", 50)
    draw = np.random.default_rng(5)
    embeddings = draw.standard_normal((200, 4)).astype(np.float32)
    identities = np.arange(200) % 7
    first, again = (identity_pairs(embeddings, identities) for _ in range(2))
    assert len(first.similarities) == 50 * 49 // 2
    np.testing.assert_array_equal(first.similarities, again.similarities)
    other = identity_pairs(embeddings, identities, seed=1)
    assert not np.array_equal(first.similarities, other.similarities)
