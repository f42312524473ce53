"""`trackmend model`: list, inspect, import, convert; and models by their name on the shelf."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

from trackmend_app import cli
from trackmend_app.commands.loading import load_model
from trackmend_app.user_models import user_models, user_models_folder
from trackmend_core.model import build_network

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(cli.app, [str(a) for a in arguments], prog_name="trackmend")

    return invoke


@pytest.fixture
def official(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "fairmot_lite.pth"
    weights = build_network("yolov5s", reid_dim=64).state_dict()
    torch.save({"epoch": 30, "state_dict": weights}, path)
    return path


def test_an_imported_checkpoint_stands_on_the_shelf_under_its_name(
    run: Run, official: Path
) -> None:
    result = run("model", "import", official, "--json")
    assert result.exit_code == 0, result.stderr
    (facts,) = json.loads(result.stdout)
    assert (facts["name"], facts["arch"], facts["reid_dim"]) == ("fairmot_lite", "yolov5s", 64)
    assert facts["new"] is True
    assert facts["metadata"]["epoch"] == "30"
    stored = Path(facts["path"])
    assert stored.parent == user_models_folder()
    official.unlink()
    path, model = load_model(Path("FairMOT_lite"))
    assert (path, model.arch) == (stored, "yolov5s")
    rows = json.loads(run("model", "list", "--json").stdout)
    assert [(row["name"], row["origin"]) for row in rows] == [
        ("bundled", "comes with Trackmend"),
        ("fairmot_lite", "imported"),
    ]


def test_the_same_file_twice_is_one_model_and_another_of_its_name_gets_a_number(
    run: Run, official: Path
) -> None:
    run("model", "import", official)
    again = run("model", "import", official)
    assert "already" in again.stderr
    assert len(user_models()) == 1
    torch.save({"epoch": 9, "state_dict": build_network("yolov5s").state_dict()}, official)
    run("model", "import", official)
    run("model", "import", official, "--name", "Night / cam 2")
    assert [entry.name for entry in user_models()] == [
        "fairmot_lite",
        "fairmot_lite 2",
        "Night / cam 2",
    ]
    assert all(entry.path.parent == user_models_folder() for entry in user_models())


def test_import_says_what_it_read(run: Run, official: Path) -> None:
    shown = run("model", "import", official, "--name", "Lite").stdout
    for fact in ("yolov5s", "64", "Lite", "imported_from"):
        assert fact in shown


class Hostile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("command", ["import", "inspect", "convert"])
def test_hostile_and_broken_files_leave_one_line_and_no_trace(
    run: Run, official: Path, tmp_path: Path, command: str
) -> None:
    flag = tmp_path / "flag"
    hostile, cut, text = (tmp_path / f"{name}.pth" for name in ("hostile", "cut", "text"))
    torch.save({"state_dict": {"hm.2.weight": Hostile(flag)}}, hostile)
    cut.write_bytes(official.read_bytes()[:5000])
    text.write_text("hello")
    target = tmp_path / "out.safetensors"
    for path in (hostile, cut, text, tmp_path / "none.pth"):
        result = run("model", command, path, *([target] if command == "convert" else []))
        assert result.exit_code == 2
        assert len(result.stderr.strip().splitlines()) == 1
    assert not flag.exists()
    assert not target.exists()
    assert user_models() == []


def test_of_several_files_the_good_ones_are_imported(
    run: Run, official: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.pth"
    bad.write_text("no")
    result = run("model", "import", bad, official, "--json")
    assert result.exit_code == 2
    assert [facts["name"] for facts in json.loads(result.stdout)] == ["fairmot_lite"]
    assert run("model", "import", bad, official, "--name", "x").exit_code == 2


def test_convert_goes_both_ways_and_replaces_only_when_told(
    run: Run, official: Path, tmp_path: Path
) -> None:
    ours, back = tmp_path / "lite.safetensors", tmp_path / "back.pth"
    assert run("model", "convert", official, ours).exit_code == 0
    facts = json.loads(run("model", "convert", ours, back, "--json").stdout)
    assert (facts["arch"], facts["path"]) == ("yolov5s", str(back))
    before = torch.load(official, weights_only=True)["state_dict"]
    after = torch.load(back, weights_only=True)["state_dict"]
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert run("model", "convert", official, ours).exit_code == 2
    assert run("model", "convert", official, ours, "--force").exit_code == 0


def test_a_file_that_is_no_model_does_not_break_the_list(run: Run, official: Path) -> None:
    run("model", "import", official)
    (user_models_folder() / "notes.safetensors").write_text("not a model")
    assert "fairmot_lite" in run("model", "list").stdout
    assert len(user_models()) == 1


def test_a_shelf_that_cannot_be_written_is_said(
    run: Run, official: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("a file where the folder should be")
    monkeypatch.setattr("trackmend_app.user_models.user_models_folder", lambda: occupied / "models")
    result = run("model", "import", official)
    assert result.exit_code == 2
    assert "could not be written" in result.stderr
