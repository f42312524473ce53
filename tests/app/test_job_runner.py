import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from trackmend_app.jobs.runner import Job, JobRunner
from trackmend_core.types import Progress

TIMEOUT_MS = 60_000


def count_to(total: int) -> Job:
    for done in range(1, total + 1):
        yield Progress(done=done, total=total)
    return total


def count_for_ever(closed: threading.Event, counted: list[int] | None = None) -> Job:
    try:
        done = 0
        while True:
            done += 1
            closed.wait(0.001)
            if counted is not None:
                counted.append(done)
            yield Progress(done=done, total=0)
    finally:
        closed.set()


def fail_at_once() -> Job:
    yield Progress(done=0, total=1)
    raise ValueError("no such thing")


class Ends:
    """Counts the three ends of a runner."""

    def __init__(self, runner: JobRunner) -> None:
        self.heard: list[str] = []
        runner.finished.connect(lambda _result: self.heard.append("finished"))
        runner.failed.connect(lambda _error: self.heard.append("failed"))
        runner.cancelled.connect(lambda: self.heard.append("cancelled"))


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    runner.stop_and_wait()


def test_a_job_that_returns_is_finished_with_its_result(qtbot: QtBot, runner: JobRunner) -> None:
    ends = Ends(runner)
    with qtbot.waitSignal(runner.finished, timeout=TIMEOUT_MS) as finished:
        runner.start("Count", lambda: count_to(3))
    assert finished.args == [3]
    assert ends.heard == ["finished"]
    assert not runner.is_running


def test_a_job_that_raises_is_failed_with_its_traceback(qtbot: QtBot, runner: JobRunner) -> None:
    ends = Ends(runner)
    with qtbot.waitSignal(runner.failed, timeout=TIMEOUT_MS) as failed:
        runner.start("Fail", fail_at_once)
    assert isinstance(failed.args[0], ValueError)
    assert failed.args[0].__traceback__ is not None
    assert ends.heard == ["failed"]


def test_a_job_whose_factory_raises_is_failed(qtbot: QtBot, runner: JobRunner) -> None:
    def no_job() -> Job:
        raise OSError("the model is gone")

    with qtbot.waitSignal(runner.failed, timeout=TIMEOUT_MS) as failed:
        runner.start("Fail", no_job)
    assert isinstance(failed.args[0], OSError)


def test_a_job_that_is_cancelled_is_closed_and_neither_finished_nor_failed(
    qtbot: QtBot, runner: JobRunner
) -> None:
    ends = Ends(runner)
    closed = threading.Event()
    with qtbot.waitSignal(runner.progressed, timeout=TIMEOUT_MS):
        runner.start("Count", lambda: count_for_ever(closed))
    with qtbot.waitSignal(runner.cancelled, timeout=TIMEOUT_MS):
        runner.cancel()
    assert closed.is_set()
    assert ends.heard == ["cancelled"]


def test_a_paused_job_stands_still_and_can_be_cancelled(qtbot: QtBot, runner: JobRunner) -> None:
    closed = threading.Event()
    counted: list[int] = []
    with qtbot.waitSignal(runner.progressed, timeout=TIMEOUT_MS):
        runner.start("Count", lambda: count_for_ever(closed, counted))
    with qtbot.waitSignal(runner.paused_changed, timeout=TIMEOUT_MS):
        runner.set_paused(True)
    when_paused = len(counted)
    qtbot.wait(300)
    assert len(counted) <= when_paused + 1, "at most the step at hand was ended"
    with qtbot.waitSignal(runner.cancelled, timeout=TIMEOUT_MS):
        runner.cancel()


def test_a_paused_job_goes_on_where_it_stood(qtbot: QtBot, runner: JobRunner) -> None:
    closed = threading.Event()
    with qtbot.waitSignal(runner.progressed, timeout=TIMEOUT_MS):
        runner.start("Count", lambda: count_for_ever(closed))
    runner.set_paused(True)
    qtbot.wait(150)
    with qtbot.waitSignal(runner.progressed, timeout=TIMEOUT_MS) as progressed:
        runner.set_paused(False)
    assert progressed.args[0].done > 1


def test_two_jobs_at_once_are_refused(qtbot: QtBot, runner: JobRunner) -> None:
    runner.start("Count", lambda: count_for_ever(threading.Event()))
    with pytest.raises(RuntimeError, match="still runs"):
        runner.start("Count again", lambda: count_to(1))


def test_a_job_can_start_from_the_end_of_another(qtbot: QtBot, runner: JobRunner) -> None:
    results: list[int] = []
    runner.finished.connect(results.append)

    def start_once_more(_result: object) -> None:
        if len(results) == 1:
            runner.start("Count on", lambda: count_to(7))

    runner.finished.connect(start_once_more)
    runner.start("Count", lambda: count_to(2))
    qtbot.waitUntil(lambda: results == [2, 7], timeout=TIMEOUT_MS)


def test_no_thread_is_left_after_stop_and_wait(qtbot: QtBot, runner: JobRunner) -> None:
    closed = threading.Event()
    with qtbot.waitSignal(runner.progressed, timeout=TIMEOUT_MS):
        runner.start("Count", lambda: count_for_ever(closed))
    runner.stop_and_wait()
    assert closed.is_set()
    assert not runner.is_running


def test_a_result_that_comes_while_the_job_is_being_left_is_not_announced(
    qtbot: QtBot, runner: JobRunner
) -> None:
    ends = Ends(runner)
    ready = threading.Event()

    def end_now() -> Job:
        yield Progress(done=0, total=1)
        ready.set()
        return "a result nobody waits for"

    runner.start("Look", end_now)
    assert ready.wait(TIMEOUT_MS / 1000)
    runner.stop_and_wait()
    qtbot.wait(50)
    assert ends.heard == ["cancelled"]
    assert not runner.is_running
