import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from trackmend_app.training.process import TrainingProcess
from trackmend_core.errors import UserError
from trackmend_training.protocol import Cancelled, Finished, Message, Step

TIMEOUT_MS = 60_000

PREAMBLE = """
import sys, time
from trackmend_training.protocol import *
def say(message): print(encode(message), flush=True)
def step(n): say(Step(step=n, total=2.0 / n, losses={"hm": 1.0 / n}, seconds_left=9.0))
say(Started(steps=100, device="CPU", images=4, identities=2))
"""


@pytest.fixture
def process(qtbot: QtBot) -> Iterator[TrainingProcess]:
    process = TrainingProcess(cancel_grace_ms=1500)
    yield process
    process.kill_and_wait()


@pytest.fixture
def start(process: TrainingProcess, tmp_path: Path) -> Callable[[str], None]:
    def start_script(body: str) -> None:
        script = tmp_path / "trainer.py"
        script.write_text(PREAMBLE + body)
        process.start(sys.executable, [str(script)])

    return start_script


def test_messages_arrive_in_order_and_the_end_is_finished(
    qtbot: QtBot, process: TrainingProcess, start: Callable[[str], None]
) -> None:
    said: list[Message] = []
    process.said.connect(said.append)
    with qtbot.waitSignal(process.finished, timeout=TIMEOUT_MS) as finished:
        start("step(1); step(2); print('noise'); say(Finished(path='m.safetensors'))")
    assert finished.args[0] == Finished(path="m.safetensors")
    assert [message.step for message in said if isinstance(message, Step)] == [1, 2]
    assert not process.is_running


def test_a_polite_cancel_keeps_the_last_checkpoint(
    qtbot: QtBot, process: TrainingProcess, start: Callable[[str], None]
) -> None:
    with qtbot.waitSignal(process.said, timeout=TIMEOUT_MS):
        start(
            "say(CheckpointSaved(path='last.safetensors', step=1))\n"
            "assert sys.stdin.readline() == 'cancel\\n'\n"
            "say(Cancelled(path='last.safetensors'))"
        )
    with qtbot.waitSignal(process.cancelled, timeout=TIMEOUT_MS) as cancelled:
        process.cancel()
    assert cancelled.args[0] == Cancelled(path="last.safetensors")


def test_a_process_that_does_not_listen_is_killed_after_the_grace(
    qtbot: QtBot, process: TrainingProcess, start: Callable[[str], None]
) -> None:
    said: list[Message] = []
    process.said.connect(said.append)
    start("say(CheckpointSaved(path='last.safetensors', step=1))\ntime.sleep(600)")
    qtbot.waitUntil(lambda: len(said) == 2, timeout=TIMEOUT_MS)
    with qtbot.waitSignal(process.cancelled, timeout=TIMEOUT_MS) as cancelled:
        process.cancel()
    assert cancelled.args[0] == Cancelled(path="last.safetensors")


def test_a_crash_is_failed_and_says_what_is_kept(
    qtbot: QtBot, process: TrainingProcess, start: Callable[[str], None]
) -> None:
    with qtbot.waitSignal(process.failed, timeout=TIMEOUT_MS) as failed:
        start("say(CheckpointSaved(path='last.safetensors', step=1))\nimport os; os.abort()")
    assert isinstance(failed.args[0], UserError)
    assert "No model was added" in failed.args[0].message
    assert "last.safetensors" in failed.args[0].hint


def test_finished_from_a_process_that_then_fails_is_failed(
    qtbot: QtBot, process: TrainingProcess, start: Callable[[str], None]
) -> None:
    with qtbot.waitSignal(process.failed, timeout=TIMEOUT_MS) as failed:
        start("say(Finished(path='m.safetensors'))\nsys.exit(3)")
    assert "status 3" in failed.args[0].message


def test_an_error_that_the_trainer_explains_is_shown_in_its_words(
    qtbot: QtBot, process: TrainingProcess, start: Callable[[str], None]
) -> None:
    with qtbot.waitSignal(process.failed, timeout=TIMEOUT_MS) as failed:
        start("say(Failed(message='Nothing to learn from.', hint='Correct a track first.'))")
    assert failed.args[0].message == "Nothing to learn from."
    assert failed.args[0].hint == "Correct a track first."


def test_the_last_words_of_a_traceback_are_shown(
    qtbot: QtBot, process: TrainingProcess, start: Callable[[str], None]
) -> None:
    with qtbot.waitSignal(process.failed, timeout=TIMEOUT_MS) as failed:
        start("raise MemoryError('no room')")
    assert "MemoryError: no room" in failed.args[0].hint


def test_last_words_that_come_in_pieces_are_put_together(
    qtbot: QtBot, process: TrainingProcess, start: Callable[[str], None]
) -> None:
    pieces = ["Memory", "Error: no r", "oom\nin the ", "end"]
    with qtbot.waitSignal(process.failed, timeout=TIMEOUT_MS) as failed:
        start(
            f"for piece in {pieces!r}:\n"
            "    sys.stderr.write(piece); sys.stderr.flush(); time.sleep(0.2)\n"
            "sys.exit(1)"
        )
    assert failed.args[0].hint.endswith("MemoryError: no room\nin the end")


def test_a_program_that_does_not_exist_is_failed(qtbot: QtBot, process: TrainingProcess) -> None:
    with qtbot.waitSignal(process.failed, timeout=TIMEOUT_MS):
        process.start("/no/such/program", [])
    assert not process.is_running
