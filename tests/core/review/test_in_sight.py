"""What is before the reviewer's eyes already takes less time, and so comes sooner."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from review_scenes import record_walkers
from swap_scene import SCENE, SWAPPED, swap_of

from trackmend_core.project import Project
from trackmend_core.review import Decision, ReviewIndex, Suspicion, SuspicionKind
from trackmend_core.review.sight import Sight
from trackmend_core.types import RunId, TrackId


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[Project, RunId]]:
    project, run_id = record_walkers(tmp_path / "all.trackmend", SCENE)
    with project:
        yield project, run_id


def gap_at(index: ReviewIndex, frame: int, *, boxes: int) -> Suspicion:
    (gap,) = [
        one
        for one in index.suspicions()
        if one.kind is SuspicionKind.MISSED
        and abs(one.frame - frame) <= 1
        and one.proposal.gain_boxes == boxes
    ]
    return gap


def mend_swap(project: Project, index: ReviewIndex) -> None:
    swap = swap_of(index)
    index.decide(swap, Decision.ACCEPTED)
    assert swap.proposal.edit is not None
    index.update(project.edit(swap.proposal.edit))


def places(index: ReviewIndex) -> list[tuple[int, int]]:
    return [
        (one.frame, one.proposal.gain_boxes)
        for one in index.suspicions()
        if one.kind is SuspicionKind.MISSED
    ]


def test_what_is_in_sight_of_the_card_answered_last_takes_less_time_and_comes_sooner(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    elsewhere = ReviewIndex.open(project, run_id)
    mend_swap(project, elsewhere)
    here, later, alone = (
        gap_at(elsewhere, SWAPPED + 5, boxes=4),
        gap_at(elsewhere, SWAPPED + 60, boxes=4),
        gap_at(elsewhere, SWAPPED + 5, boxes=6),
    )
    assert places(elsewhere)[0] == (here.frame, 4), "before the larger gap of somebody else"
    afresh = ReviewIndex.open(project, run_id)
    assert places(afresh)[0] == (alone.frame, 6)
    for gap, known in ((here, 4), (later, 4), (alone, 6)):
        plain = gap_at(afresh, gap.frame, boxes=known)
        assert plain.probability == pytest.approx(gap.probability)
        assert (gap.review_seconds < plain.review_seconds - 2) == (gap is here)


def test_an_answer_somewhere_else_takes_the_eyes_there(scene: tuple[Project, RunId]) -> None:
    project, run_id = scene
    index = ReviewIndex.open(project, run_id)
    mend_swap(project, index)
    seconds = gap_at(index, SWAPPED + 5, boxes=4).review_seconds
    index.decide(gap_at(index, SWAPPED + 5, boxes=6), Decision.UNSURE)
    assert gap_at(index, SWAPPED + 5, boxes=4).review_seconds > seconds + 2


def test_a_sight_is_of_some_tracks_within_a_stretch() -> None:
    sight = Sight.around((100, 150), [TrackId(1)], length=20)
    assert sight.has([TrackId(1), TrackId(3)], (110,))
    assert sight.has([TrackId(1)], (10, 141))
    assert not sight.has([TrackId(1)], (111,))
    assert not sight.has([TrackId(2)], (100,))
    assert sight.with_tracks([TrackId(2)]).has([TrackId(2)], (100,))
