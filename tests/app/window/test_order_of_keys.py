"""What keys do stands in the file in the order in which they were pressed, however fast."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from review_driving import make_errors, press, queue_of, swaps, wait_for_queue
from window_stage import Stage

from trackmend_app.review import index_tasks
from trackmend_core.project import Project

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Answers reach the file once this is set."""
    may_store, decide = threading.Event(), index_tasks.decide

    def waits(*given: object, **named: object) -> object:
        assert may_store.wait(60)
        return decide(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(index_tasks, "decide", waits)
    yield may_store
    may_store.set()


def titles(stage: Stage) -> list[str]:
    """What was done to the video, the first first."""
    return [one.title for one in stage.session.project.verdicts(stage.session.video.video_id)]


@pytest.fixture
def rejecting(stage: Stage, slow_disk: threading.Event) -> Stage:
    """Somebody has just pressed W, and it is not stored yet."""
    make_errors(stage)
    (wrong,) = swaps(stage)
    queue_of(stage).take(wrong)
    stage.press(Qt.Key.Key_W)
    assert queue_of(stage).storing is not None
    return stage


def test_a_stretch_verified_while_an_answer_is_stored_comes_after_it(
    rejecting: Stage, slow_disk: threading.Event
) -> None:
    chosen, frame = rejecting.session.selection.track_ids, rejecting.session.frame_index
    rejecting.press(Qt.Key.Key_Y)
    slow_disk.set()
    wait_for_queue(rejecting)
    rejecting.wait(lambda: bool(rejecting.bench.verification.stretches))
    run = rejecting.session.run
    stretches = rejecting.session.project.verified(run.run_id)
    assert {one.track_id for one in stretches} == set(chosen), "those that were selected at the key"
    assert rejecting.session.frame_index != frame or queue_of(rejecting).current is None
    first, second = titles(rejecting)
    assert first.startswith("Not an error") and second.startswith("Verified")
    undo = rejecting.window.action_set["undo"]
    assert undo.text().startswith("Undo: Verified")
    press(rejecting, Qt.Key.Key_Z, CTRL)
    assert undo.text().startswith("Undo: Not an error")
    assert rejecting.session.project.verified(run.run_id) == []


def test_keys_after_one_another_are_done_after_one_another(
    rejecting: Stage, slow_disk: threading.Event
) -> None:
    rejecting.press(Qt.Key.Key_Z, CTRL)
    rejecting.press(Qt.Key.Key_Y)
    slow_disk.set()
    rejecting.wait(lambda: bool(rejecting.bench.verification.stretches))
    wait_for_queue(rejecting)
    assert len(swaps(rejecting)) == 1, "the answer was taken back, not the stretch"
    assert rejecting.window.action_set["undo"].text().startswith("Undo: Verified")


def test_a_stretch_that_waits_for_an_answer_is_not_lost_when_the_window_closes(
    rejecting: Stage, slow_disk: threading.Event
) -> None:
    rejecting.press(Qt.Key.Key_Y)
    path, run = rejecting.session.project.path, rejecting.session.run
    threading.Timer(0.2, slow_disk.set).start()
    rejecting.close()
    with Project.open(path) as project:
        assert project.verified(run.run_id)
        first, second = [one.title for one in project.verdicts(run.video_id)]
    assert first.startswith("Not an error") and second.startswith("Verified")


def test_the_title_of_the_last_step_is_read_once_for_an_accepted_fix(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_errors(stage)
    (wrong,) = swaps(stage)
    queue_of(stage).take(wrong)
    project, read = stage.session.project, []
    steps = project.steps
    monkeypatch.setattr(project, "steps", lambda: read.append(1) or steps())
    press(stage, Qt.Key.Key_Return)
    stage.qtbot.wait(50)
    assert len(read) == 1
    assert stage.window.action_set["undo"].text() == f"Undo: {wrong.proposal.title}"
