"""Judging a model on sequences, and repeating the paper's tables, from the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import trackmend_app.commands.ablate as command
from trackmend_app.cli import app
from trackmend_core.synthetic import StreetSettings, write_ground_truth, write_street_video
from trackmend_training.protocol import Finished

STREET = StreetSettings(width=320, height=256, frame_count=6, walkers=4, seed=5)


@pytest.fixture
def sequence(tmp_path: Path) -> Path:
    folder = tmp_path / "SEQ-01"
    (folder / "gt").mkdir(parents=True)
    truth = write_street_video(folder / "SEQ-01.mp4", STREET)
    write_ground_truth(folder / "gt" / "gt.txt", truth)
    return folder


def test_a_model_is_judged_by_ap_tpr_and_switches_of_every_size(sequence: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", "--gt", str(sequence), "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert {"mota", "idf1", "hota", "ap", "ap_mean_of_images", "tpr_at_far_0.1"} <= set(said)
    assert set(said["by_size"]) == {"all", "small", "medium", "large"}
    for size in said["by_size"].values():
        assert {"boxes", "ap", "tpr_at_far_0.1", "id_switches"} == set(size)
        assert (size["ap"] is None) == (size["boxes"] == 0), "of nothing there is no AP"
    parts = [said["by_size"][name]["boxes"] for name in ("small", "medium", "large")]
    assert sum(parts) == said["by_size"]["all"]["boxes"] > 0
    assert 0 in parts


def test_a_text_is_no_sequence_to_run_a_model_on(sequence: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", "--gt", str(sequence / "gt" / "gt.txt")])
    assert result.exit_code == 2
    assert "no sequence to run a model on" in result.output


REPORT = {
    "paper_table": 3,
    "title": "tasks",
    "data": {"learnt_from": ["X, first half"], "judged_by": ["X, second half"]},
    "paper_data": "MOT17",
    "paper_source": "README",
    "device": "cpu",
    "config": {"crop_wh": [96, 96], "batch_size": 2},
    "rows": [
        {
            "name": "alone",
            "begun_from": "random weights",
            "steps": 2,
            "here": {"mota": 0.5, "idf1": 0.25, "hota": 0.1, "id_switches": 3.0, "ap": 0.7},
            "paper": {},
        },
        {
            "name": "both",
            "begun_from": "w.pth (whole)",
            "steps": 2,
            "here": {"mota": 0.6, "idf1": 0.3, "hota": 0.2, "id_switches": 1.0, "ap": 0.8},
            "paper": {"mota": 0.691},
        },
    ],
}


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Stands in for the training process, which has tests of its own; keeps what it was told."""
    path = tmp_path / "ablation.json"
    path.write_text(json.dumps(REPORT))
    told: list[list[str]] = []

    def run(arguments: list[str], **_options: bool) -> Finished:
        told.append(list(arguments))
        return Finished(path=str(path))

    monkeypatch.setattr(command, "run_training", run)
    return told


def test_the_papers_figures_stand_beside_ours_and_unknown_ones_are_marked(
    trained: list[list[str]],
) -> None:
    result = CliRunner().invoke(app, ["ablate", "tasks", "X", "--steps", "2"])
    assert result.exit_code == 0, result.output
    assert "| alone | 50.0 (?) | 25.0 (?) |" in result.stdout
    assert "| both | 60.0 (69.1) | 30.0 (?) |" in result.stdout
    assert "Learnt from X, first half; judged by X, second half" in result.stdout
    assert "not known here" in result.stdout
    (told,) = trained
    assert told[:3] == ["ablate", "tasks", "X"]
    assert told[told.index("--set") + 1] == "steps=2"


def test_json_is_the_whole_report(trained: list[list[str]]) -> None:
    result = CliRunner().invoke(app, ["ablate", "3", "--json"])
    assert json.loads(result.stdout) == REPORT
    assert len(trained) == 1
