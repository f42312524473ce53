"""The constants are fitted on what queues showed, and on what came of it."""

from pathlib import Path

import numpy as np
import pytest
from review_scenes import Walker, bystanders, true_video

from trackmend_core.review.bench.fit import fit_events, shares_of
from trackmend_core.review.bench.recall import blur_frames
from trackmend_core.review.bench.seeded import ErrorKind, Seeder
from trackmend_core.review.bench.truth import in_turns, project_of_truth
from trackmend_core.review.bench.walks import Look, looks_along
from trackmend_core.review.fitted import Fitted, shipped

WALKERS = [
    Walker(person=0, x=100, speed=2.0),
    Walker(person=1, x=500, speed=-2.0, foot=404),
    *bystanders(),
]


def look(
    *,
    is_right: bool,
    score: float = 0.0,
    manner: str = "swap",
    promised: int = 100,
    brought: float = 0.0,
    is_seeded: bool = False,
    was_asked: bool = True,
) -> Look:
    return Look(
        video="street",
        is_seeded=is_seeded,
        family="continuity",
        manner=manner,
        features={"constant": 1.0, "score": score},
        is_right=is_right,
        was_asked=was_asked,
        promised=promised,
        brought=brought,
    )


def test_a_family_is_fitted_to_what_came_of_its_proposals() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(scale=2.0, size=3000)
    chance = 1 / (1 + np.exp(-(1.5 * scores - 0.7)))
    looks = [
        look(is_right=bool(right), score=float(score))
        for score, right in zip(scores, rng.random(3000) < chance, strict=True)
    ]
    (weights,) = fit_events(looks).values()
    assert weights == pytest.approx({"score": 1.5, "constant": -0.7}, abs=0.15)
    assert fit_events(look(is_right=True) for _ in range(9)) == {}, "nothing to tell apart"


def test_a_tracker_counts_as_much_as_all_seeded_errors() -> None:
    looks = [look(is_right=False, is_seeded=True) for _ in range(900)]
    looks += [look(is_right=True) for _ in range(100)]
    (weights,) = fit_events(looks).values()
    assert weights["constant"] == pytest.approx(0.0, abs=0.01)


def test_a_manner_of_mending_is_worth_what_it_brought() -> None:
    looks = [look(is_right=True, manner="merge", brought=90.0) for _ in range(40)]
    looks += [look(is_right=True, manner="split", brought=-3.0) for _ in range(40)]
    looks += [look(is_right=True, manner="visit", promised=2, brought=2.0)]
    looks += [look(is_right=False, manner="merge"), look(is_right=True, was_asked=False)]
    shares = shares_of(looks)
    assert set(shares) == {"merge", "split", "visit"}, "a swap was right, but nobody asked"
    assert shares["merge"] == pytest.approx(0.9, abs=0.02)
    assert shares["split"] == 0.1, "never nothing, for it is right after all"
    assert shares["visit"] == pytest.approx(0.5, abs=0.05), "two boxes say little"


def test_a_walk_notes_what_the_queue_shows_and_mends_what_it_can(tmp_path: Path) -> None:
    video = true_video(WALKERS)
    project, run_id = project_of_truth(tmp_path / "seeded.trackmend", video)
    with project:
        errors = Seeder(project, run_id, seed=1).seed(3)
        looks = [*looks_along(project, run_id, video, fitted=shipped(), is_seeded=True)]
        asked = [one for one in looks if one.was_asked]
        assert sum(one.is_right for one in asked) >= len(errors) - 1
        assert all(one.brought > 0 for one in asked if one.is_right)
        assert {one.was_asked for one in looks} == {True, False}
        again = looks_along(project, run_id, video, fitted=shipped(), is_seeded=True)
        assert not [one for one in again if one.was_asked], "everything has been answered"


def test_people_in_turns_can_be_merged_where_people_together_cannot(tmp_path: Path) -> None:
    video = true_video(WALKERS)
    turns = in_turns(video, seed=1)
    kinds = []
    for name, one in (("together", video), ("in turns", turns)):
        project, run_id = project_of_truth(tmp_path / f"{name}.trackmend", one)
        with project:
            kinds.append({error.kind for error in Seeder(project, run_id, seed=0).seed(4)})
    assert [ErrorKind.MERGE in found for found in kinds] == [False, True]


def test_constants_survive_their_file_rounded() -> None:
    fitted = shipped()
    assert Fitted.from_json(fitted.to_json()) == fitted
    assert set(fitted.gains) >= {"delete", "extend", "merge", "reassign", "split", "swap"}
    assert all(0 < share <= 1 for share in fitted.gains.values())
    odd = Fitted(link={"near": 1 / 3}, events={}, gains={"merge": 2 / 3})
    assert odd.to_json() == {"link": {"near": 0.333}, "events": {}, "gains": {"merge": 0.667}}


@pytest.mark.parametrize(("rate", "frames"), [(25.0, 5), (30.0, 6), (7.0, 2), (1.0, 2)])
def test_a_proposal_may_miss_a_moment_by_a_fifth_of_a_second(rate: float, frames: int) -> None:
    assert blur_frames(rate) == frames
