"""An edit that a person makes by hand answers what would propose the opposite, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from review_scenes import FRAME_COUNT, Walker, bystanders, record_walkers

from trackmend_core.project import Project
from trackmend_core.project.edits import (
    Edit,
    MergeMany,
    MergeTracks,
    ReassignBoxes,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.review import Decision, ReviewIndex, Suspicion
from trackmend_core.types import RunId, TrackId

CUT = 100
ONE = Walker(person=0, x=100, speed=2.0, number=1)
TWO = Walker(person=1, x=500, speed=-2.0, foot=404, number=2)
EARLY = Walker(person=2, x=60, speed=0.5, foot=300, number=3, frames=range(90))
LATE = Walker(person=3, x=80, speed=0.5, foot=300, number=4, frames=range(100, FRAME_COUNT))
LAST = Walker(person=4, x=90, speed=0.5, foot=300, number=5, frames=range(160, FRAME_COUNT))
LEFT = Walker(person=6, x=200, speed=1.0, foot=240, height=80, number=6, frames=range(100))
BESIDE = replace(LEFT, person=7, x=230, number=7, frames=range(60, FRAME_COUNT))
EVERYBODY = [
    ONE,
    TWO,
    LEFT,
    BESIDE,
    EARLY,
    replace(LATE, frames=range(100, 150)),
    LAST,
    *bystanders(),
]

EDITS: dict[str, Callable[[dict[int, TrackId]], Edit]] = {
    "split": lambda ids: SplitTrack(track_id=ids[1], at_frame=60),
    "new id": lambda ids: ReassignBoxes(
        track_id=ids[1], to_track_id=None, first_frame=60, last_frame=FRAME_COUNT - 1
    ),
    "another id": lambda ids: ReassignBoxes(
        track_id=ids[7], to_track_id=ids[6], first_frame=103, last_frame=FRAME_COUNT - 1
    ),
    "another id to the end": lambda ids: ReassignBoxes(
        track_id=ids[4], to_track_id=ids[3], first_frame=100, last_frame=149
    ),
    "merge": lambda ids: MergeTracks(keep=ids[3], absorb=ids[4]),
    "merge under the later id": lambda ids: MergeTracks(keep=ids[4], absorb=ids[3]),
    "merge of three": lambda ids: MergeMany(keep=ids[3], absorb=(ids[4], ids[5])),
    "swap": lambda ids: SwapTracks(track_a=ids[1], track_b=ids[2], first_frame=CUT),
}


@pytest.fixture
def opened(tmp_path: Path) -> tuple[Project, RunId, dict[int, TrackId]]:
    project, run_id = record_walkers(tmp_path / "settled.trackmend", EVERYBODY)
    ids = {track.number: track.track_id for track in project.tracks(run_id)}
    return project, run_id, ids


def opposite(index: ReviewIndex, tracks: frozenset[TrackId]) -> list[Suspicion]:
    """Return what the queue says of tracks that were told apart, joined or swapped, and no more."""
    return [one for one in index.suspicions() if set(one.tracks) <= tracks]


@pytest.mark.parametrize("name", EDITS)
def test_the_opposite_is_proposed_unless_a_person_made_it_so(
    opened: tuple[Project, RunId, dict[int, TrackId]], name: str
) -> None:
    project, run_id, ids = opened
    with project:
        edit = EDITS[name](ids)
        seeded, index = ReviewIndex.open(project, run_id), ReviewIndex.open(project, run_id)
        assert opposite(index, frozenset(ids.values())) == []
        changes = project.edit(edit)
        touched = changes.tracks | set(ids.values())
        seeded.update(changes)
        assert opposite(seeded, touched), "it is odd, if nobody has said so"

        index.update_by_hand(changes, edit)
        assert opposite(index, touched) == []
        given = [one.decision for one in index.answers()]
        assert given and set(given) == {Decision.SETTLED}
        assert opposite(ReviewIndex.open(project, run_id), touched) == [], "tomorrow as well"

        step, _ = project.steps()
        assert step is not None and step.verdict_id is None, "the edit is the last step"
        index.update(project.undo())
        index.read_answers()
        assert opposite(index, touched) == []
        assert index.answers() == (), "what was not done has settled nothing"
        index.update(project.redo())
        index.read_answers()
        assert opposite(index, touched) == []
        assert [one.decision for one in index.answers()] == given


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_that_an_index_opens_with_settles_as_well(
    opened: tuple[Project, RunId, dict[int, TrackId]], name: str
) -> None:
    project, run_id, ids = opened
    with project:
        edit = EDITS[name](ids)
        changes = project.edit(edit)  # while the index is still being opened, or the run goes on
        index = ReviewIndex.open(project, run_id)
        assert opposite(index, changes.tracks)
        index.update_by_hand(changes, edit)
        assert opposite(index, changes.tracks) == []


def test_a_swap_that_comes_too_late_may_still_be_mended(
    opened: tuple[Project, RunId, dict[int, TrackId]],
) -> None:
    project, run_id, ids = opened
    with project:
        wrong = SwapTracks(track_a=ids[1], track_b=ids[2], first_frame=CUT)
        project.edit(wrong)
        index = ReviewIndex.open(project, run_id)
        late = replace(wrong, first_frame=CUT + 30)
        index.update_by_hand(project.edit(late), late)
        pair = {ids[1], ids[2]}
        (found,) = [one for one in index.suspicions() if set(one.tracks) == pair]
        assert found.proposal.edit == replace(wrong, last_frame=CUT + 29), "thirty frames more"


def test_an_answer_that_an_edit_gave_can_be_opened_again(
    opened: tuple[Project, RunId, dict[int, TrackId]],
) -> None:
    project, run_id, ids = opened
    with project:
        index = ReviewIndex.open(project, run_id)
        edit = EDITS["split"](ids)
        changes = project.edit(edit)
        index.update_by_hand(changes, edit)
        (answer,) = index.answers()
        assert answer.title == "Settled by hand: Merge track 53 into track 1"
        assert answer.answer_id is not None
        project.open_again(run_id, answer.answer_id)
        index.read_answers()
        assert len(opposite(index, changes.tracks)) == 1


def test_other_errors_in_the_same_tracks_wait_as_before(tmp_path: Path) -> None:
    # Somebody else has track 1 from 120 on; that it is split at 60 says nothing of that.
    person = replace(ONE, frames=range(120))
    other = Walker(person=9, x=345, speed=2.0, number=1, frames=range(123, FRAME_COUNT))
    project, run_id = record_walkers(tmp_path / "both.trackmend", [person, other, *bystanders()])
    with project:
        ids = {track.number: track.track_id for track in project.tracks(run_id)}
        index = ReviewIndex.open(project, run_id)
        before = [one.frame for one in opposite(index, frozenset({ids[1]}))]
        assert len(before) == 1
        edit = SplitTrack(track_id=ids[1], at_frame=60)
        changes = project.edit(edit)
        index.update_by_hand(changes, edit)
        assert [one.frame for one in opposite(index, changes.tracks)] == before
