"""Edits and answers on one line: what undo takes back and what redo does again."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from project_scenes import track_numbered

from trackmend_core.project import Project, ReviewAnswer
from trackmend_core.project.edits import DeleteTrack, SwapTracks
from trackmend_core.types import RunId

ANSWER = ReviewAnswer(
    kind="switch",
    family="continuity",
    frame_index=7,
    decision="rejected",
    note="twins",
    anchors=(),
    features={},
)


def answer(project: Project, run_id: RunId, title: str, decision: str = "rejected") -> int:
    given = replace(ANSWER, title=title, decision=decision, after_edit_id=project.newest_edit)
    stored = project.add_review_answer(run_id, given)
    assert stored.answer_id is not None
    return stored.answer_id


def swap(project: Project, run_id: RunId) -> str:
    a, b = (track_numbered(project, run_id, number) for number in (1, 2))
    return project.edit(SwapTracks(track_a=a, track_b=b, first_frame=10)).title


def undo(project: Project) -> str | None:
    return turn(project, 0)


def redo(project: Project) -> str | None:
    return turn(project, 1)


def turn(project: Project, way: int) -> str | None:
    step = project.steps()[way]
    if step is None:
        return None
    if step.answer is None:
        assert (project.redo if way else project.undo)() is not None
    else:
        assert step.answer.answer_id is not None
        (project.answer_again if way else project.take_answer_back)(step.answer.answer_id)
    return step.title


def test_undo_and_redo_go_along_edits_and_answers_as_they_were_made(
    project: Project, run_id: RunId
) -> None:
    answer(project, run_id, "first")
    title = swap(project, run_id)
    answer(project, run_id, "second")
    answer(project, run_id, "third", "unsure")
    line = ["first", title, "second", "third"]
    assert [undo(project) for _ in range(5)] == [*reversed(line), None]
    assert project.review_answers(project.videos()[0].video_id) == []
    assert [redo(project) for _ in range(5)] == [*line, None]
    kept = project.review_answers(project.videos()[0].video_id)
    assert [(one.title, one.note) for one in kept] == [
        (one, "twins") for one in line if one != title
    ]
    assert project.replay_digest() == project.digest()


def test_an_answer_after_an_undo_leaves_the_undone_edit_to_be_redone(
    project: Project, run_id: RunId
) -> None:
    title = swap(project, run_id)
    undo(project)
    answer(project, run_id, "said since")
    assert redo(project) == title, "an answer changes no track"
    assert undo(project) == title, "the edit was done last"
    assert undo(project) == "said since"
    assert [redo(project), redo(project), redo(project)] == ["said since", title, None]


def test_something_new_overtakes_answers_that_were_taken_back(
    project: Project, run_id: RunId
) -> None:
    answer(project, run_id, "first")
    undo(project)
    swap(project, run_id)
    assert redo(project) is None
    answer(project, run_id, "second")
    undo(project)
    answer(project, run_id, "third")
    assert redo(project) is None
    assert undo(project) == "third"


def test_the_acceptance_of_a_redone_edit_overtakes_nothing(project: Project, run_id: RunId) -> None:
    title = swap(project, run_id)
    answer(project, run_id, "later")
    undo(project)
    undo(project)
    assert redo(project) == title
    answer(project, run_id, "accepted", "accepted")
    assert undo(project) == title, "an acceptance is no step of its own"
    assert [redo(project), redo(project)] == [title, "later"]


def test_the_file_keeps_what_was_forgotten(project: Project, run_id: RunId) -> None:
    given = answer(project, run_id, "first")
    project.remove_review_answers([given])
    assert project.steps() == (None, None)
    with closing(sqlite3.connect(project.path)) as file:
        assert file.execute("SELECT note, state FROM review_answers").fetchall() == [
            ("twins", "superseded")
        ]


def test_answers_of_an_older_version_come_after_the_edits_that_are_older(
    tmp_path: Path, project: Project, run_id: RunId
) -> None:
    title = swap(project, run_id)
    answer(project, run_id, "")
    later = project.edit(DeleteTrack(track_id=track_numbered(project, run_id, 3))).title
    path = project.path
    project.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        for column in ("title", "state", "after_edit_id"):
            old.execute(f"ALTER TABLE review_answers DROP COLUMN {column}")
        old.execute("UPDATE alembic_version SET version_num = '0003'")
        old.execute("PRAGMA user_version = 3")
    with Project.open(path) as again:
        assert [undo(again) for _ in range(4)] == [later, "", title, None]


def test_the_history_of_answers_has_those_that_count_no_longer(
    project: Project, run_id: RunId
) -> None:
    video_id = project.run(run_id).video_id
    first = answer(project, run_id, "first")
    answer(project, run_id, "made", decision="accepted")
    project.take_answer_back(first)
    assert [(one.answer.title, one.state.value) for one in project.given_answers(video_id)] == [
        ("first", "undone")
    ]
    answer(project, run_id, "second")
    (old, new) = project.given_answers(video_id)
    assert (old.state.value, new.state.value) == ("superseded", "applied")
    assert old.author == project.author and 0 < old.created_at <= new.created_at
