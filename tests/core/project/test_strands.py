"""Boxes lie on strands: a long stretch changes hands in a few rows, and the guards still hold."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from older_files import make_older
from project_scenes import add_street, record_run, track_numbered, write_frames

from trackmend_core.project import Project, strands
from trackmend_core.project.edits import (
    AddBox,
    DeleteBox,
    DeleteTrack,
    MergeTracks,
    RevertTo,
    SetBox,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.project.schema import SCHEMA_VERSION
from trackmend_core.types import RunId, TrackId

ONE, TWO, THREE, FOUR = (TrackId(number) for number in (1, 2, 3, 4))


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Project]:
    """Four walkers in frames 0 to 39, on strands of 8 frames each."""
    monkeypatch.setattr(strands, "SHIFT", 3)
    with Project.create(tmp_path / "short.trackmend") as project:
        record_run(project, add_street(project))
        yield project


def strand_of_each_box(project: Project) -> dict[int, int]:
    with closing(sqlite3.connect(project.path)) as file:
        return dict(file.execute("SELECT id, strand_id FROM laid_boxes"))


def empty_strands(path: Path) -> int:
    with closing(sqlite3.connect(path)) as file:
        query = "SELECT count(*) FROM strands WHERE id NOT IN (SELECT strand_id FROM laid_boxes)"
        (count,) = file.execute(query).fetchone()
    return int(count)


def test_a_swap_its_undo_and_its_redo_touch_boxes_only_where_they_begin(short: Project) -> None:
    raw = short.digest()
    before = strand_of_each_box(short)
    changes = short.edit(SwapTracks(track_a=ONE, track_b=TWO, first_frame=13))
    assert changes.box_count == 2 * 27
    after = strand_of_each_box(short)
    touched = {box_id for box_id, strand_id in after.items() if before[box_id] != strand_id}
    frames = {short.box(box_id).frame_index for box_id in touched}
    assert frames == {13, 14, 15}
    made = short.digest()
    assert made == short.replay_digest() != raw
    for _ in range(2):
        short.undo()
        assert short.digest() == raw == short.replay_digest()
        short.redo()
        assert short.digest() == made == short.replay_digest()
    assert empty_strands(short.path) == 0


def test_a_stretch_with_an_end_keeps_what_lies_beyond(short: Project) -> None:
    raw = short.digest()
    short.edit(SwapTracks(track_a=ONE, track_b=TWO, first_frame=5, last_frame=26))
    first = {box.frame_index: box.box_id for box in short.boxes_of_track(ONE)}
    assert [short.box(first[frame]).detection_id for frame in (4, 5, 26, 27)] == [
        4 * 4 + 1,
        5 * 4 + 2,
        26 * 4 + 2,
        27 * 4 + 1,
    ]
    short.undo()
    assert short.digest() == raw


def test_tracks_that_take_turns_within_a_strand_are_merged_and_parted(short: Project) -> None:
    raw = short.digest()
    short.edit(SplitTrack(track_id=ONE, at_frame=20))
    parted = short.digest()
    late = short.tracks(RunId(1))[-1].track_id
    short.edit(MergeTracks(keep=ONE, absorb=late))
    assert [box.frame_index for box in short.boxes_of_track(ONE)] == list(range(40))
    short.undo()
    assert short.digest() == parted == short.replay_digest()
    short.undo()
    assert short.digest() == raw
    assert empty_strands(short.path) == 0


def test_edits_of_many_kinds_come_back_after_a_restart(short: Project) -> None:
    states = [short.digest()]
    steps = [
        SwapTracks(track_a=ONE, track_b=TWO, first_frame=9),
        SetBox(box_id=short.boxes_of_track(ONE)[20].box_id, box_xyxy=(1.0, 2.0, 30.0, 40.0)),
        SwapTracks(track_a=TWO, track_b=THREE, first_frame=16, last_frame=31),
        DeleteBox(box_id=short.boxes_of_track(TWO)[18].box_id),
        DeleteTrack(track_id=FOUR),
        SwapTracks(track_a=ONE, track_b=THREE, first_frame=0),
    ]
    for step in steps:
        short.edit(step)
        states.append(short.digest())
    short.close()
    with Project.open(short.path) as again:
        for state in reversed(states[:-1]):
            again.undo()
            assert again.digest() == state == again.replay_digest()
        for state in states[1:]:
            again.redo()
            assert again.digest() == state == again.replay_digest()
    assert empty_strands(short.path) == 0


def test_a_run_that_goes_on_follows_a_swap_whose_strand_it_fills(short: Project) -> None:
    """Frame 40 begins a strand, 39 ends one: the swap moved whole strands, the run adds to them."""
    short.edit(SwapTracks(track_a=ONE, track_b=TWO, first_frame=36))
    with short.resume_run(RunId(1)) as writer:
        write_frames(writer, range(writer.next_frame, 45))
    assert short.digest() == short.replay_digest()
    assert short.undo() is not None
    assert short.digest() == short.replay_digest()
    assert [box.frame_index for box in short.boxes_of_track(ONE)] == list(range(45))


def test_going_back_to_a_moment_logs_what_it_moves_by_strands(short: Project) -> None:
    short.add_checkpoint("raw")
    raw = short.digest()
    short.edit(SwapTracks(track_a=ONE, track_b=TWO, first_frame=13))
    short.edit(SplitTrack(track_id=THREE, at_frame=16))
    edited = short.digest()
    (moment,) = short.checkpoints()
    changes = short.edit(
        RevertTo(run_id=RunId(1), checkpoint_id=moment.checkpoint_id, name=moment.name)
    )
    assert changes.box_count == 2 * 27 + 24
    assert short.digest() == raw == short.replay_digest()
    short.undo()
    assert short.digest() == edited == short.replay_digest()
    short.redo()
    assert short.digest() == raw == short.replay_digest()


def test_a_strand_that_changes_hands_inside_an_edit_cannot_miss_the_log(short: Project) -> None:
    """Whichever statement does it: all boxes on it are recorded as they were."""
    with short._database.writing() as connection:
        run = connection.exec_driver_sql
        run("INSERT INTO recorder (edit_id) VALUES (7)")
        run("UPDATE strands SET track_id = -1 WHERE track_id = 1 AND chunk = 1")
        run("UPDATE boxes SET x1 = 5 WHERE track_id = -1 AND frame_index = 9")
        kept = run("SELECT track_id, frame_index, x1, is_new FROM recorded_boxes").all()
        expected = run("SELECT 1, frame_index, x1, 0 FROM run_boxes WHERE run_track_id = 1").all()
        assert sorted(tuple(row) for row in kept) == sorted(
            tuple(row) for row in expected if 8 <= row.frame_index <= 15
        )
        run("UPDATE strands SET track_id = 1 WHERE track_id = -1")
        run("DELETE FROM recorded_boxes")
        run("DELETE FROM recorder")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE strands SET track_id = 2 WHERE track_id = 1 AND chunk = 1",
        "DELETE FROM strands WHERE id = 1",
        "INSERT INTO strands (track_id, chunk) VALUES (1, 70)",
        "UPDATE laid_boxes SET x1 = 0 WHERE id = 1",
        "UPDATE laid_boxes SET strand_id = strand_id + 1 WHERE id = 1",
        "DELETE FROM laid_boxes WHERE id = 1",
        "INSERT INTO laid_boxes SELECT 9999, run_id, strand_id, 7, x1, y1, x2, y2, score, source,"
        " class_id, detection_id, is_occluded FROM laid_boxes WHERE id = 1",
        "INSERT INTO boxes SELECT 9999, run_id, track_id, 70, x1, y1, x2, y2, score, source,"
        " class_id, detection_id, is_occluded FROM boxes WHERE id = 1",
    ],
)
def test_neither_boxes_nor_strands_change_outside_an_edit(short: Project, statement: str) -> None:
    with (
        closing(sqlite3.connect(short.path, isolation_level=None)) as raw,
        pytest.raises(sqlite3.IntegrityError, match="only inside an edit"),
    ):
        raw.execute(statement)


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE boxes SET track_id = 2 WHERE track_id = 1 AND frame_index = 9", "UNIQUE"),
        ("UPDATE strands SET track_id = 2 WHERE track_id = 1 AND chunk = 1", "UNIQUE"),
        ("UPDATE laid_boxes SET frame_index = 10 WHERE frame_index = 9", "UNIQUE"),
        ("UPDATE laid_boxes SET frame_index = 30 WHERE frame_index = 9", "its own frames"),
        (
            "UPDATE laid_boxes SET strand_id = (SELECT id FROM strands WHERE track_id = 2"
            " AND chunk = 3) WHERE id = 1",
            "its own frames",
        ),
        ("UPDATE laid_boxes SET strand_id = 9999 WHERE id = 1", "its own frames"),
        ("UPDATE strands SET chunk = 70 WHERE id = 1", "only inside an edit"),
        ("UPDATE boxes SET id = 9999 WHERE id = 1", "only inside an edit"),
        ("DELETE FROM strands WHERE id = 1", "only inside an edit"),
    ],
)
def test_a_track_never_has_two_boxes_in_a_frame_and_a_box_never_the_wrong_strand(
    short: Project, statement: str, refusal: str
) -> None:
    """Also inside an edit: these hold whoever writes, and whatever it is."""
    before = short.digest()
    with closing(sqlite3.connect(short.path, isolation_level=None)) as raw:
        raw.execute("BEGIN")
        raw.execute("INSERT INTO recorder (edit_id) VALUES (0)")
        with pytest.raises(sqlite3.IntegrityError, match=refusal):
            raw.execute(statement)
        raw.execute("ROLLBACK")
    assert short.digest() == before


def test_a_run_that_is_deleted_takes_its_strands_along(short: Project) -> None:
    with closing(sqlite3.connect(short.path, isolation_level=None)) as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("DELETE FROM runs")
        for table in ("laid_boxes", "strands", "tracks"):
            assert raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


@pytest.fixture
def older(tmp_path: Path) -> Iterator[tuple[Path, str, list[str]]]:
    """A file of schema 5 with a history, what it holds, and what it held before each undo."""
    with Project.create(tmp_path / "new.trackmend") as project:
        run_id = record_run(project, add_street(project))
        one, two = (track_numbered(project, run_id, number) for number in (1, 2))
        states = [project.digest()]
        steps = [
            SwapTracks(track_a=one, track_b=two, first_frame=10),
            SetBox(box_id=project.boxes_of_track(one)[3].box_id, box_xyxy=(1.0, 2.0, 30.0, 40.0)),
            DeleteBox(box_id=max(box.box_id for box in project.boxes_in_frame(run_id, 39))),
            SplitTrack(track_id=two, at_frame=20),
        ]
        for step in steps:
            project.edit(step)
            states.append(project.digest())
        project.verify(run_id, 5, 15)
        project.undo()
    make_older(tmp_path / "new.trackmend", tmp_path / "older.trackmend", version=5)
    yield tmp_path / "older.trackmend", states[-2], states


def test_a_file_of_the_schema_before_keeps_all_of_its_boxes_and_its_history(
    older: tuple[Path, str, list[str]],
) -> None:
    path, digest, states = older
    with closing(sqlite3.connect(path)) as before:
        rows = before.execute("SELECT * FROM boxes ORDER BY id").fetchall()
        (last_id,) = before.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'boxes'"
        ).fetchone()
        assert before.execute("SELECT type FROM sqlite_master WHERE name = 'boxes'").fetchone() == (
            "table",
        )
    with Project.open(path) as project:
        assert project.digest() == digest == project.replay_digest()
        assert project.check_verified(RunId(1))
        with closing(sqlite3.connect(path)) as after:
            assert after.execute("SELECT * FROM boxes ORDER BY id").fetchall() == rows
            assert after.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
            assert after.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert after.execute("PRAGMA foreign_key_check").fetchall() == []
        project.redo()
        assert project.digest() == states[-1]
        for state in reversed(states[:-1]):
            project.undo()
            assert project.digest() == state
        for state in states[1:]:
            project.redo()
            assert project.digest() == state == project.replay_digest()
        drawn = AddBox(
            run_id=RunId(1), frame_index=39, box_xyxy=(1.0, 2.0, 3.0, 4.0), track_id=None
        )
        project.edit(drawn)
        newest = max(box.box_id for box in project.boxes_in_frame(RunId(1), 39))
        assert newest == last_id + 1, "the id of a box that is gone is not given again"
        with project.resume_run(RunId(1)) as writer:
            write_frames(writer, range(writer.next_frame, writer.next_frame + 3))
        assert project.digest() == project.replay_digest()
    backups = list(path.with_name("older.trackmend-backups").iterdir())
    assert [backup.name.endswith("before-update.trackmend") for backup in backups] == [True]
    with closing(sqlite3.connect(backups[0])) as backup:
        assert backup.execute("SELECT * FROM boxes ORDER BY id").fetchall() == rows


def test_a_file_of_which_a_box_would_not_be_taken_over_stays_as_it_was(
    older: tuple[Path, str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, digest, _ = older
    statements = [*strands.fill_statements(), "DELETE FROM laid_boxes WHERE id = 7"]
    with monkeypatch.context() as patch:
        patch.setattr(strands, "fill_statements", lambda: statements)
        with pytest.raises(RuntimeError, match="1 boxes"):
            Project.open(path)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (5,)
        assert file.execute("SELECT count(*) FROM boxes").fetchone() == (159,)
    with Project.open(path) as project:
        assert project.digest() == digest
