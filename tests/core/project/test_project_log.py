"""Undo and redo know every change, survive a restart, and never lose an edit."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass

import pytest
from project_scenes import track_numbered
from sqlalchemy import update

from trackmend_core.errors import UserError
from trackmend_core.project import EditState, Project, edits
from trackmend_core.project.edits import (
    DeleteBox,
    DeleteTrack,
    MergeTracks,
    SetBox,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.recorder import LogMismatchError
from trackmend_core.project.schema import boxes
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


def some_edits(project: Project, run_id: RunId) -> list[str]:
    """Make edits of several kinds and return the digest before and after each."""
    one, two, three = (track_numbered(project, run_id, number) for number in (1, 2, 3))
    digests = [project.digest()]
    for edit in (
        SwapTracks(track_a=one, track_b=two, first_frame=10),
        SplitTrack(track_id=three, at_frame=20),
        SetBox(box_id=project.boxes_of_track(one)[3].box_id, box_xyxy=(0.1, 0.2, 1 / 3, 9.7)),
        MergeTracks(keep=three, absorb=TrackId(5)),
        DeleteTrack(track_id=two),
    ):
        project.edit(edit)
        digests.append(project.digest())
    assert len(set(digests)) >= len(digests) - 1
    return digests


def test_undo_and_redo_walk_through_every_state(project: Project, run_id: RunId) -> None:
    digests = some_edits(project, run_id)
    for expected in reversed(digests[:-1]):
        assert project.undo() is not None
        assert project.digest() == expected == project.replay_digest()
    assert project.undo() is None
    for expected in digests[1:]:
        assert project.redo() is not None
        assert project.digest() == expected == project.replay_digest()
    assert project.redo() is None


def test_undo_and_redo_survive_restarts(project: Project, run_id: RunId) -> None:
    digests = some_edits(project, run_id)
    path = project.path
    for expected in reversed(digests[:-1]):
        project.close()
        project = Project.open(path)
        project.undo()
        assert project.digest() == expected
    for expected in digests[1:]:
        project.close()
        project = Project.open(path)
        project.redo()
        assert project.digest() == expected
    project.close()


def test_undo_names_the_edit_and_its_place(project: Project, run_id: RunId) -> None:
    one, two = (track_numbered(project, run_id, number) for number in (1, 2))
    made = project.edit(SwapTracks(track_a=one, track_b=two, first_frame=10))
    assert project.undo_title == made.title
    assert project.redo_title is None
    assert project.undo() == made
    assert project.undo_title is None
    assert project.redo_title == made.title
    assert project.redo() == made


def test_a_new_edit_supersedes_undone_ones_and_keeps_them(project: Project, run_id: RunId) -> None:
    one, two = (track_numbered(project, run_id, number) for number in (1, 2))
    project.edit(DeleteTrack(track_id=one))
    project.edit(DeleteTrack(track_id=two))
    project.undo()
    project.edit(SplitTrack(track_id=two, at_frame=5))
    assert project.redo() is None
    assert [(edit.title, edit.state) for edit in project.edits()] == [
        ("Delete track 1", EditState.APPLIED),
        ("Delete track 2", EditState.SUPERSEDED),
        ("Split track 2 at frame 6", EditState.APPLIED),
    ]
    project.undo()
    project.undo()
    assert project.undo() is None
    project.redo()
    assert project.redo_title == "Split track 2 at frame 6"
    assert project.digest() == project.replay_digest()


def test_a_refused_edit_leaves_the_undone_ones_to_be_redone(
    project: Project, run_id: RunId
) -> None:
    project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 1)))
    project.undo()
    with pytest.raises(UserError):
        project.edit(DeleteTrack(track_id=TrackId(99)))
    assert project.redo_title == "Delete track 1"


def test_the_history_says_who_and_what(project: Project, run_id: RunId) -> None:
    project.author = "Ada"
    track = track_numbered(project, run_id, 1)
    project.edit(DeleteTrack(track_id=track))
    (edit,) = project.edits()
    assert (edit.author, edit.kind, edit.payload) == ("Ada", "delete_track", {"track_id": track})
    assert edit.run_id == run_id


@dataclass(frozen=True, slots=True, kw_only=True)
class GoBehindTheRecorder:
    """An edit that writes to the table itself, in bulk and with every trap of SQLite."""

    run_id: RunId

    def title(self, names: Names = PLAIN_NAMES) -> str:
        return "Go behind the recorder"

    def run_of(self, transaction: Transaction) -> RunId:
        return self.run_id

    def apply(self, transaction: Transaction) -> None:
        connection = transaction.connection
        connection.execute(update(boxes).values(x1=boxes.c.x1 / 3))
        connection.exec_driver_sql("UPDATE boxes SET y2 = y2 * 1.1 WHERE frame_index < 9")
        connection.exec_driver_sql("UPDATE boxes SET track_id = 2 WHERE id = -1")
        connection.exec_driver_sql("DELETE FROM boxes WHERE frame_index = 11")
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO boxes SELECT id, run_id, track_id, frame_index, 1, 2, 3, 4,"
            " score, 'person', class_id, detection_id, is_occluded FROM boxes"
            " WHERE frame_index = 12"
        )
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO boxes SELECT id + 1000, run_id, track_id, frame_index, 1, 2,"
            " 3, 4, score, 'person', class_id, detection_id, is_occluded FROM boxes"
            " WHERE frame_index = 13"
        )
        connection.exec_driver_sql("UPDATE tracks SET label = 'referee' WHERE number = 2")
        connection.exec_driver_sql("DELETE FROM boxes WHERE track_id = 4")
        connection.exec_driver_sql("DELETE FROM tracks WHERE id = 4")


def test_no_change_inside_an_edit_can_miss_the_log(
    project: Project, run_id: RunId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(edits.EDIT_KINDS, "behind", GoBehindTheRecorder)
    monkeypatch.setitem(edits._KIND_OF, GoBehindTheRecorder, "behind")
    before = project.digest()
    changes = project.edit(GoBehindTheRecorder(run_id=run_id))
    after = project.digest()
    assert after != before
    assert changes.tracks == {1, 2, 3, 4}
    assert [track.label for track in project.tracks(run_id)] == ["", "referee", ""]
    project.undo()
    assert project.digest() == before
    project.redo()
    assert project.digest() == after


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeThePlace:
    """An edit that deletes a box, moves another into its place, and draws one where that was."""

    run_id: RunId

    def title(self, names: Names = PLAIN_NAMES) -> str:
        return "Take the place"

    def run_of(self, transaction: Transaction) -> RunId:
        return self.run_id

    def apply(self, transaction: Transaction) -> None:
        one, two = TrackId(1), TrackId(2)
        transaction.delete_boxes(one, first_frame=7, last_frame=9)
        transaction.move_boxes(two, to_track_id=one, first_frame=7, last_frame=8)
        transaction.add_box(transaction.track(two), frame_index=7, box_xyxy=(1.0, 2.0, 3.0, 4.0))


def test_boxes_that_take_each_others_place_come_back(
    project: Project, run_id: RunId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(edits.EDIT_KINDS, "take", TakeThePlace)
    monkeypatch.setitem(edits._KIND_OF, TakeThePlace, "take")
    before = project.digest()
    changes = project.edit(TakeThePlace(run_id=run_id))
    after = project.digest()
    assert (changes.box_count, changes.frames) == (6, (7, 9))
    for _ in range(2):
        assert project.undo() == changes
        assert project.digest() == before
        assert project.redo() == changes
        assert project.digest() == after == project.replay_digest()


def test_a_change_behind_the_log_is_noticed_and_stops_undo(project: Project, run_id: RunId) -> None:
    box = project.boxes_in_frame(run_id, 7)[0]
    project.edit(SetBox(box_id=box.box_id, box_xyxy=(0.0, 0.0, 5.0, 5.0)))
    with closing(sqlite3.connect(project.path)) as vandal:
        vandal.execute("INSERT INTO recorder (edit_id) VALUES (0)")
        vandal.execute("UPDATE boxes SET x2 = 6 WHERE id = ?", (box.box_id,))
        vandal.execute("DELETE FROM recorder")
        vandal.commit()
    with pytest.raises(LogMismatchError, match="1 rows"):
        project.undo()
    assert project.undo_title == "Move or resize the box of track 1 in frame 8"


def test_the_recorder_is_empty_between_edits(project: Project, run_id: RunId) -> None:
    some_edits(project, run_id)
    project.undo()
    with closing(sqlite3.connect(project.path)) as connection:
        for table in ("recorder", "recorded_boxes", "recorded_tracks"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_move_is_logged_in_a_few_bytes(project: Project, run_id: RunId) -> None:
    one, two = (track_numbered(project, run_id, number) for number in (1, 2))
    project.edit(SwapTracks(track_a=one, track_b=two, first_frame=0))
    with closing(sqlite3.connect(project.path)) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("box_moves", "box_images", "track_images")
        ]
    assert counts == [80, 0, 0]


def test_a_track_that_vanishes_and_returns_keeps_id_and_number(
    project: Project, run_id: RunId
) -> None:
    before = project.tracks(run_id)
    project.edit(DeleteTrack(track_id=before[1].track_id))
    project.undo()
    assert project.tracks(run_id) == before


def test_an_edit_of_a_box_then_of_its_track_come_back_in_turn(
    project: Project, run_id: RunId
) -> None:
    box = project.boxes_in_frame(run_id, 7)[0]
    project.edit(SetBox(box_id=box.box_id, box_xyxy=(0.0, 0.0, 5.0, 5.0)))
    project.edit(SplitTrack(track_id=box.track_id, at_frame=5))
    project.edit(DeleteBox(box_id=box.box_id))
    project.undo()
    assert project.box(box.box_id).number == 5
    project.undo()
    assert project.box(box.box_id).number == 1
    project.undo()
    assert project.box(box.box_id) == box


def test_a_checkpoint_remembers_the_newest_edit(project: Project, run_id: RunId) -> None:
    project.add_checkpoint("raw tracks")
    changes = project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 1)))
    project.add_checkpoint("  first pass ")
    saved = [(checkpoint.name, checkpoint.edit_id) for checkpoint in project.checkpoints()]
    assert saved == [("raw tracks", None), ("first pass", changes.edit_id)]
    with pytest.raises(UserError, match="needs a name"):
        project.add_checkpoint("  ")
