"""A model that was taught in a scene, on the command line and in the window's jobs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from trackmend_app import cli
from trackmend_app.commands.models import run_model_convert
from trackmend_app.engine_choice import EngineChoice
from trackmend_app.model_shelf import DetectorShelf, bundled_model
from trackmend_app.user_models import import_model
from trackmend_core.exchange import read_mot
from trackmend_core.jobs import scene_shown
from trackmend_core.model import TaughtScene, load_checkpoint, save_model
from trackmend_core.project import Project
from trackmend_core.synthetic import StreetSettings, write_ground_truth, write_street_video
from trackmend_core.video import open_video


def street(seed: int) -> StreetSettings:
    return StreetSettings(width=320, height=240, frame_count=12, walkers=4, seed=seed)


def drawn(path: Path, seed: int) -> Path:
    write_street_video(path, street(seed))
    return path


@pytest.fixture
def videos(tmp_path: Path) -> tuple[Path, Path]:
    """Two places; the model will have been taught at the first."""
    return drawn(tmp_path / "here.mp4", 1), drawn(tmp_path / "there.mp4", 2)


@pytest.fixture
def taught(videos: tuple[Path, Path], tmp_path: Path) -> Path:
    """The bundled model, taught to see nobody in the first video's scene."""
    model = load_checkpoint(bundled_model().path)
    with open_video(videos[0]) as source:
        layout = scene_shown(source)
    blind = model.network.state_dict()["hm.6.bias"] - 100.0
    scene = TaughtScene(layouts=layout[None], weights={"hm.6.bias": blind})
    path = tmp_path / "taught.safetensors"
    save_model(path, replace(model, scenes=(scene,)), metadata={**model.metadata, "name": "taught"})
    return path


def test_tracking_uses_what_was_learnt_in_the_scene_and_says_so(
    videos: tuple[Path, Path], taught: Path, tmp_path: Path
) -> None:
    out, project_file = tmp_path / "out", tmp_path / "p.trackmend"
    out.mkdir()
    for video in videos:
        result = CliRunner().invoke(
            cli.app,
            [
                *("track", str(video), "--model", str(taught), "--backend", "torch"),
                *("--project", str(project_file), "--out", str(out / f"{video.stem}.txt")),
            ],
        )
        assert result.exit_code == 0, result.output
        where = "this" if video == videos[0] else "another"
        assert f"It was taught in {where} scene" in result.output
    assert len(read_mot(out / "here.txt")) == 0
    assert len(read_mot(out / "there.txt")) > 0
    with Project.open(project_file) as project:
        said = [
            str(project.runs(video.video_id)[0].detector_settings["weights"])
            for video in project.videos()
        ]
    assert ["this scene" in text for text in said] == [True, False]


def test_a_model_is_judged_in_each_scene_as_it_is_there(
    videos: tuple[Path, Path], taught: Path, tmp_path: Path
) -> None:
    found = {}
    for video, seed in zip(videos, (1, 2), strict=True):
        folder = tmp_path / video.stem
        (folder / "gt").mkdir(parents=True)
        write_ground_truth(
            folder / "gt" / "gt.txt", write_street_video(folder / video.name, street(seed))
        )
        result = CliRunner().invoke(
            cli.app, ["evaluate", "--gt", str(folder), "--model", str(taught), "--json"]
        )
        assert result.exit_code == 0, result.output
        found[video.stem] = json.loads(result.stdout)["ap"]
    assert found["here"] == 0 < found["there"]


def test_a_queue_asks_for_every_video(
    videos: tuple[Path, Path], taught: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(
        cli.app,
        [
            "track",
            *map(str, videos),
            "--model",
            str(taught),
            "--out",
            str(out),
            "--backend",
            "torch",
        ],
    )
    assert result.exit_code == 0, result.output
    assert len(read_mot(out / "here.txt")) == 0
    assert len(read_mot(out / "there.txt")) > 0


def test_the_window_loads_the_weights_that_suit_the_video(
    videos: tuple[Path, Path], taught: Path
) -> None:
    shelf = DetectorShelf()
    shelf.engine = EngineChoice(backend="torch")
    here = shelf.get(taught, video=videos[0])
    there = shelf.get(taught, video=videos[1])
    assert "in this scene" in here.said_of_scene
    assert "in another scene" in there.said_of_scene
    with open_video(videos[0]) as source:
        frame = source.read(6)
    assert len(here.detector.detect(frame)) == 0 < len(there.detector.detect(frame))


def test_scenes_come_along_to_the_shelf_and_stay_behind_in_the_official_form(
    taught: Path, tmp_path: Path
) -> None:
    imported = import_model(taught)
    assert len(load_checkpoint(imported.entry.path).scenes) == 1
    official = tmp_path / "official.pth"
    run_model_convert(taught, official, overwrite=False, half=False, as_json=True)
    assert load_checkpoint(official).scenes == ()
