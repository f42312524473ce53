"""A finetuned model that got worse stays outside the project unless that is insisted on."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import trackmend_app.commands.train as command
from trackmend_app.cli import app
from trackmend_app.commands.loading import bundled_model_path
from trackmend_core.project import Project
from trackmend_training.protocol import Finished


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "p.trackmend"
    with Project.create(path):
        return path


@pytest.fixture
def verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Stands in for the training process, which has tests of its own; says what is set here."""
    said = {"verdict": "worse", "reason": "It forgot.", "report": "report.json"}
    model = tmp_path / "model.safetensors"
    shutil.copy(bundled_model_path(), model)
    monkeypatch.setattr(
        command, "run_training", lambda *_a, **_k: Finished(path=str(model), summary=dict(said))
    )
    return said


def models_in(path: Path) -> int:
    with Project.open(path) as project:
        return len(project.models())


def test_a_model_that_got_worse_is_kept_but_not_promoted(
    path: Path, verdict: dict[str, str]
) -> None:
    result = CliRunner().invoke(app, ["finetune", str(path)])
    assert result.exit_code == 1
    assert "got worse" in result.output and "model.safetensors" in result.output
    assert verdict["reason"] in result.output
    assert models_in(path) == 0


def test_it_is_promoted_if_that_is_forced(path: Path, verdict: dict[str, str]) -> None:
    result = CliRunner().invoke(app, ["finetune", str(path), "--force"])
    assert result.exit_code == 0, result.output
    assert verdict["verdict"] == "worse" and models_in(path) == 1


@pytest.mark.parametrize("said", ["better", "same"])
def test_a_model_that_did_not_get_worse_is_promoted(
    said: str, path: Path, verdict: dict[str, str]
) -> None:
    verdict["verdict"] = said
    assert CliRunner().invoke(app, ["finetune", str(path)]).exit_code == 0
    assert models_in(path) == 1


def test_a_model_that_does_nothing_new_is_not_put_into_the_project(
    path: Path, verdict: dict[str, object]
) -> None:
    verdict.update(verdict="same", reason="Nothing is new.", is_new=0.0)
    result = CliRunner().invoke(app, ["finetune", str(path)])
    assert result.exit_code == 0, result.output
    assert "Nothing is new." in result.output and "No model is put" in result.output
    assert models_in(path) == 0
    verdict["is_new"] = 1.0
    assert CliRunner().invoke(app, ["finetune", str(path)]).exit_code == 0
    assert models_in(path) == 1
