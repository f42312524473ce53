"""Every way of tracking from the command line, on given boxes, so that no model is needed."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from trackmend_app import cli
from trackmend_app.commands.options import TrackerName, parse_changes
from trackmend_core.errors import UserError
from trackmend_core.exchange import read_mot
from trackmend_core.project import Project
from trackmend_core.synthetic import write_video
from trackmend_core.tracking import Preset

FRAMES = 14


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "walk.mp4"
    noise = np.random.default_rng(0)
    picture = noise.integers(0, 255, (96, 256, 3), dtype=np.uint8)
    write_video(path, (picture for _ in range(FRAMES)), 25.0)
    rows = [
        f"{frame + 1},-1,{20 + 3 * frame + 120 * person},20,30,60,0.9,-1,-1,-1"
        for frame in range(FRAMES)
        for person in range(2)
    ]
    (tmp_path / "det.txt").write_text("\n".join(rows))
    return path


def track(video: Path, *options: str) -> Result:
    boxes = ["--detections", str(video.with_name("det.txt")), "--no-embeddings"]
    return CliRunner().invoke(cli.app, ["track", str(video), *boxes, *options])


def test_the_command_line_knows_every_preset() -> None:
    assert [name.value for name in TrackerName] == [preset.value for preset in Preset]


@pytest.mark.parametrize("preset", Preset)
def test_a_preset_is_chosen_by_name_and_stored_with_the_run(preset: Preset, video: Path) -> None:
    out, project_file = video.with_name("out.txt"), video.with_name("p.trackmend")
    result = track(video, "--tracker", preset, "--out", str(out), "--project", str(project_file))
    assert result.exit_code == 0, result.output
    table = read_mot(out)
    assert set(table.ids.tolist()) == {1, 2}
    assert len(table) >= 2 * (FRAMES - 4)
    with Project.open(project_file) as project:
        (record,) = project.videos()
        (run,) = project.runs(record.video_id)
    expected = "fairmot" if preset in {Preset.DEFAULT, Preset.OFFICIAL} else preset.value
    assert run.tracker_settings["method"] == expected


def test_a_setting_is_changed_and_stored(video: Path) -> None:
    project_file = video.with_name("p.trackmend")
    options = ["--tracker", "iou", "--set", "min_boxes=5", "--project", str(project_file), "--json"]
    result = track(video, *options)
    assert json.loads(result.stdout)["videos"][0]["boxes"] == 2 * (FRAMES - 4)
    with Project.open(project_file) as project:
        (run,) = project.runs(project.videos()[0].video_id)
    assert run.tracker_settings["min_boxes"] == 5


@pytest.mark.parametrize("change", ["min_hits", "=3", "min_hits=", "min_hits=many", "gate=3"])
def test_a_change_that_does_not_fit_is_refused_in_one_line(change: str, video: Path) -> None:
    result = track(video, "--tracker", "sort", "--set", change)
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1


def test_changes_are_read_as_name_and_value() -> None:
    assert parse_changes(["gate=12", " recover = false"]) == (("gate", "12"), ("recover", "false"))
    with pytest.raises(UserError, match="NAME=VALUE"):
        parse_changes(["gate"])
