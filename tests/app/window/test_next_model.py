"""The model that the next run uses: kept with the project, and never that of another one."""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from window_stage import Stage

from trackmend_app.jobs.tracking import registered
from trackmend_app.model_shelf import ModelChoice, ModelFacts, ReadyDetector, choices
from trackmend_core.project import Project


def own_model(stage: Stage, name: str) -> ModelChoice:
    """A model of the open project's own, as after a finetuning."""
    path = stage.video.parent / f"{name}.safetensors"
    save_file({"x": np.zeros(1, np.float32)}, path, metadata={"arch": "fake", "name": name})
    model_id = stage.session.project.add_model(name, path, "fake", metadata={})
    return ModelChoice(name=name, path=path, model_id=model_id)


def open_again(stage: Stage, path: Path) -> None:
    stage.close()
    stage.open_window()
    stage.drop(path)
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame >= 0)


def test_a_chosen_model_is_used_by_the_next_run_also_after_a_restart(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    path, usual = stage.session.project.path, stage.bench.runs.choice
    taught = own_model(stage, "taught")
    stage.bench.runs.choose(taught)
    open_again(stage, path)
    assert stage.bench.runs.choice == taught
    stage.run_model()
    assert stage.session.run.model_id == taught.model_id
    assert stage.session.run.description.startswith("taught")

    (earlier,) = [one for one in choices(stage.session.project) if one.path == usual.path]
    stage.bench.runs.choose(earlier)
    stage.run_model()
    assert stage.session.run.model_id == earlier.model_id
    open_again(stage, path)
    assert stage.bench.runs.choice == earlier


def test_a_model_whose_file_has_gone_is_not_chosen_again(stage: Stage) -> None:
    stage.open_video()
    path, usual = stage.session.project.path, stage.bench.runs.choice
    taught = own_model(stage, "taught")
    stage.bench.runs.choose(taught)
    taught.path.unlink()
    open_again(stage, path)
    assert stage.bench.runs.choice == usual


def test_a_model_of_one_projects_own_is_not_used_in_the_next(stage: Stage, tmp_path: Path) -> None:
    stage.open_video()
    usual = stage.bench.runs.choice
    stage.bench.runs.choose(own_model(stage, "taught"))
    other = tmp_path / "other"
    other.mkdir()
    video = other / "street.mp4"
    video.write_bytes(stage.video.read_bytes())
    stage.drop(video)
    stage.wait(lambda: stage.session.project.path.parent == other)
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame >= 0)
    assert stage.bench.runs.choice.path == usual.path


def test_a_run_is_never_ascribed_to_another_model_of_the_same_number(tmp_path: Path) -> None:
    facts = ModelFacts(name="b", arch="fake", metadata={})
    ready = ReadyDetector(detector=None, facts=facts)  # type: ignore[arg-type]
    with Project.create(tmp_path / "p.trackmend") as project:
        here = project.add_model("a", tmp_path / "a.safetensors", "fake", metadata={})
        elsewhere = ModelChoice(name="b", path=tmp_path / "b.safetensors", model_id=here)
        assert registered(project, elsewhere, ready) != here
        assert project.models()[-1].path == elsewhere.path
        again = ModelChoice(name="a", path=tmp_path / "a.safetensors")
        assert registered(project, again, ready) == here
