"""What a person answered about a track tells of what else is odd in it at about that time."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from review_scenes import Walker, add_run, bystanders, record_walkers, track_at
from swap_scene import swap_of

from trackmend_core.project import Project, ReviewAnchor, ReviewAnswer
from trackmend_core.review import Action, Decision, ReviewIndex
from trackmend_core.review.bench.fit import AGAINST, fit_events
from trackmend_core.review.bench.walks import Look
from trackmend_core.review.fitted import shipped
from trackmend_core.types import RunId

ONE = Walker(person=0, x=100, speed=2.0, number=1, renamed=((100, 2),))
TWO = Walker(person=1, x=500, speed=-2.0, number=2, foot=404, renamed=((100, 1),))
ALONE = Walker(person=7, x=40, speed=0.5, foot=300, number=6)
SCENE = [ONE, TWO, ALONE, *bystanders()]
SWAPPED = 100


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[Project, RunId]]:
    project, run_id = record_walkers(tmp_path / "all.trackmend", SCENE)
    with project:
        yield project, run_id


def near(index: ReviewIndex) -> tuple[float, float]:
    """Return how many acceptances and rejections the swap is judged by."""
    told, _ = index.judged_by(swap_of(index))
    return told["accepted_near"], told["rejected_near"]


def answer_about(
    project: Project,
    run_id: RunId,
    walker: Walker,
    *,
    decision: Decision,
    frame: int = SWAPPED - 5,
    family: str = "missed",
) -> None:
    """Store an answer that is tied to the box of a walker's track in a frame."""
    track = track_at(project, run_id, walker, frame)
    box = next(one for one in project.boxes_of_track(track) if one.frame_index == frame)
    project.add_review_answer(
        run_id,
        ReviewAnswer(
            kind="missed",
            family=family,
            frame_index=frame,
            decision=decision.value,
            note="",
            anchors=(ReviewAnchor(group=0, frame_index=frame, box_xyxy=box.box_xyxy),),
            features={},
        ),
    )


@pytest.mark.parametrize(
    ("decision", "expected"),
    [(Decision.ACCEPTED, (1, 0)), (Decision.REJECTED, (0, 1)), (Decision.UNSURE, (0, 0))],
)
def test_an_answer_close_by_in_one_of_its_tracks_counts(
    scene: tuple[Project, RunId], decision: Decision, expected: tuple[float, float]
) -> None:
    project, run_id = scene
    before = ReviewIndex.open(project, run_id)
    assert near(before) == (0, 0)
    answer_about(project, run_id, ONE, decision=decision)
    after = ReviewIndex.open(project, run_id)
    assert near(after) == expected
    now, then = swap_of(before).probability, swap_of(after).probability
    assert (then < now) == (decision is Decision.REJECTED)
    assert then <= now


def test_a_rejection_close_by_puts_an_event_later_but_not_out_of_the_queue(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    before = swap_of(ReviewIndex.open(project, run_id)).probability
    for ago in (3, 4, 5):
        answer_about(project, run_id, ONE, decision=Decision.REJECTED, frame=SWAPPED - ago)
    index = ReviewIndex.open(project, run_id)
    now = swap_of(index).probability
    assert now < before

    def is_listed(least_probability: float) -> bool:
        seen = index.suspicions(least_probability=least_probability)
        return any(one.proposal.action is Action.SWAP for one in seen)

    assert is_listed((now + before) / 2)
    assert not is_listed((before + 1) / 2)


def test_answers_about_another_track_or_another_time_do_not(scene: tuple[Project, RunId]) -> None:
    project, run_id = scene
    answer_about(project, run_id, ALONE, decision=Decision.REJECTED)
    answer_about(project, run_id, ONE, decision=Decision.REJECTED, frame=SWAPPED - 60)
    assert near(ReviewIndex.open(project, run_id)) == (0, 0)


def test_what_was_accepted_in_an_earlier_run_was_not_mended_in_this_one(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    answer_about(project, run_id, ONE, decision=Decision.ACCEPTED)
    answer_about(project, run_id, ONE, decision=Decision.REJECTED, frame=SWAPPED - 4)
    assert near(ReviewIndex.open(project, run_id)) == (1, 1)
    again = [replace(walker, number=walker.number + 30, renamed=()) for walker in SCENE[2:]]
    again += [
        replace(walker, number=walker.number + 30, renamed=((SWAPPED, other + 30),))
        for walker, other in ((ONE, 2), (TWO, 1))
    ]
    second = add_run(project, project.run(run_id).video_id, again)
    assert near(ReviewIndex.open(project, second)) == (0, 1), "people stay as they are"


def test_an_accepted_suspicion_that_was_undone_is_as_likely_as_before(
    scene: tuple[Project, RunId],
) -> None:
    project, run_id = scene
    index = ReviewIndex.open(project, run_id)
    swap = swap_of(index)
    index.decide(swap, Decision.ACCEPTED)
    assert swap.proposal.edit is not None
    index.update(project.edit(swap.proposal.edit))
    undone = project.undo()
    assert undone is not None
    index.update(undone)
    assert near(index) == (0, 0)
    assert swap_of(index).probability == swap.probability


def test_an_index_that_goes_on_judges_as_a_fresh_one(scene: tuple[Project, RunId]) -> None:
    project, run_id = scene
    index = ReviewIndex.open(project, run_id)
    index.decide(swap_of(index), Decision.REJECTED)
    fresh = ReviewIndex.open(project, run_id)
    ours = [(one.key, one.probability) for one in index.suspicions()]
    assert ours == [(one.key, one.probability) for one in fresh.suspicions()]


def test_the_constants_let_answers_only_speak_against_what_is_near_them() -> None:
    assert {"accepted_near", "rejected_near"} <= AGAINST
    shipped_ones = shipped().events
    assert shipped_ones["continuity"]["rejected_near"] < 0
    assert shipped_ones["fragmentation"]["accepted_near"] < 0
    for weights in shipped_ones.values():
        assert max(weights["accepted_near"], weights["rejected_near"]) <= 0
    looks = [
        Look(
            video="street",
            is_seeded=False,
            family="continuity",
            manner="swap",
            features={"constant": 1.0, "rejected_near": float(row % 2)},
            is_right=row % 4 != 0,
            was_asked=True,
            promised=10,
            brought=1.0,
        )
        for row in range(400)
    ]
    assert fit_events(looks)["continuity"]["rejected_near"] == 0, "here they would speak for it"
