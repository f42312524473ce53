from pathlib import Path

from window_stage import Stage

from trackmend_app.model_shelf import BUNDLED_NAME, DetectorShelf, choices, load_detector
from trackmend_core.errors import UserError


def shown_titles(menu: object) -> list[str]:
    return [action.text() for action in menu.actions()]  # type: ignore[attr-defined]


def test_a_loaded_model_joins_the_project_and_is_used_next(stage: Stage, tmp_path: Path) -> None:
    stage.open_video()
    model = tmp_path / "mine.safetensors"
    model.write_bytes(b"weights")
    stage.answers.files = [model]
    stage.trigger("load_model")
    stage.wait(lambda: stage.bench.runs.choice.path == model)
    assert [choice.path for choice in choices(stage.session.project)][-1] == model
    stage.run_model()
    assert stage.session.run.model_id == stage.bench.runs.choice.model_id


def test_a_file_that_is_no_model_is_refused_and_not_kept(stage: Stage, tmp_path: Path) -> None:
    stage.open_video()
    stage.bench.shelf = DetectorShelf(load_detector)
    wrong = tmp_path / "notes.safetensors"
    wrong.write_text("not a model")
    stage.answers.files = [wrong]
    stage.trigger("load_model")
    stage.wait(lambda: bool(stage.errors))
    assert isinstance(stage.errors[0], UserError)
    assert stage.session.project.models() == []


def test_the_menus_list_models_runs_and_videos(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    menus = stage.window.choice_menus
    for menu in (menus.models, menus.runs, menus.videos):
        menu.aboutToShow.emit()
    assert shown_titles(menus.models) == [BUNDLED_NAME]
    assert "Fake · truth" in shown_titles(menus.runs)[0]
    assert shown_titles(menus.videos) == ["street.mp4"]
