"""The queue is checked on a copy of a person's tracks, and says how many switches are left."""

from dataclasses import replace
from pathlib import Path

import pytest
from review_scenes import FRAME_COUNT, Walker, bystanders, record_walkers, track_at

from trackmend_core.errors import UserError
from trackmend_core.jobs.queue_check import check_own_queue
from trackmend_core.project.edits import SwapTracks
from trackmend_core.review.bench.meetings import Marks, meetings
from trackmend_core.review.bench.own_check import KnownSwap, QueueCheck
from trackmend_core.review.scene import Scene
from trackmend_core.types import RunId

LEFT = Walker(person=0, x=100, speed=2.0, number=1)
RIGHT = Walker(person=1, x=500, speed=-2.0, number=2, foot=404)
UPPER = Walker(person=2, x=100, speed=1.5, number=3, foot=260)
LOWER = Walker(person=3, x=420, speed=-1.5, number=4, foot=264)
PEOPLE = [LEFT, RIGHT, UPPER, LOWER, *bystanders()]


def checked(path: Path, run_id: RunId, *, swaps: int = 2, rounds: int = 2) -> QueueCheck:
    job = check_own_queue(path, run_id, swaps=swaps, rounds=rounds)
    with pytest.raises(StopIteration) as end:
        while True:
            next(job)
    check: QueueCheck = end.value.value
    return check


def known(*, found: int, missed: int) -> tuple[KnownSwap, ...]:
    shown = KnownSwap(frame=10, numbers=(1, 2), place=1, is_right=True)
    return (shown,) * found + (replace(shown, place=None, is_right=False),) * missed


def estimate(*, found: int, missed: int, waiting: float, mended: int) -> QueueCheck:
    return QueueCheck(
        swaps=known(found=found, missed=missed),
        rounds=1,
        cards=5,
        waiting=waiting,
        waiting_spread=0.5 if waiting else 0.0,
        mended=mended,
    )


def test_the_swaps_are_put_into_a_copy_and_the_project_stays_as_it_is(tmp_path: Path) -> None:
    project, run_id = record_walkers(tmp_path / "mine.trackmend", PEOPLE)
    with project:
        before = project.digest()
        check = checked(project.path, run_id)
        assert project.digest() == before
        assert project.edits() == []
        assert project.review_answers(project.videos()[0].video_id) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.trackmend"]
    assert len(check.swaps) == 4
    assert {swap.numbers for swap in check.swaps} == {(1, 2), (3, 4)}
    assert check.found == 4
    assert check.right >= 3
    assert check.recall == 1.0
    assert check.missed == ()


def test_a_swap_that_cannot_be_seen_is_told_as_missed(tmp_path: Path) -> None:
    # The same look, and while one slowly overtakes the other, the same place and nearly its speed.
    twin = replace(LEFT, x=LEFT.x - 30, speed=2.3, number=2)
    project, run_id = record_walkers(tmp_path / "twins.trackmend", [LEFT, twin, *bystanders()])
    with project:
        check = checked(project.path, run_id, swaps=1, rounds=10)
    assert check.missed
    assert {swap.numbers for swap in check.missed} == {(1, 2)}
    assert check.recall < 1.0


def test_swaps_keep_away_from_what_waits_in_the_queue_already(tmp_path: Path) -> None:
    switched = [replace(LEFT, renamed=((100, 2),)), replace(RIGHT, renamed=((100, 1),))]
    project, run_id = record_walkers(
        tmp_path / "mine.trackmend", [*switched, UPPER, LOWER, *bystanders()]
    )
    with project:
        check = checked(project.path, run_id)
        assert all(abs(swap.frame - 100) > 20 for swap in check.swaps if swap.numbers == (1, 2))
        assert check.waiting == pytest.approx(1.0, abs=0.2)
        assert check.cards >= 1
        assert check.mended == 0
        one, two = (track_at(project, run_id, walker, 10) for walker in switched)
        project.edit(SwapTracks(track_a=one, track_b=two, first_frame=100))
        check = checked(project.path, run_id)
        assert check.mended == 1
        assert check.waiting == pytest.approx(0.0, abs=0.3)
        project.undo()
        assert checked(project.path, run_id).mended == 0


def test_where_nobody_meets_it_says_so(tmp_path: Path) -> None:
    project, run_id = record_walkers(tmp_path / "mine.trackmend", [LEFT, *bystanders()])
    with project, pytest.raises(UserError, match="No two people meet"):
        checked(project.path, run_id)


def test_where_suspicions_wait_wherever_people_meet_it_says_so(tmp_path: Path) -> None:
    switched = [replace(LEFT, renamed=((100, 2),)), replace(RIGHT, renamed=((100, 1),))]
    project, run_id = record_walkers(tmp_path / "mine.trackmend", [*switched, *bystanders()])
    with project, pytest.raises(UserError, match="something suspicious waits") as told:
        checked(project.path, run_id)
    assert "Go through the queue first" in told.value.hint


def test_a_file_that_is_no_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        checked(tmp_path / "none.trackmend", RunId(1))
    assert list(tmp_path.iterdir()) == []


def test_what_the_queue_misses_is_estimated_from_what_it_shows() -> None:
    # Half of the known swaps are shown: each switch that was mended stands for one that hides.
    half = estimate(found=10, missed=10, waiting=2.0, mended=6)
    assert half.left == pytest.approx(2 + 8)
    least, most = half.left_range
    assert least < half.left < most
    assert not half.may_stop
    assert "look at where people meet" in half.advice


def test_one_may_stop_when_all_known_swaps_are_shown_and_nothing_waits() -> None:
    done = estimate(found=40, missed=0, waiting=0.0, mended=10)
    assert done.left == 0.0
    assert done.may_stop
    assert done.left_sentence == "Probably no switch is left (0 to 1)."
    few = estimate(found=4, missed=0, waiting=0.0, mended=10)
    assert not few.may_stop
    assert "too few swaps" in few.advice
    waiting = estimate(found=40, missed=0, waiting=1.2, mended=10)
    assert not waiting.may_stop
    assert "Go on with the queue: 5 suspicions" in waiting.advice
    assert waiting.left_sentence.startswith("About 1 switch is left")


def test_with_nothing_found_the_estimate_stays_finite() -> None:
    blind = estimate(found=0, missed=20, waiting=1.0, mended=0)
    assert blind.recall_range[0] == 0.0
    assert blind.left > 20


def test_marks_go_with_the_boxes_when_two_tracks_are_exchanged(tmp_path: Path) -> None:
    project, run_id = record_walkers(tmp_path / "mine.trackmend", [LEFT, RIGHT, *bystanders()])
    with project:
        scene = Scene(project, run_id)
        marks = Marks(spacing_frames=5)
        (meeting,) = meetings(scene, marks)
        assert min(meeting.frames) > 60
        assert max(meeting.frames) < 140
        one, two = meeting.tracks
        marks.add(one, 150)
        marks.exchange(one, two, since=100)
        frames = scene.tracks[one].frames
        assert marks.are_far(scene.tracks[one], frames)[150]
        assert not marks.are_far(scene.tracks[two], frames)[150]
        assert not marks.are_far(scene.tracks[two], frames)[FRAME_COUNT - 2]
