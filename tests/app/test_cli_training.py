"""`trackmend train` and `finetune` against processes that say what a trainer may say."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from trackmend_app import cli
from trackmend_app.commands import train as train_command
from trackmend_training.protocol import (
    Cancelled,
    CheckpointSaved,
    Failed,
    Finished,
    Message,
    Started,
    Step,
    encode,
)

STORY = (
    Started(steps=2, device="the processor", images=5, identities=3),
    Step(step=1, total=-0.5, losses={"heat": 1.0}, speed=2.0, seconds_left=1.0),
    CheckpointSaved(path="out/last.safetensors", step=1),
    Step(step=2, total=-0.7, losses={"heat": 0.8}, speed=2.0),
)
Trainer = Callable[..., None]


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trainer:
    """Makes a training process that says the given messages and ends with a status."""

    def make(*messages: Message, status: int = 0, say: str = "") -> None:
        script = tmp_path / "trainer.py"
        lines = [encode(message) for message in messages]
        script.write_text(
            f"import sys\nfor line in {lines!r}: print(line, flush=True)\n"
            f"sys.stdout.write({say!r})\nsys.exit({status})\n"
        )

        def command(arguments: Sequence[str]) -> list[str]:
            return [sys.executable, str(script), *arguments]

        monkeypatch.setattr(train_command, "training_command", command)

    return make


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), prog_name="trackmend")


def test_the_checkpoint_is_the_result(trainer: Trainer) -> None:
    trainer(*STORY, Finished(path="out/model.safetensors"))
    result = run("train", "config.toml")
    assert (result.exit_code, result.stdout) == (0, "out/model.safetensors\n")
    assert "5 images, 3 identities" in result.stderr
    assert "Saved out/last.safetensors at step 1" in result.stderr


def test_json_passes_every_message_on(trainer: Trainer) -> None:
    trainer(*STORY, Finished(path="out/model.safetensors"))
    result = run("finetune", "p.trackmend", "--json")
    kinds = [json.loads(line)["kind"] for line in result.stdout.splitlines()]
    assert kinds == ["started", "step", "checkpoint_saved", "step", "finished"]


def test_what_the_user_can_mend_is_one_line(trainer: Trainer) -> None:
    trainer(Failed(message="There are no corrections.", hint="Make some."), status=2)
    result = run("finetune", "p.trackmend", "--steps", "9")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "trackmend: There are no corrections. Make some.\n"


def test_a_cancelled_training_says_where_its_checkpoint_is(trainer: Trainer) -> None:
    trainer(*STORY, Cancelled(path="out/last.safetensors"))
    result = run("train", "config.toml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "out/last.safetensors" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("status", [0, 1, -9])
def test_a_process_that_ends_without_a_word_is_a_bug(trainer: Trainer, status: int) -> None:
    trainer(*STORY, status=status % 256)
    result = run("train", "config.toml")
    assert isinstance(result.exception, RuntimeError)


def test_a_line_that_is_no_message_stops_the_process(trainer: Trainer) -> None:
    trainer(*STORY, say="loading\n")
    result = run("train", "config.toml")
    assert result.exit_code == 2
    assert "not a message" in result.stderr.splitlines()[-1]


def test_a_configuration_that_is_not_there_is_named_by_the_real_process(tmp_path: Path) -> None:
    result = run("train", str(tmp_path / "none.toml"))
    assert result.exit_code == 2, result.stderr
    assert "none.toml" in result.stderr
