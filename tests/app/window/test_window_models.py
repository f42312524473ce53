from pathlib import Path

import pytest
import torch
from window_stage import Stage

from trackmend_app.engine_choice import EngineChoice
from trackmend_app.model_shelf import (
    BUNDLED_NAME,
    DetectorShelf,
    ReadyDetector,
    bundled_model,
    choices,
    load_detector,
)
from trackmend_app.user_models import user_models
from trackmend_core.errors import UserError
from trackmend_core.model import build_network


def shown_titles(menu: object) -> list[str]:
    return [action.text() for action in menu.actions()]  # type: ignore[attr-defined]


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A checkpoint as FairMOT's own code writes it."""
    path = tmp_path / "fairmot_lite.pth"
    weights = build_network("yolov5s", reid_dim=64).state_dict()
    torch.save({"epoch": 30, "state_dict": weights}, path)
    return path


def test_an_imported_model_stands_on_the_shelf_and_is_used_next(
    stage: Stage, checkpoint: Path
) -> None:
    stage.open_video()
    stage.answers.files = [checkpoint]
    stage.trigger("load_model")
    stage.wait(lambda: stage.bench.runs.choice.name == "fairmot_lite")
    (entry,) = user_models()
    assert stage.bench.runs.choice.path == entry.path
    assert checkpoint.exists()
    stage.window.choice_menus.models.aboutToShow.emit()
    assert shown_titles(stage.window.choice_menus.models) == [BUNDLED_NAME, "fairmot_lite"]
    stage.run_model()
    assert [model.path for model in stage.session.project.models()] == [entry.path]
    assert [choice.path for choice in choices(stage.session.project)][1:] == [entry.path]
    assert load_detector(entry.path).facts.arch == "yolov5s"


def test_a_model_dropped_on_the_window_is_imported_before_any_project_is_open(
    stage: Stage, checkpoint: Path
) -> None:
    stage.drop(checkpoint)
    stage.wait(lambda: stage.bench.runs.choice.name == "fairmot_lite")
    assert not stage.errors
    assert stage.session.project is None


def test_a_video_and_a_model_dropped_together_are_both_taken(
    stage: Stage, checkpoint: Path
) -> None:
    stage.drop(stage.video, checkpoint)
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame >= 0)
    stage.wait(lambda: stage.bench.runs.choice.name == "fairmot_lite")


@pytest.mark.parametrize("kind", ["text", "cut", "centernet"])
def test_a_file_that_is_no_whole_model_is_refused_and_not_kept(
    stage: Stage, checkpoint: Path, kind: str
) -> None:
    if kind == "text":
        checkpoint.write_text("not a model")
    elif kind == "cut":
        checkpoint.write_bytes(checkpoint.read_bytes()[:9000])
    else:
        weights = torch.load(checkpoint, weights_only=True)["state_dict"]
        torch.save({k: v for k, v in weights.items() if not k.startswith("id.")}, checkpoint)
    before = stage.bench.runs.choice
    stage.drop(checkpoint)
    stage.wait(lambda: bool(stage.errors))
    assert isinstance(stage.errors[0], UserError)
    assert stage.errors[0].hint
    assert user_models() == []
    assert stage.bench.runs.choice == before


def test_the_menus_list_models_runs_and_videos(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    menus = stage.window.choice_menus
    for menu in (menus.models, menus.runs, menus.videos):
        menu.aboutToShow.emit()
    assert shown_titles(menus.models) == [BUNDLED_NAME]
    assert "Fake · truth" in shown_titles(menus.runs)[0]
    assert shown_titles(menus.videos) == ["street.mp4"]


def test_the_next_run_may_compute_in_fewer_bits_fitted_to_the_video(stage: Stage) -> None:
    stage.open_video()
    menu = stage.window.choice_menus.engines
    menu.aboutToShow.emit()
    assert [action.isChecked() for action in menu.actions()] == [True, False, False, False]
    fast = next(action for action in menu.actions() if action.text().startswith("Fast"))
    fast.trigger()
    assert stage.bench.runs.engine == EngineChoice(precision="fast")
    menu.aboutToShow.emit()
    assert [action.isChecked() for action in menu.actions()] == [False, True, False, False]
    stage.run_model()
    assert stage.bench.shelf.engine == EngineChoice(precision="fast", fitted_to=stage.video)
    assert stage.bench.runs.engine == EngineChoice(precision="fast")


def test_a_detector_on_another_engine_is_loaded_anew(tmp_path: Path) -> None:
    loaded: list[tuple[object, ...]] = []

    def load(*wishes: object, **_: object) -> ReadyDetector:
        loaded.append(wishes)
        return ReadyDetector(detector=None, facts=None)  # type: ignore[arg-type]

    shelf, path = DetectorShelf(load), tmp_path / "model.safetensors"
    first = shelf.get(path)
    assert shelf.get(path) is first
    assert shelf.holds(path)
    shelf.engine = EngineChoice(backend="torch")
    assert not shelf.holds(path)
    assert shelf.get(path) is not first
    assert loaded == [(path,), (path, EngineChoice(backend="torch"))]


def test_a_model_that_knows_scenes_is_asked_anew_for_every_video(tmp_path: Path) -> None:
    loaded: list[object] = []

    def load(_: Path, *, video: Path | None) -> ReadyDetector:
        loaded.append(video)
        return ReadyDetector(
            detector=None,  # type: ignore[arg-type]
            facts=None,  # type: ignore[arg-type]
            said_of_scene="It was taught at this place.",
            chosen_for=video,
        )

    shelf, path = DetectorShelf(load), tmp_path / "model.safetensors"
    one, other = tmp_path / "one.mp4", tmp_path / "other.mp4"
    first = shelf.get(path, video=one)
    assert shelf.get(path, video=one) is first
    assert shelf.get(path, video=other) is not first
    shelf.get(path)
    assert loaded == [one, other, None]


@pytest.mark.parametrize(
    ("engine", "description"),
    [
        (EngineChoice(backend="torch"), "torch"),
        (EngineChoice(backend="openvino"), "OpenVINO (float32)"),
    ],
)
def test_a_model_runs_on_the_engine_that_was_chosen(engine: EngineChoice, description: str) -> None:
    detector = load_detector(bundled_model().path, engine).detector
    assert detector.description.endswith(description)
