"""Edits, answers and verified stretches on one line, for undo and redo."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from project_scenes import record_run, track_numbered

from trackmend_core.errors import UserError
from trackmend_core.project import Project, ReviewAnswer
from trackmend_core.project.edits import SwapTracks
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
    given = replace(ANSWER, title=title, decision=decision)
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
    if step.verdict_id is None:
        assert (project.redo if way else project.undo)() is not None
    else:
        turn_it = project.give_verdict_again if way else project.take_verdict_back
        turn_it(step.verdict_id)
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
        assert file.execute("SELECT note, counts FROM review_answers").fetchall() == [("twins", 0)]


def test_the_history_of_verdicts_has_those_that_count_no_longer(
    project: Project, run_id: RunId
) -> None:
    video_id = project.run(run_id).video_id

    def told() -> list[tuple[str, str, bool]]:
        return [
            (one.title, one.state.value, one.is_in_effect) for one in project.verdicts(video_id)
        ]

    answer(project, run_id, "first")
    answer(project, run_id, "made", decision="accepted")
    undo(project)
    assert told() == [("first", "undone", False)], "an acceptance is none"
    second = answer(project, run_id, "second")
    assert told() == [("first", "superseded", False), ("second", "applied", True)]
    old, new = project.verdicts(video_id)
    assert new.author == project.author and 0 < old.created_at <= new.created_at
    assert project.open_again(run_id, second) is not None
    assert told()[1:] == [("second", "applied", False), ("Open again: second", "applied", True)]
    undo(project)
    assert told()[1:] == [("second", "applied", True), ("Open again: second", "undone", False)]


def test_opening_a_card_again_is_a_step(project: Project, run_id: RunId) -> None:
    video_id = project.run(run_id).video_id
    given = answer(project, run_id, "said")
    assert project.open_again(run_id, given) is not None
    assert project.review_answers(video_id) == []
    assert project.open_again(run_id, given) is None, "it is open"
    assert undo(project) == "Open again: said"
    assert [one.note for one in project.review_answers(video_id)] == ["twins"]
    assert redo(project) == "Open again: said"
    assert project.review_answers(video_id) == []
    assert [undo(project), undo(project), undo(project)] == ["Open again: said", "said", None]
    assert project.review_answers(video_id) == []


def test_taking_an_answer_back_brings_those_back_that_it_replaced(
    project: Project, run_id: RunId
) -> None:
    video_id = project.run(run_id).video_id
    before = answer(project, run_id, "unsure")
    project.add_review_answer(run_id, replace(ANSWER, title="sure"), instead_of=[before])
    assert [one.title for one in project.review_answers(video_id)] == ["sure"]
    assert undo(project) == "sure"
    assert [one.title for one in project.review_answers(video_id)] == ["unsure"]


def spans(project: Project, run_id: RunId) -> list[tuple[int, int, bool]]:
    return [(one.first_frame, one.last_frame, one.is_intact) for one in project.verified(run_id)]


def test_verifying_and_taking_it_back_are_steps_also_after_reopening(
    project: Project, run_id: RunId
) -> None:
    project.verify(run_id, 0, 9)
    title = swap(project, run_id)
    project.verify(run_id, 10, 500)
    answer(project, run_id, "said")
    (early, late) = project.verified(run_id)
    project.unverify(early.stretch_id, late.stretch_id)
    project.unverify(early.stretch_id), "gone already: no step"
    line = [
        "Verified: all tracks, frames 1–10",
        title,
        "Verified: all tracks, frames 11–40",
        "said",
        "No longer verified: all tracks, frames 1–40",
    ]
    path = project.path
    project.close()
    with Project.open(path) as again:
        assert spans(again, run_id) == []
        assert undo(again) == line[4]
        assert spans(again, run_id) == [(0, 9, True), (10, 39, True)]
        assert [undo(again) for _ in range(5)] == [*reversed(line[:4]), None]
        assert spans(again, run_id) == []
    with Project.open(path) as again:
        assert [redo(again) for _ in range(4)] == line[:4]
        assert spans(again, run_id) == [(0, 9, True), (10, 39, True)]
        assert redo(again) == line[4]
        assert (spans(again, run_id), redo(again)) == ([], None)


def test_several_stretches_of_one_key_are_one_step(project: Project, run_id: RunId) -> None:
    a, b = (track_numbered(project, run_id, number) for number in (1, 2))
    project.verify_all(run_id, [(b, 0, 9), (a, 5, 19)])
    title = "Verified: tracks 1, 2, frames 1–20"
    assert (undo(project), spans(project, run_id)) == (title, [])
    assert undo(project) is None
    assert redo(project) == title
    assert spans(project, run_id) == [(0, 9, True), (5, 19, True)]


def test_of_several_stretches_all_are_verified_or_none(project: Project, run_id: RunId) -> None:
    with pytest.raises(UserError, match="tracked"):
        project.verify_all(run_id, [(None, 0, 9), (None, 60, 70)])
    assert (spans(project, run_id), project.steps()) == ([], (None, None))


def test_a_stretch_turns_amber_by_what_happened_while_it_was_taken_back(
    project: Project, run_id: RunId
) -> None:
    """Undone edits can be redone after a verdict, and undone before it again."""
    swap(project, run_id)
    undo(project)
    project.verify(run_id, 0, 39)
    redo(project)
    assert spans(project, run_id) == [(0, 39, False)]
    project.unverify(project.verified(run_id)[0].stretch_id)
    undo(project)
    assert spans(project, run_id) == [(0, 39, False)], "as amber as it was"
    undo(project)
    assert spans(project, run_id) == [(0, 39, True)]
    undo(project)
    assert spans(project, run_id) == []
    redo(project), redo(project)
    assert spans(project, run_id) == [(0, 39, False)]
    assert project.check_verified(run_id)


def test_undoing_a_wider_stretch_brings_the_amber_one_back_that_it_replaced(
    project: Project, run_id: RunId
) -> None:
    project.verify(run_id, 10, 19)
    swap(project, run_id)
    project.verify(run_id, 0, 29)
    assert spans(project, run_id) == [(0, 29, True)]
    undo(project)
    assert spans(project, run_id) == [(10, 19, False)]
    undo(project)
    assert spans(project, run_id) == [(10, 19, True)]


def test_what_was_overtaken_meanwhile_is_refused_and_nothing_changes(
    project: Project, run_id: RunId
) -> None:
    project.verify(run_id, 0, 9)
    verdict_id = project.steps()[0].verdict_id
    project.take_verdict_back(verdict_id)
    with pytest.raises(UserError, match="meanwhile"):
        project.take_verdict_back(verdict_id)
    swap(project, run_id)
    with pytest.raises(UserError, match="meanwhile"):
        project.give_verdict_again(verdict_id)
    assert spans(project, run_id) == []
    with closing(sqlite3.connect(project.path)) as file:
        kept = file.execute("SELECT first_frame, last_frame, counts FROM verified_stretches")
        assert kept.fetchall() == [(0, 9, 0)], "what was overtaken stays in the file"


def test_deleting_a_run_takes_its_stretches_off_the_line_and_keeps_answers(
    project: Project, run_id: RunId
) -> None:
    other = record_run(project, project.run(run_id).video_id, frames=range(5), tracker_ids=(1,))
    answer(project, other, "said")
    project.verify(other, 0, 4)
    project.delete_run(other)
    assert [undo(project), undo(project)] == ["said", None]
    assert [one.title for one in project.verdicts(project.run(run_id).video_id)] == ["said"]


def test_a_preview_leaves_what_was_taken_back_to_be_given_again(
    project: Project, run_id: RunId
) -> None:
    project.verify(run_id, 0, 9)
    undo(project)
    a, b = (track_numbered(project, run_id, number) for number in (1, 2))
    project.preview(SwapTracks(track_a=a, track_b=b, first_frame=10))
    assert redo(project) == "Verified: all tracks, frames 1–10"


def test_an_edit_breaks_only_stretches_that_count(project: Project, run_id: RunId) -> None:
    stretch = project.verify(run_id, 0, 39)
    project.unverify(stretch.stretch_id)
    a, b = (track_numbered(project, run_id, number) for number in (1, 2))
    edit = SwapTracks(track_a=a, track_b=b, first_frame=10)
    assert project.preview(edit).verified_changed == 0
    project.verify(run_id, 0, 20)
    assert project.edit(edit).verified_changed == 1
    assert project.check_verified(run_id)
