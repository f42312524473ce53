"""`trackmend train` and `finetune` against processes that say what a trainer may say."""

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from typer.testing import CliRunner, Result

from trackmend_app import cli
from trackmend_app.commands import train as train_command
from trackmend_core.project import Project
from trackmend_training.protocol import (
    Cancelled,
    CheckpointSaved,
    Failed,
    Finished,
    Message,
    Noted,
    Started,
    Step,
    Validated,
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
            f"import sys\nopen({str(tmp_path / 'arguments.txt')!r}, 'w').write("
            f"'\\n'.join(sys.argv[1:]))\nfor line in {lines!r}: print(line, flush=True)\n"
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


def test_settings_and_the_wish_to_go_on_are_passed_on(trainer: Trainer, tmp_path: Path) -> None:
    trainer(*STORY, Finished(path="out/model.safetensors"))
    run("train", "config.toml", "--resume", "--set", "steps=5", "--set", "augment.flip=0")
    said = (tmp_path / "arguments.txt").read_text().split("\n")
    assert said == [
        *("train", "config.toml", "--resume"),
        *("--set", "steps=5", "--set", "augment.flip=0"),
    ]


def test_detection_alone_is_asked_for_by_one_word(trainer: Trainer, tmp_path: Path) -> None:
    trainer(*STORY, Finished(path="out/model.safetensors"))
    run("train", "config.toml", "--detection-only")
    said = (tmp_path / "arguments.txt").read_text().split("\n")
    assert said == ["train", "config.toml", "--set", "detection_only=true"]


def test_judgements_and_notes_are_told(trainer: Trainer) -> None:
    note, scores = Noted(text="The last checkpoint is damaged."), {"ap": 0.5, "idf1": 0.25}
    judged = Validated(step=2, scores=scores, is_best=True)
    trainer(*STORY, note, judged, Finished(path="out/model.safetensors"))
    result = run("train", "config.toml")
    assert "The last checkpoint is damaged." in result.stderr
    assert "Judged at step 2: ap 0.500  idf1 0.250, the best so far" in result.stderr


def test_json_passes_every_message_on(trainer: Trainer) -> None:
    trainer(*STORY, Finished(path="out/model.safetensors"))
    result = run("train", "config.toml", "--json")
    kinds = [json.loads(line)["kind"] for line in result.stdout.splitlines()]
    assert kinds == ["started", "step", "checkpoint_saved", "step", "finished"]


def test_what_the_user_can_mend_is_one_line(trainer: Trainer) -> None:
    trainer(Failed(message="There are no corrections.", hint="Make some."), status=2)
    result = run("train", "config.toml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "trackmend: There are no corrections. Make some.\n"


def test_a_bug_in_the_training_process_is_no_fault_of_the_user(trainer: Trainer) -> None:
    trainer(*STORY, Failed(message="Training stopped on an error: 0/0"), status=1)
    result = run("train", "config.toml")
    assert result.exit_code == 1
    assert "0/0" in result.stderr.splitlines()[-1]


@pytest.fixture
def project_path(tmp_path: Path) -> Path:
    path = tmp_path / "street.trackmend"
    Project.create(path).close()
    return path


def test_a_finetuned_model_is_put_into_the_project(
    trainer: Trainer, project_path: Path, tmp_path: Path
) -> None:
    checkpoint = tmp_path / "model.safetensors"
    save_file({"weight": np.zeros(3)}, checkpoint, metadata={"arch": "mobilenetv2_fpn"})
    trainer(*STORY, Finished(path=str(checkpoint)))
    for number in (1, 2):
        result = run("finetune", str(project_path), "--steps", "9")
        assert (result.exit_code, result.stdout) == (0, f"{checkpoint}\n"), result.stderr
        assert f"street {number}" in result.stderr.splitlines()[-1]
    with Project.open(project_path) as project:
        assert [model.arch for model in project.models()] == ["mobilenetv2_fpn"] * 2
    said = (tmp_path / "arguments.txt").read_text().split("\n")
    assert said[:3] == ["finetune", str(project_path), "--out"]
    assert said[3].startswith(str(tmp_path / "street.models"))
    assert said[4:] == ["--steps", "9"]


def test_the_parent_is_the_model_that_was_begun_with_not_that_of_the_run(
    trainer: Trainer, project_path: Path, tmp_path: Path
) -> None:
    files = [tmp_path / f"{name}.safetensors" for name in ("usual", "begun_with", "taught")]
    for number, path in enumerate(files[:2]):
        save_file({"weight": np.full(3, number)}, path, metadata={"arch": "mobilenetv2_fpn"})
    digest = hashlib.sha256(files[1].read_bytes()).hexdigest()
    save_file({"weight": np.zeros(3)}, files[2], metadata={"parent_sha256": digest})
    with Project.open(project_path) as project:
        first, second = (project.add_model(path.stem, path, "", {}) for path in files[:2])
        assert first != second
    trainer(*STORY, Finished(path=str(files[2])))
    assert run("finetune", str(project_path), "--base", str(files[1])).exit_code == 0
    with Project.open(project_path) as project:
        assert project.models()[-1].parent_id == second


def test_finetuning_needs_a_project(trainer: Trainer, tmp_path: Path) -> None:
    trainer(*STORY, Finished(path="out/model.safetensors"))
    result = run("finetune", str(tmp_path / "none.trackmend"))
    assert result.exit_code == 2
    assert "There is no project" in result.stderr


def test_options_that_the_real_process_does_not_know_are_status_2(project_path: Path) -> None:
    result = run("finetune", str(project_path), "--tempo", "9")
    assert result.exit_code == 2
    assert "refused these options" in result.stderr.splitlines()[-1]


def test_a_cancelled_training_says_where_its_checkpoint_is(trainer: Trainer) -> None:
    trainer(*STORY, Cancelled(path="out/last.safetensors"))
    result = run("train", "config.toml")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "out/last.safetensors" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("status", [0, 1, -9])
def test_a_process_that_ends_without_a_word_is_a_bug(trainer: Trainer, status: int) -> None:
    trainer(*STORY, status=status % 256)
    result = run("train", "config.toml")
    assert isinstance(result.exception, RuntimeError)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals that end a process")
def test_a_process_that_the_system_kills_is_told_with_its_checkpoint(
    trainer: Trainer, tmp_path: Path
) -> None:
    trainer(*STORY)
    script = tmp_path / "trainer.py"
    kills = "import os\nos.kill(os.getpid(), 9)\n"
    script.write_text(script.read_text().replace("sys.exit(0)\n", kills))
    result = run("train", "config.toml")
    assert result.exit_code == 2
    last = result.stderr.splitlines()[-1]
    assert "stopped by the system" in last and "out/last.safetensors" in last


def test_a_line_that_is_no_message_stops_the_process(trainer: Trainer) -> None:
    trainer(*STORY, say="loading\n")
    result = run("train", "config.toml")
    assert result.exit_code == 2
    assert "not a message" in result.stderr.splitlines()[-1]


def test_a_configuration_that_is_not_there_is_named_by_the_real_process(tmp_path: Path) -> None:
    result = run("train", str(tmp_path / "none.toml"))
    assert result.exit_code == 2, result.stderr
    assert "none.toml" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_asks_the_process_to_stop_and_waits_for_its_checkpoint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started = encode(Started(steps=2, device="the processor", images=5, identities=3))
    cancelled = encode(Cancelled(path="out/last.safetensors"))
    script = tmp_path / "trainer.py"
    script.write_text(
        "import os, signal, sys\n"
        f"print({started!r}, flush=True)\n"
        "os.kill(os.getppid(), signal.SIGINT)\n"
        f"assert sys.stdin.readline() == 'cancel\\n'\nprint({cancelled!r}, flush=True)\n"
    )
    monkeypatch.setattr(train_command, "training_command", lambda _: [sys.executable, str(script)])
    result = run("train", "config.toml")
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "Stopped. The last checkpoint is out/last.safetensors."
