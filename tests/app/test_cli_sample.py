"""`trackmend demo` and `selftest`: the sample project and the check of the installation."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from trackmend_app import cli, sample
from trackmend_app.commands import demo, loading, selftest, selftest_checks
from trackmend_app.sample_place import sample_folder, sample_project
from trackmend_core.errors import UserError
from trackmend_core.exchange import read_mot
from trackmend_core.model import LoadedModel, build_network
from trackmend_core.project import Project, RunStatus
from trackmend_core.synthetic import StreetSettings
from trackmend_core.types import FrameDetections, ImageArray

STREET = StreetSettings(width=160, height=128, frame_count=6, walkers=2, lookalikes=0)


class OnePerson:
    """Sees one person who does not move."""

    description = "a test"
    min_score = 0.1

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        if image_bgr.std() < 1:
            return FrameDetections.empty()
        return FrameDetections([[10, 10, 40, 90]], [0.9], np.eye(1, 8))


@pytest.fixture(autouse=True)
def fake_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = LoadedModel(
        network=build_network("mobilenetv2_fpn", reid_dim=8),
        arch="mobilenetv2_fpn",
        reid_dim=8,
        ltrb=True,
        num_classes=1,
        input_wh=None,
        name="test model",
    )
    for module in (sample, selftest_checks):
        monkeypatch.setattr(module, "load_model", lambda path: (tmp_path / "model", model))
        monkeypatch.setattr(module, "make_detector", lambda model, **_: OnePerson())


@pytest.fixture
def small_street(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "STREET", STREET)
    monkeypatch.setattr(selftest_checks, "STREET", STREET)


def finish(job: Any) -> Any:
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value


def test_the_sample_is_a_tracked_project_beside_its_video_and_truth(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "sample"
    path = finish(sample.make_sample(folder, street=STREET))
    assert sorted(p.name for p in folder.iterdir()) == ["gt.txt", "sample.trackmend", "street.mp4"]
    with Project.open(path) as project:
        (video,) = project.videos()
        assert project.locate_video(video.video_id) == folder / "street.mp4"
        run = project.active_run(video.video_id)
        assert run is not None and run.status is RunStatus.FINISHED
        assert len(project.tracks(run.run_id)) == 1
    assert len(read_mot(folder / "gt.txt", is_ground_truth=True)) > 0


def test_a_sample_that_was_stopped_on_the_way_is_not_there_and_is_made_again(
    tmp_path: Path,
) -> None:
    job = sample.make_sample(tmp_path, street=STREET)
    for _ in range(4):
        next(job)
    job.close()
    assert not sample.sample_project(tmp_path).exists()
    assert finish(sample.make_sample(tmp_path, street=STREET)).exists()


def test_removing_the_sample_leaves_other_files_alone(tmp_path: Path) -> None:
    finish(sample.make_sample(tmp_path, street=STREET))
    (tmp_path / "mine.txt").write_text("keep")
    sample.remove_sample(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be made"):
        finish(sample.make_sample(tmp_path / "file" / "sample", street=STREET))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, small_street: None) -> list[tuple[Path, Path | None]]:
    """What the demo would open a window on, and the picture it would draw, with a card opened."""
    calls: list[tuple[Path, Path | None]] = []

    def open_window(
        paths: Sequence[Path], *, screenshot: Path | None = None, opens_first_card: bool = False
    ) -> int:
        assert opens_first_card
        calls.append((paths[0], screenshot))
        return 0

    monkeypatch.setattr(demo, "open_window", open_window)
    return calls


def test_the_demo_makes_its_sample_once_and_keeps_what_a_person_did_to_it(
    opened: list[tuple[Path, Path | None]],
) -> None:
    def prepare(*more: str) -> str:
        result = CliRunner().invoke(cli.app, ["demo", "--prepare-only", *more])
        assert result.exit_code == 0, result.stderr
        return result.stderr

    def names() -> list[str]:
        with Project.open(path) as project:
            return [moment.name for moment in project.checkpoints()]

    prepare()
    path = sample_project(sample_folder())
    with Project.open(path) as project:
        project.add_checkpoint("half of it looked at")
    said = prepare()
    assert said.count("\n") == 1, "the second time nothing is made"
    assert str(path) in said
    assert opened == []
    assert names() == ["half of it looked at"]
    prepare("--fresh")
    assert names() == []


def test_without_a_display_the_demo_draws_a_picture_and_says_where(
    opened: list[tuple[Path, Path | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    result = CliRunner().invoke(cli.app, ["demo"])
    folder = sample_folder()
    assert opened == [(sample.sample_project(folder), folder / "window.png")]
    assert str(folder / "window.png") in result.stderr.splitlines()[-1]


def test_with_a_display_the_demo_opens_the_window(
    opened: list[tuple[Path, Path | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    CliRunner().invoke(cli.app, ["demo"])
    assert opened == [(sample_project(sample_folder()), None)]


def test_a_working_installation_passes_its_self_test(small_street: None) -> None:
    result = CliRunner().invoke(cli.app, ["selftest", "--json"])
    report = json.loads(result.stdout)
    assert [c["name"] for c in report["checks"] if not c["passed"]] == [], report
    assert (report["passed"], result.exit_code) == (True, 0)


def test_a_missing_model_fails_what_needs_it_and_nothing_else(
    small_street: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*parts: str) -> Path:
        raise FileNotFoundError(*parts)

    monkeypatch.setattr(loading, "resource_path", missing)
    monkeypatch.setattr(selftest_checks, "load_model", loading.load_model)
    result = CliRunner().invoke(cli.app, ["selftest"])
    assert result.exit_code == 1
    failed = [line.split()[1] for line in result.stdout.splitlines() if line.startswith("FAILED")]
    assert failed == ["Bundled", "Network", "Tracking", "Project", "Export"]
    assert "came without its model" in result.stdout
    assert result.stdout.splitlines()[-1] == "5 of 7 checks failed"


def test_a_check_that_crashes_is_a_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(bench: object) -> str:
        raise ZeroDivisionError("one over nothing")

    monkeypatch.setattr(selftest, "CHECKS", {"Crash": crash})
    result = CliRunner().invoke(cli.app, ["selftest"])
    assert result.exit_code == 1
    assert "ZeroDivisionError: one over nothing" in result.stdout
