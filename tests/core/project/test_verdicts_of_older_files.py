"""Answers and verified stretches of files of schema 4 and older become verdicts in their place."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from older_files import make_older
from project_scenes import add_street, record_run, track_numbered

from trackmend_core.project import Project
from trackmend_core.project.edits import DeleteTrack, SwapTracks
from trackmend_core.project.schema import SCHEMA_VERSION
from trackmend_core.types import RunId, VideoId

ADD_ANSWER = """
    INSERT INTO review_answers (video_id, run_id, kind, family, frame_index, decision, note,
        anchors, features, author, created_at {more})
    VALUES (1, 1, 'switch', 'continuity', ?, ?, 'twins', '[]', '{{}}', 'me', ? {values})
"""
ADD_STRETCH = """
    INSERT INTO verified_stretches (run_id, track_id, first_frame, last_frame, fingerprint_then,
        fingerprint_now, author, created_at) VALUES (1, ?, ?, ?, ?, ?, 'me', ?)
"""


@pytest.fixture
def edited(tmp_path: Path) -> Iterator[tuple[Path, list[str], str]]:
    """A closed project with a swap at 1000 s and a deletion at 2000 s, its titles, its digest."""
    with Project.create(tmp_path / "new.trackmend") as project:
        run_id = record_run(project, add_street(project))
        a, b = (track_numbered(project, run_id, number) for number in (1, 2))
        titles = [
            project.edit(SwapTracks(track_a=a, track_b=b, first_frame=10)).title,
            project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 3))).title,
        ]
        digest = project.digest()
    with closing(sqlite3.connect(project.path, isolation_level=None)) as file:
        file.execute("UPDATE edits SET created_at = 1000 * id")
    yield project.path, titles, digest


def line(project: Project) -> list[str]:
    """Undo everything and return what it was, newest first; then redo it all."""
    told = []
    while (step := project.steps()[0]) is not None:
        told.append(step.title)
        if step.verdict_id is None:
            project.undo()
        else:
            project.take_verdict_back(step.verdict_id)
    while (step := project.steps()[1]) is not None:
        if step.verdict_id is None:
            project.redo()
        else:
            project.give_verdict_again(step.verdict_id)
    return told


def fingerprint(path: Path, first: int, last: int) -> str:
    """Return the fingerprint that a stretch has as the project is now."""
    with Project.open(path) as project:
        stretch = project.verify(RunId(1), first, last)
        project.take_verdict_back(project.steps()[0].verdict_id)
    with closing(sqlite3.connect(path)) as file:
        query = "SELECT fingerprint_now FROM verified_stretches WHERE id = ?"
        (found,) = file.execute(query, (stretch.stretch_id,)).fetchone()
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for table in ("verdict_rows", "verdicts", "verified_stretches"):
            file.execute(f"DELETE FROM {table}")
    return str(found)


def test_a_file_of_schema_4_keeps_its_line_and_its_stretches_join_it(
    tmp_path: Path, edited: tuple[Path, list[str], str]
) -> None:
    path, (swap, deletion), digest = edited
    found = fingerprint(path, 0, 19)
    older = tmp_path / "older.trackmend"
    make_older(path, older, version=4)
    with closing(sqlite3.connect(older, isolation_level=None)) as file:
        add = ADD_ANSWER.format(more=", title, state, after_edit_id", values=", ?, ?, ?")
        for frame, decision, at, title, state, after in (
            (3, "rejected", 500.0, "before all", "applied", 0),
            (4, "rejected", 1500.0, "between", "applied", 1),
            (5, "accepted", 1550.0, "accepted", "applied", 1),
            (6, "unsure", 1600.0, "forgotten", "superseded", 1),
            (7, "unsure", 1590.0, "", "applied", 1),  # the clock went back
            (8, "unsure", 2500.0, "taken back", "undone", 2),
        ):
            file.execute(add, (frame, decision, at, title, state, after))
        file.execute(ADD_STRETCH, (None, 0, 19, found, found, 1550.0))
        file.execute(ADD_STRETCH, (2, 5, 9, "0" * 16, found, 2600.0))
    with Project.open(older) as project:
        assert project.digest() == digest
        kept = [one.title for one in project.review_answers(project.videos()[0].video_id)]
        assert kept == ["before all", "between", "accepted", ""]
        whole, amber = project.verified(RunId(1))
        assert (whole.track_id, whole.is_intact, amber.is_intact) == (None, True, False)
        following = project.steps()[1]
        assert following is not None and following.title == "taken back"
        expected = [
            "Verified: track 2, frames 6–10",
            deletion,
            "",
            "Verified: all tracks, frames 1–20",
            "between",
            swap,
            "before all",
        ]
        assert line(project) == expected
        assert project.digest() == project.replay_digest() == digest
        history = [(one.title, one.is_in_effect) for one in project.verdicts(video_of(project))]
        assert ("forgotten", False) in history and len(history) == 7
        project.verify(RunId(1), 0, 39)
    (backup,) = (tmp_path / "older.trackmend-backups").iterdir()
    assert backup.name.endswith("before-update.trackmend")
    with closing(sqlite3.connect(backup)) as before, closing(sqlite3.connect(older)) as after:
        assert before.execute("PRAGMA user_version").fetchone() == (4,)
        assert before.execute("SELECT count(*) FROM review_answers").fetchone() == (6,)
        assert after.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert after.execute("PRAGMA foreign_key_check").fetchall() == []
        assert after.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def video_of(project: Project) -> VideoId:
    return project.videos()[0].video_id


@pytest.mark.parametrize("version", [2, 3])
def test_files_of_older_schemas_come_all_the_way(
    tmp_path: Path, edited: tuple[Path, list[str], str], version: int
) -> None:
    path, (swap, deletion), digest = edited
    older = tmp_path / "older.trackmend"
    make_older(path, older, version=version)
    with closing(sqlite3.connect(older, isolation_level=None)) as file:
        file.execute(ADD_STRETCH, (None, 0, 9, "1" * 16, "1" * 16, 1500.0))
        if version == 3:
            file.execute(ADD_ANSWER.format(more="", values=""), (4, "rejected", 1600.0))
    answers = [""] if version == 3 else []
    with Project.open(older) as project:
        assert project.digest() == digest
        assert line(project) == [deletion, *answers, "Verified: all tracks, frames 1–10", swap]


def test_an_answer_given_after_the_update_has_an_id_of_its_own(
    tmp_path: Path, edited: tuple[Path, list[str], str]
) -> None:
    older = tmp_path / "older.trackmend"
    make_older(edited[0], older, version=4)
    with closing(sqlite3.connect(older, isolation_level=None)) as file:
        add = ADD_ANSWER.format(more="", values="")
        file.execute(add, (4, "rejected", 1600.0))
    with Project.open(older) as project:
        (old,) = project.review_answers(project.videos()[0].video_id)
        new = project.add_review_answer(RunId(1), old)
        assert new.answer_id != old.answer_id
        assert len(project.review_answers(project.videos()[0].video_id)) == 2
