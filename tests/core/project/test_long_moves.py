"""Stretches played as a whole: what comes out is what playing them box by box gives."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import numpy as np
import pytest
from project_scenes import begin_run, write_frames
from sqlalchemy import event

from trackmend_core.project import Changes, Project, layer_change, recorder
from trackmend_core.project.edits import (
    DeleteBox,
    DeleteStretch,
    Edit,
    MergeTracks,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.project.layer_change import read_change
from trackmend_core.project.recorder import LogMismatchError
from trackmend_core.project.records import TrackSummary
from trackmend_core.project.summaries import refresh_summaries
from trackmend_core.types import RunId, TrackId, VideoId

ONE, TWO, THREE, FOUR = (TrackId(number) for number in (1, 2, 3, 4))


@pytest.fixture
def gappy(project: Project, video_id: VideoId) -> RunId:
    """1 in all of 60 frames, 2 in two of three, 3 in even frames and 4 in odd ones, from 10 on."""
    with begin_run(project, video_id) as writer:
        for frame in range(60):
            late = (3 if frame % 2 == 0 else 4,) if frame >= 10 else ()
            sometimes = (2,) if frame % 3 else ()
            write_frames(writer, [frame], (1, *sometimes, *late))
    return writer.run_id


EDITS: dict[str, Callable[[], Edit]] = {
    "swap, both to the end": lambda: SwapTracks(track_a=ONE, track_b=TWO, first_frame=17),
    "swap of a stretch": lambda: SwapTracks(
        track_a=TWO, track_b=THREE, first_frame=20, last_frame=41
    ),
    "swap where one is not yet": lambda: SwapTracks(track_a=ONE, track_b=FOUR, first_frame=0),
    "merge of two that take turns": lambda: MergeTracks(keep=THREE, absorb=FOUR),
    "split": lambda: SplitTrack(track_id=TWO, at_frame=30),
}


@pytest.mark.parametrize("name", EDITS)
def test_undo_and_redo_as_a_whole_are_those_box_by_box(
    project: Project, gappy: RunId, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = project.digest()
    project.verify(gappy, 5, 50)
    made = project.edit(EDITS[name]())
    after = project.digest()
    assert after != before and project.replay_digest() == after

    def told(changes: Changes | None) -> tuple[object, ...]:
        assert changes is not None
        return changes.tracks, changes.frames, changes.box_count

    for is_whole in (True, False):
        if not is_whole:
            for module in (recorder, layer_change):
                monkeypatch.setattr(module, "few_ways", lambda connection, edit_id: None)
        assert told(project.undo()) == told(made)
        assert project.digest() == before
        _check_what_is_derived(project, gappy)
        assert told(project.redo()) == told(made)
        assert project.digest() == after
        _check_what_is_derived(project, gappy)


@pytest.mark.parametrize("name", EDITS)
def test_a_change_read_as_a_whole_is_that_read_box_by_box(
    project: Project, gappy: RunId, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    edit_id = project.edit(EDITS[name]()).edit_id
    assert edit_id is not None
    with project._database.reading() as connection:
        whole = read_change(connection, edit_id, forward=True)
        monkeypatch.setattr(layer_change, "few_ways", lambda connection, edit_id: None)
        single = read_change(connection, edit_id, forward=True)
    assert whole.tracks == single.tracks
    assert whole.box_count == single.box_count
    for mine, theirs in ((whole.removed, single.removed), (whole.added, single.added)):
        assert mine.keys() == theirs.keys()
        for track_id, part in mine.items():
            np.testing.assert_array_equal(part.frames, theirs[track_id].frames)
            assert part.score_sum == pytest.approx(theirs[track_id].score_sum)


def test_undoing_a_merge_leaves_the_boxes_that_stand_between(
    project: Project, gappy: RunId
) -> None:
    """Those of 3 lie between those of 4, in the track that the undo takes the latter from."""
    project.edit(MergeTracks(keep=THREE, absorb=FOUR))
    assert len(project.boxes_of_track(THREE)) == 50
    project.undo()
    assert [box.frame_index for box in project.boxes_of_track(THREE)] == list(range(10, 60, 2))
    assert [box.frame_index for box in project.boxes_of_track(FOUR)] == list(range(11, 60, 2))


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("harm", ["strays", "is gone"])
def test_one_box_that_is_not_where_the_log_left_it_stops_undo_and_redo(
    project: Project, gappy: RunId, name: str, harm: str
) -> None:
    """The many that moved are counted as a whole; one among them must tell all the same."""
    moved = project.edit(EDITS[name]())

    def spoil() -> str:
        with closing(sqlite3.connect(project.path)) as vandal:
            (box_id,) = vandal.execute(
                "SELECT box_id FROM box_moves WHERE edit_id = ? ORDER BY box_id DESC LIMIT 1",
                (moved.edit_id,),
            ).fetchone()
            vandal.execute("INSERT INTO recorder (edit_id) VALUES (0)")
            if harm == "is gone":
                vandal.execute("DELETE FROM boxes WHERE id = ?", (box_id,))
            else:
                vandal.execute("UPDATE boxes SET track_id = 77 WHERE id = ?", (box_id,))
            vandal.execute("DELETE FROM recorder")
            vandal.commit()
        return project.digest()

    if name == "swap of a stretch":
        project.undo()
        spoilt = spoil()
        with pytest.raises(LogMismatchError, match="1 rows"):
            project.redo()
    else:
        spoilt = spoil()
        with pytest.raises(LogMismatchError, match="1 rows"):
            project.undo()
    assert project.digest() == spoilt


@pytest.mark.parametrize("take_back", [True, False])
def test_the_boxes_that_moved_are_looked_up_once_to_take_an_edit_back_or_make_it_again(
    project: Project, gappy: RunId, take_back: bool
) -> None:
    """Looking up a hundred thousand boxes by their ids takes a tenth of the whole."""
    project.edit(SwapTracks(track_a=ONE, track_b=TWO, first_frame=17))
    if not take_back:
        project.undo()
    asked: list[str] = []

    @event.listens_for(project._database.engine, "before_cursor_execute")
    def note(*told: object) -> None:
        asked.append(str(told[2]))

    project.undo() if take_back else project.redo()
    event.remove(project._database.engine, "before_cursor_execute", note)
    looked_up = [text for text in asked if "box_moves" in text and "JOIN boxes" in text]
    # One for each way; those of 2 are not in every frame, so their frames are read besides.
    assert len(looked_up) == 3, looked_up


def test_many_edits_over_one_another_come_back_after_a_restart(
    project: Project, gappy: RunId
) -> None:
    states = [project.digest()]
    steps: list[Edit] = [
        SwapTracks(track_a=ONE, track_b=TWO, first_frame=17),
        DeleteStretch(track_id=ONE, first_frame=20, last_frame=24),
        SwapTracks(track_a=TWO, track_b=ONE, first_frame=5, last_frame=44),
        DeleteBox(box_id=project.boxes_in_frame(gappy, 31)[0].box_id),
        MergeTracks(keep=THREE, absorb=FOUR),
        SwapTracks(track_a=ONE, track_b=THREE, first_frame=12),
        SplitTrack(track_id=THREE, at_frame=33),
    ]
    for step in steps:
        project.edit(step)
        states.append(project.digest())
        _check_what_is_derived(project, gappy)
    path = project.path
    project.close()
    with Project.open(path) as again:
        for state in reversed(states[:-1]):
            again.undo()
            assert again.digest() == state == again.replay_digest()
            _check_what_is_derived(again, gappy)
        for state in states[1:]:
            again.redo()
            assert again.digest() == state == again.replay_digest()
            _check_what_is_derived(again, gappy)


def _check_what_is_derived(project: Project, run_id: RunId) -> None:
    """Summaries kept up from what changed are those computed anew; fingerprints, too."""
    kept = project.tracks(run_id)
    with project._database.writing() as connection:
        refresh_summaries(connection, [track.track_id for track in kept])
    for mine, fresh in zip(kept, project.tracks(run_id), strict=True):
        assert _exact(mine) == _exact(fresh)
        assert mine.mean_score == pytest.approx(fresh.mean_score)
    assert project.check_verified(run_id)


def _exact(track: TrackSummary) -> tuple[object, ...]:
    return track.track_id, track.number, track.box_count, track.spans
