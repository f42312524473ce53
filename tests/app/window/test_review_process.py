"""The review queue of a large run: its index lives in a process of its own."""

import gc
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from review_driving import make_errors, press, queue_of, swaps, wait_for_queue
from window_stage import Stage

from trackmend_app.review.index_process import IndexElsewhere
from trackmend_app.review.queue_state import QueueState
from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.project.edits import SwapTracks
from trackmend_core.review import ReviewIndex
from trackmend_core.types import RunId


def process_of(stage: Stage) -> IndexElsewhere:
    thread = queue_of(stage)._thread
    assert thread is not None
    assert isinstance(thread.home, IndexElsewhere)
    return thread.home


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def refuse(_index: ReviewIndex) -> None:
    raise UserError("No.", "Do not ask.")


def break_down(_index: ReviewIndex) -> None:
    raise KeyError("a bug")


def count_tracks(index: ReviewIndex, _reopened: object = None) -> int:
    return len(index.scene.tracks)


def is_collected_over(index: ReviewIndex) -> bool:
    """Return whether a full collection goes through the index; edits add findings, which it may."""
    return any(one is index for one in gc.get_objects())


@pytest.fixture
def swapped(stage: Stage) -> Stage:
    queue_of(stage).own_process_from = 1
    make_errors(stage)
    assert process_of(stage).pid != os.getpid()
    return stage


def test_it_is_answered_undone_and_explained_as_in_the_window(swapped: Stage) -> None:
    queue = queue_of(swapped)
    (wrong,) = swaps(swapped)
    before = swapped.session.project.digest()
    for _ in range(len(queue.snapshot.open)):
        press(swapped, Qt.Key.Key_N)
        if queue.current.key == wrong.key:
            break
    swapped.wait(lambda: queue.preview is not None)
    assert queue.preview.tracks == 2
    press(swapped, Qt.Key.Key_Return)
    assert not swaps(swapped)
    (answer,) = swapped.session.project.review_answers(swapped.session.video.video_id)
    assert answer.decision == "accepted"
    with closing(sqlite3.connect(swapped.session.project.path)) as file:
        written = file.execute("SELECT author FROM review_answers").fetchall()
    assert written == [(swapped.session.project.author,)]
    press(swapped, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert swapped.session.project.digest() == before
    assert queue.current.key == wrong.key
    assert swapped.session.project.review_answers(swapped.session.video.video_id) == []
    press(swapped, Qt.Key.Key_W)
    (answer,) = queue.snapshot.answers
    assert answer.decision == "rejected"
    press(swapped, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert queue.current.key == wrong.key, "the answer was taken back, no edit"
    assert queue.snapshot.answers == ()
    assert swapped.session.project.digest() == before
    whole = next(one for one in swapped.session.tracks() if one.number == 4)
    swapped.session.select_tracks([whole.track_id])
    swapped.go_to(18)
    press(swapped, Qt.Key.Key_S)
    (answer,) = queue.snapshot.answers
    assert answer.decision == "settled"


def test_it_says_the_same_as_an_index_in_the_window(swapped: Stage) -> None:
    session = swapped.session
    here = ReviewIndex.open(session.project, session.run.run_id).suspicions()
    there = queue_of(swapped).snapshot.open
    assert [(one.key, one.sentence, one.probability) for one in there] == [
        (one.key, one.sentence, one.probability) for one in here
    ]


def test_closing_the_project_ends_the_process_and_leaves_one_file(swapped: Stage) -> None:
    pid, path = process_of(swapped).pid, swapped.session.project.path
    swapped.session.close_project()
    assert not is_alive(pid)
    assert [one.name for one in path.parent.glob(f"{path.name}*")] == [path.name]


def test_a_project_closed_while_its_index_is_being_opened_waits_for_nothing(
    swapped: Stage,
) -> None:
    queue = queue_of(swapped)
    queue.look_again()
    thread = queue._thread
    assert thread is not None
    assert queue.state is QueueState.LOOKING
    swapped.session.close_project()
    assert thread.isFinished()
    assert thread.home is None, "it was not opened to its end"
    assert queue.state is QueueState.NO_RUN


@pytest.mark.skipif(sys.platform == "win32", reason="kills as the kernel does")
def test_a_process_that_is_killed_costs_one_sentence_and_nothing_else(swapped: Stage) -> None:
    queue, session = queue_of(swapped), swapped.session
    edits = len(session.project.edits())
    os.kill(process_of(swapped).pid, signal.SIGKILL)
    one, other = session.tracks()[:2]
    session.edit(SwapTracks(track_a=one.track_id, track_b=other.track_id, first_frame=30))
    swapped.wait(lambda: queue.state is QueueState.FAILED)
    (error,) = swapped.errors
    assert isinstance(error, UserError)
    assert "(signal 9)" in error.message
    assert "Look again" in error.hint
    swapped.errors.clear()
    assert len(session.project.edits()) == edits + 1

    queue.look_again()
    assert wait_for_queue(swapped).snapshot.open


@pytest.mark.skipif(sys.platform == "win32", reason="kills as the kernel does")
def test_it_does_not_outlive_a_window_that_dies(swapped: Stage, tmp_path: Path) -> None:
    program = tmp_path / "dies.py"
    program.write_text(
        """
import os, signal, sys
from pathlib import Path
from trackmend_app.review.index_process import IndexElsewhere

if __name__ == "__main__":
    home = IndexElsewhere(Path(sys.argv[1]), int(sys.argv[2]), author="", on_step=lambda: None)
    print(home.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    )
    session = swapped.session
    arguments = [sys.executable, program, session.project.path, str(session.run.run_id)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as dying:
        assert dying.stdout is not None
        pid = int(dying.stdout.readline())
        assert dying.wait(timeout=60) == -signal.SIGKILL
    swapped.wait(lambda: not is_alive(pid))


def test_what_goes_wrong_there_is_told_here(swapped: Stage) -> None:
    home = process_of(swapped)
    with pytest.raises(UserError, match="No") as refused:
        home.do(refuse)
    assert refused.value.hint == "Do not ask."
    with pytest.raises(RuntimeError, match="a bug") as broken:
        home.do(break_down)
    assert "break_down" in broken.value.__notes__[0], "the trace says where"
    assert home.do(count_tracks) == len(swapped.session.tracks()), "it goes on"


def test_no_collection_goes_through_what_was_found_when_it_was_opened(swapped: Stage) -> None:
    assert not process_of(swapped).do(is_collected_over)
    here = ReviewIndex.open(swapped.session.project, swapped.session.run.run_id)
    assert is_collected_over(here), "the test would see it"


def test_a_project_that_is_gone_is_told_in_words(tmp_path: Path) -> None:
    gone = tmp_path / "gone.trackmend"
    with pytest.raises(UserError, match="There is no project"):
        IndexElsewhere(gone, RunId(1), author="me", on_step=lambda: None)


def test_a_small_run_needs_no_process(stage: Stage) -> None:
    make_errors(stage)
    thread = queue_of(stage)._thread
    assert thread is not None
    assert not isinstance(thread.home, IndexElsewhere)


def test_the_process_loads_neither_qt_nor_torch() -> None:
    program = """
import sys
import trackmend_app.review.index_worker
import trackmend_app.review.index_tasks
import trackmend_app.review.proposal_preview
import trackmend_app.review.queue_snapshot
import trackmend_core.review.likeness
print(sorted({name.split(".")[0] for name in sys.modules} & {"PySide6", "shiboken6", "torch"}))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"


def test_joining_a_project_takes_no_run_for_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "p.trackmend"
    with Project.create(path) as project, Project.join(path) as joined:
        assert joined.interrupted_runs == ()
        assert joined.digest() == project.digest()
