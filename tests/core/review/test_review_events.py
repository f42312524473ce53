"""Every kind of event is found in a scene that has exactly that error, and in none without."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from review_scenes import FRAME_COUNT, Walker, add_run, bystanders, record_walkers, track_at

from trackmend_core.project import Project
from trackmend_core.project.edits import PlaceBoxes
from trackmend_core.review import Action, ReviewIndex, Suspicion, SuspicionKind
from trackmend_core.review.residuals import kalman_residual
from trackmend_core.types import RunId

LIKELY = 0.5

LEFT = Walker(person=0, x=100, speed=2.0, number=1)
RIGHT = Walker(person=1, x=500, speed=-2.0, number=2, foot=404)
CROSSING = 100


@contextmanager
def reviewed(folder: Path, *walkers: Walker) -> Iterator[tuple[Project, RunId, ReviewIndex]]:
    project, run_id = record_walkers(folder / "walkers.trackmend", [*walkers, *bystanders()])
    with project:
        yield project, run_id, ReviewIndex.open(project, run_id)


def likely(index: ReviewIndex) -> list[Suspicion]:
    return index.suspicions(least_probability=LIKELY)


@pytest.mark.parametrize(
    "walkers",
    [
        (LEFT, RIGHT),
        (LEFT, replace(RIGHT, person=100)),
        (replace(LEFT, frames=range(60)), replace(RIGHT, frames=range(120, FRAME_COUNT))),
        (LEFT, replace(LEFT, person=1, x=150, number=2)),
    ],
    ids=["people cross", "look-alikes cross", "one leaves, another comes", "two walk abreast"],
)
def test_nothing_likely_is_found_where_all_is_right(
    tmp_path: Path, walkers: Sequence[Walker]
) -> None:
    with reviewed(tmp_path, *walkers) as (_, _, index):
        assert [one.sentence for one in likely(index)] == []


@pytest.mark.parametrize("other_person", [1, 100], ids=["different", "look-alikes"])
def test_a_switch_at_a_crossing_is_found_and_a_swap_mends_it(
    tmp_path: Path, other_person: int
) -> None:
    left = replace(LEFT, renamed=((CROSSING, 2),))
    right = replace(RIGHT, person=other_person, renamed=((CROSSING, 1),))
    with reviewed(tmp_path, left, right) as (project, run_id, index):
        # Of look-alikes it cannot be sure, but it is the first thing to look at.
        one = index.suspicions()[0]
        assert one.probability > (LIKELY if other_person == 1 else 0.2)
        assert one.kind is SuspicionKind.SWITCH_AT_CROSSING
        assert abs(one.frame - CROSSING) <= 5
        assert one.proposal.action is Action.SWAP
        assert one.proposal.edit is not None
        index.update(project.edit(one.proposal.edit))
        for walker in (left, right):
            assert track_at(project, run_id, walker, 20) == track_at(project, run_id, walker, 180)
        assert likely(index) == []


def test_the_sentence_of_a_switch_names_both_similarities(tmp_path: Path) -> None:
    left, right = replace(LEFT, renamed=((CROSSING, 2),)), replace(RIGHT, renamed=((CROSSING, 1),))
    with reviewed(tmp_path, left, right) as (_, _, index):
        (one,) = likely(index)
        assert f"track {one.numbers[0]} looks like track {one.numbers[1]} did" in one.sentence
        itself = one.evidence["similarity_self"]
        other = one.evidence["similarity_partner_joins"]
        assert f"similarity {itself:.2f} to itself, {other:.2f} to track" in one.sentence
        assert other > 0.8 > 0.4 > itself


def test_a_switch_without_a_crossing_is_found(tmp_path: Path) -> None:
    first = replace(LEFT, speed=0.2, renamed=((90, 2),))
    second = replace(LEFT, person=1, x=190, speed=0.2, number=2, renamed=((90, 1),))
    with reviewed(tmp_path, first, second) as (project, run_id, index):
        (one,) = likely(index)
        assert one.kind is SuspicionKind.SWITCH
        assert one.proposal.action is Action.SWAP
        assert one.frame == 90
        assert one.proposal.edit is not None
        project.edit(one.proposal.edit)
        assert track_at(project, run_id, first, 20) == track_at(project, run_id, first, 180)


@pytest.mark.parametrize("gap", [1, 15, 70])
def test_a_fragmentation_is_found_however_long_the_gap(tmp_path: Path, gap: int) -> None:
    frames = [*range(80), *range(79 + gap, FRAME_COUNT)]
    broken = replace(LEFT, frames=frames, renamed=((79 + gap, 7),))
    with reviewed(tmp_path, broken) as (project, run_id, index):
        (one,) = likely(index)
        assert one.kind is SuspicionKind.FRAGMENTATION
        assert one.proposal.action is Action.MERGE
        assert one.evidence["gap_frames"] == gap
        assert one.proposal.edit is not None
        project.edit(one.proposal.edit)
        assert track_at(project, run_id, broken, 20) == track_at(project, run_id, broken, 180)


def test_one_id_on_two_people_in_turn_is_found(tmp_path: Path) -> None:
    early = replace(LEFT, frames=range(80))
    late = replace(RIGHT, frames=range(90, FRAME_COUNT), number=1)
    with reviewed(tmp_path, early, late) as (project, run_id, index):
        (one,) = likely(index)
        assert one.kind is SuspicionKind.FALSE_MERGE
        assert one.proposal.action is Action.SPLIT
        assert one.frame == 90
        assert one.proposal.edit is not None
        project.edit(one.proposal.edit)
        assert track_at(project, run_id, early, 20) != track_at(project, run_id, late, 180)


def test_a_stretch_of_somebody_else_in_the_middle_of_a_track_is_taken_out(tmp_path: Path) -> None:
    mine = replace(LEFT, frames=[*range(70), *range(130, FRAME_COUNT)])
    visitor = replace(LEFT, person=1, x=LEFT.x + 3, frames=range(75, 125))
    with reviewed(tmp_path, mine, visitor) as (project, run_id, index):
        one = index.suspicions()[0]
        assert one.kind is SuspicionKind.FALSE_MERGE
        assert one.proposal.action is Action.REASSIGN
        assert (one.frame, one.proposal.gain_boxes) == (75, 50)
        assert "From frame 76 to 125 track" in one.sentence
        assert "looks like somebody else" in one.sentence
        number = one.numbers[0]
        assert (
            one.proposal.title == f"Take frames 76 to 125 out of track {number}, into a new track"
        )
        assert one.proposal.edit is not None
        index.update(project.edit(one.proposal.edit))
        kept = track_at(project, run_id, mine, 20)
        assert track_at(project, run_id, mine, 180) == kept
        assert track_at(project, run_id, visitor, 100) != kept
        assert likely(index) == []


def test_a_duplicate_is_found_and_the_copy_goes(tmp_path: Path) -> None:
    copy = replace(LEFT, x=LEFT.x + 4, number=9, frames=range(60, 110), score=0.6)
    with reviewed(tmp_path, LEFT, copy) as (project, run_id, index):
        (one,) = likely(index)
        assert one.kind is SuspicionKind.DUPLICATE
        assert one.proposal.action is Action.DELETE
        assert one.proposal.edit is not None
        project.edit(one.proposal.edit)
        kept = track_at(project, run_id, LEFT, 20)
        assert track_at(project, run_id, LEFT, 80) == kept
        assert len(project.tracks(run_id)) == 4


def test_a_ghost_is_found(tmp_path: Path) -> None:
    ghost = Walker(person=5, x=300, speed=0, number=9, frames=range(60, 66), score=0.46, foot=300)
    with reviewed(tmp_path, LEFT, ghost) as (_, _, index):
        ghosts = [one for one in index.suspicions() if one.kind is SuspicionKind.GHOST]
        assert len(ghosts) == 1
        assert ghosts[0].proposal.action is Action.DELETE
    steady = replace(ghost, frames=range(60, 160), score=0.9)
    (tmp_path / "steady").mkdir()
    with reviewed(tmp_path / "steady", LEFT, steady) as (_, _, index):
        assert [one for one in index.suspicions() if one.kind is SuspicionKind.GHOST] == []


@pytest.mark.parametrize(("stopped_at", "expected"), [(64, 0), (68, 0), (90, 1)])
def test_who_was_still_there_when_the_run_was_stopped_is_no_ghost(
    tmp_path: Path, stopped_at: int, expected: int
) -> None:
    late = Walker(person=5, x=300, speed=0, number=9, frames=range(60, 66), score=0.46, foot=300)
    project, run_id = record_walkers(tmp_path / "walkers.trackmend", [LEFT, late])
    with project:
        video_id = project.run(run_id).video_id
        stopped = add_run(project, video_id, [LEFT, late, *bystanders()], stopped_at=stopped_at)
        index = ReviewIndex.open(project, stopped)
        found = [one for one in index.suspicions() if one.kind is SuspicionKind.GHOST]
        assert len(found) == expected


def test_a_jump_of_motion_is_found(tmp_path: Path) -> None:
    jumping = replace(LEFT, jump=(100, 150.0))
    with reviewed(tmp_path, jumping) as (_, _, index):
        (one,) = index.suspicions()
        assert one.kind is SuspicionKind.MOTION_JUMP
        assert one.frame == 100
        assert one.evidence["miss_heights"] > 1
        assert one.evidence["kalman_residual"] > 5
        assert "standard deviations of the Kalman filter" in one.sentence


def test_the_kalman_residual_is_small_where_a_walker_goes_on_and_large_at_a_jump(
    tmp_path: Path,
) -> None:
    jumping = replace(LEFT, jump=(100, 150.0), frames=[*range(40), *range(60, FRAME_COUNT)])
    with reviewed(tmp_path, jumping) as (_, _, index):
        track = max(index.scene.tracks.values(), key=lambda one: float(one.heights.mean()))
        row = track.index_at(100)
        steady = [kalman_residual(track, one) for one in range(10, row)]
        assert max(steady) < 1.5, "also across the gap"
        assert kalman_residual(track, row) > 5
        assert kalman_residual(track, row) > 5 * max(steady)


def test_a_jump_of_size_is_found(tmp_path: Path) -> None:
    growing = replace(LEFT, scale=(100, 2.2))
    with reviewed(tmp_path, growing) as (_, _, index):
        found = index.suspicions(least_probability=0.01)
        assert [one.kind for one in found] == [SuspicionKind.SIZE_JUMP]
        assert abs(found[0].frame - 100) <= 2


def test_drift_of_the_appearance_is_found(tmp_path: Path) -> None:
    fading = replace(LEFT, fades=(60, 5))
    with reviewed(tmp_path, fading) as (_, _, index):
        found = index.suspicions(least_probability=0.01)
        assert SuspicionKind.DRIFT in [one.kind for one in found]


def test_missed_boxes_are_found_where_detections_exist(tmp_path: Path) -> None:
    holed = replace(LEFT, untracked=range(80, 100))
    with reviewed(tmp_path, holed) as (project, run_id, index):
        (one,) = [one for one in index.suspicions() if one.kind is SuspicionKind.MISSED]
        assert (one.first_frame, one.last_frame) == (80, 99)
        assert one.proposal.action is Action.EXTEND
        assert one.proposal.edit is not None
        index.update(project.edit(one.proposal.edit))
        assert len(project.boxes_of_track(track_at(project, run_id, LEFT, 20))) == FRAME_COUNT
        assert [one for one in index.suspicions() if one.kind is SuspicionKind.MISSED] == []
    gone = replace(LEFT, frames=[*range(80), *range(140, FRAME_COUNT)])
    (tmp_path / "gone").mkdir()
    with reviewed(tmp_path / "gone", gone) as (_, _, index):
        assert [one for one in index.suspicions() if one.kind is SuspicionKind.MISSED] == []


def test_a_short_gap_in_which_nobody_was_seen_is_filled_on_the_straight_line(
    tmp_path: Path,
) -> None:
    unseen = replace(LEFT, frames=[*range(80), *range(100, FRAME_COUNT)])
    with reviewed(tmp_path, unseen) as (project, run_id, index):
        (one,) = [one for one in index.suspicions() if one.kind is SuspicionKind.MISSED]
        assert one.sentence.startswith("Track 1 has no box in 20 frames from 81 to 100")
        edit = one.proposal.edit
        assert isinstance(edit, PlaceBoxes)
        assert edit.frames == tuple(range(80, 100))
        assert set(edit.detection_ids) == {None}
        index.update(project.edit(edit))
        track = track_at(project, run_id, LEFT, 90)
        assert track == track_at(project, run_id, LEFT, 20)


def test_a_gap_between_two_people_is_not_filled(tmp_path: Path) -> None:
    first = replace(LEFT, frames=range(80))
    second = replace(LEFT, person=1, frames=range(100, FRAME_COUNT))
    with reviewed(tmp_path, first, second) as (_, _, index):
        found = index.suspicions(least_probability=0.01)
        assert [one for one in found if one.kind is SuspicionKind.MISSED] == []


def test_a_first_part_that_goes_on_as_a_later_track_is_told_with_the_frames_that_have_boxes(
    tmp_path: Path,
) -> None:
    # Track 1 is somebody until frame 60 and another from 81 on; the first goes on as 2 at 101.
    first = replace(LEFT, frames=range(60))
    second = replace(LEFT, person=1, frames=range(80, FRAME_COUNT))
    later = replace(LEFT, x=150, number=2, frames=range(100, FRAME_COUNT))
    with reviewed(tmp_path, first, second, later) as (_, _, index):
        one = next(one for one in index.suspicions() if one.proposal.action is Action.REASSIGN)
        assert one.sentence.startswith("Until frame 60 track 1 looks like track 2, which begins")
        assert "begins later:" in one.sentence
        assert one.proposal.title == "Give track 1 to track 2 in frames 1 to 60"
