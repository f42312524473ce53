"""`trackmend bench learning` with a training process that copies the model it is given."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from trackmend_app import cli
from trackmend_app.commands import bench_learning, bench_material
from trackmend_app.commands import train as train_command
from trackmend_app.commands.bench_learning import Figures, holds, keeps
from trackmend_core.project import Project
from trackmend_core.synthetic import StreetSettings

TRAINER = """
import pathlib, shutil, sys
from trackmend_training.protocol import *
words = sys.argv[1:]
out = pathlib.Path(words[words.index("--out") + 1])
out.mkdir(parents=True)
shutil.copy(words[words.index("--base") + 1], out / "model.safetensors")
print(encode(Finished(path=str(out / "model.safetensors"), summary={"verdict": "same"})))
"""


@pytest.fixture
def copying_trainer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "trainer.py"
    script.write_text(TRAINER)

    def command(arguments: Sequence[str]) -> list[str]:
        return [sys.executable, str(script), *arguments]

    monkeypatch.setattr(train_command, "training_command", command)
    small = StreetSettings(width=320, height=256, frame_count=16, walkers=4, lookalikes=2, seed=11)
    monkeypatch.setattr(bench_material, "DRAWN", small)


def bench(*arguments: object) -> Result:
    words = ["bench", "learning", *map(str, arguments)]
    return CliRunner().invoke(cli.app, words, prog_name="trackmend")


def test_the_loop_corrects_the_first_half_only_and_judges_the_second(
    copying_trainer: None, tmp_path: Path
) -> None:
    out = tmp_path / "kept"
    result = bench("--seeds", 1, "--out", out, "--json")
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["edit_count"] == sum(report["edits"].values()) > 0
    assert [one["seed"] for one in report["learnt"]] == [1]
    for one in report["learnt"]:
        assert one["second_half"] == report["second_half"], "the same model does the same"
        assert (one["verdict"], one["holds"]) == ("same", False)
    with Project.open(out / "drawn-street.trackmend") as project:
        (video,) = project.videos()
        first, *_ = project.runs(video.video_id)
        assert len([edit for edit in project.edits() if edit.is_in_effect]) == report["edit_count"]
        (verified,) = project.verified(first.run_id)
        assert (verified.first_frame, verified.last_frame) == (0, 7)
        assert len(project.runs(video.video_id)) == 2


def test_other_places_are_judged_by_their_own_truth(copying_trainer: None, tmp_path: Path) -> None:
    bench_material.draw_measured(tmp_path)
    other = tmp_path / "elsewhere.mp4"
    shutil.copy(tmp_path / "drawn-street.mp4", other)
    truth = tmp_path / "drawn-street-gt.txt"
    result = bench("--seeds", 1, "--other", other, "--other-gt", truth)
    assert result.exit_code == 0, result.stderr
    rows = [line.split("|")[1].strip() for line in result.stdout.splitlines()[1:]]
    assert rows[2:] == [
        "second half before", "second half, seed 1", "elsewhere before", "elsewhere, seed 1"
    ]  # fmt: skip


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    assert "There is no video" in bench(tmp_path / "none.mp4").stderr
    video = tmp_path / "walk.mp4"
    video.write_bytes(b"")
    assert "There is no ground truth for walk.mp4" in bench(video).stderr
    assert "1 --other and 2 --other-gt" in bench(
        "--other", video, "--other-gt", video, "--other-gt", video
    ).stderr  # fmt: skip


def test_the_loop_holds_only_if_both_figures_improve_and_nothing_elsewhere_falls() -> None:
    def figures(idf1: float, switches: int, mota: float = 0.8) -> Figures:
        return Figures(mota=mota, idf1=idf1, hota=0.5, id_switches=switches)

    before = figures(0.7, 5)
    assert holds(before, figures(0.71, 4))
    assert not holds(before, figures(0.71, 5))
    assert not holds(before, figures(0.69, 4))
    assert holds(figures(0.7, 0), figures(0.71, 0)), "there is no fewer than none"
    assert not holds(figures(0.7, 0), figures(0.71, 1))
    assert not holds(figures(0.7, 0), figures(0.7, 0)), "nothing was learnt"
    assert keeps({"a": before}, {"a": figures(0.685, 9)})
    assert not keeps({"a": before}, {"a": figures(0.67, 5)})
    assert not keeps({"a": before}, {"a": figures(0.7, 5, mota=0.77)})
    assert bench_learning.MOST_LOST == 0.02
