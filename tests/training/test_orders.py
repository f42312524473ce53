"""What the training process obeys: pause, resume, cancel, and that whoever paused it may die."""

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from trackmend_training.process import Line

WAIT_S = 60.0


class Orders:
    """A pipe in place of stdin."""

    def __init__(self) -> None:
        self.reading, self._writing = os.pipe()

    def say(self, order: str) -> None:
        os.write(self._writing, f"{order}\n".encode())

    def hang_up(self) -> None:
        os.close(self._writing)


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Line, Orders]]:
    given = Orders()
    kept = os.dup(0)
    os.dup2(given.reading, 0)
    line = Line(out=io.StringIO())
    line.listen()
    yield line, given
    os.dup2(kept, 0)
    os.close(kept)
    os.close(given.reading)
    for thread in threading.enumerate():
        if thread.name == "orders":
            thread.join(WAIT_S)


def asked(line: Line) -> tuple[threading.Thread, list[bool]]:
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(line.is_cancelled()))
    thread.start()
    return thread, answers


def until_paused(line: Line) -> None:
    while line.is_running:
        threading.Event().wait(0.01)


def test_a_paused_run_waits_until_it_may_go_on(orders: tuple[Line, Orders]) -> None:
    line, given = orders
    assert not line.is_cancelled()
    given.say("pause")
    until_paused(line)
    thread, answers = asked(line)
    thread.join(0.2)
    assert thread.is_alive() and not answers
    given.say("resume")
    thread.join(WAIT_S)
    assert answers == [False]
    given.hang_up()


def test_a_paused_run_can_be_cancelled(orders: tuple[Line, Orders]) -> None:
    line, given = orders
    given.say("pause")
    until_paused(line)
    given.say("cancel")
    thread, answers = asked(line)
    thread.join(WAIT_S)
    assert answers == [True]
    given.say("pause")
    given.hang_up()
    assert line.is_cancelled()


def test_a_paused_run_goes_on_when_nobody_is_left_to_say_so(orders: tuple[Line, Orders]) -> None:
    line, given = orders
    given.say("pause")
    until_paused(line)
    given.hang_up()
    thread, answers = asked(line)
    thread.join(WAIT_S)
    assert answers == [False]


CHILD = """
import sys, time
from pathlib import Path
from trackmend_training.process import Line
line = Line()
line.listen()
Path(sys.argv[1], "begun").touch()
until = time.monotonic() + 120
while not line.is_cancelled() and time.monotonic() < until:
    time.sleep(0.02)
Path(sys.argv[1], "cancelled" if line.is_cancelled() else "never").touch()
"""

WINDOW = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], stdin=subprocess.PIPE).wait()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process keeps its parent's number there")
def test_a_run_is_cancelled_when_the_window_that_began_it_is_killed(tmp_path: Path) -> None:
    window = subprocess.Popen([sys.executable, "-c", WINDOW, CHILD, str(tmp_path)])
    until_there(tmp_path / "begun")
    window.kill()
    window.wait(WAIT_S)
    until_there(tmp_path / "cancelled")


def until_there(path: Path) -> None:
    until = time.monotonic() + WAIT_S
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} has not happened"
        time.sleep(0.02)
