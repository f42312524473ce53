"""The command line, its results and what it says when something is wrong."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from trackmend_app import cli
from trackmend_app.commands import tools as track_tools
from trackmend_app.commands import track as track_command
from trackmend_app.log_file import log_path, stop_log_file
from trackmend_core.exchange import read_mot
from trackmend_core.model import LoadedModel, build_network
from trackmend_core.project import Project
from trackmend_core.synthetic import write_video
from trackmend_core.types import FrameDetections, ImageArray

FRAMES = 12
Run = Callable[..., Result]


class GreyReader:
    """Sees two people; how far they have come is how bright the frame is."""

    description = "a test"
    reason = "there is no other"
    min_score = 0.1

    def __init__(self, interrupt_at: int | None = None) -> None:
        self._interrupt_at = interrupt_at

    def input_wh_for(self, source_wh: tuple[int, int]) -> tuple[int, int]:
        return source_wh

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        step = round((float(image_bgr.mean()) - 20) / 10)
        if step == self._interrupt_at:
            raise KeyboardInterrupt
        left = np.array([[4.0 * step, 10], [200 - 4.0 * step, 12]])
        return FrameDetections(
            np.concatenate([left, left + np.array([30, 60])], axis=1), [0.9, 0.5], np.eye(2, 8)
        )


@pytest.fixture
def run() -> Run:
    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(cli.app, [str(a) for a in arguments], prog_name="trackmend")

    return invoke


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "walk.mp4"
    images = (np.full((96, 256, 3), 20 + 10 * i, np.uint8) for i in range(FRAMES))
    write_video(path, images, 25.0)
    return path


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Puts a detector without a network in the place of the bundled model."""
    model = LoadedModel(
        network=build_network("mobilenetv2_fpn", reid_dim=8),
        arch="mobilenetv2_fpn",
        reid_dim=8,
        ltrb=True,
        num_classes=1,
        input_wh=None,
        name="test model",
    )

    (tmp_path / "m").write_bytes(b"a model")

    def use(detector: Any) -> None:
        monkeypatch.setattr(track_command, "load_model", lambda path: (tmp_path / "m", model))
        monkeypatch.setattr(track_tools, "make_detector", lambda model, **_: detector)

    use(GreyReader())
    return use


def one_line(result: Result) -> str:
    """Return the single line on stderr of a user's error."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("trackmend: ")
    return line


def test_tracks_of_one_video_go_to_stdout_as_motchallenge_text(
    run: Run, video: Path, fake_model: Any
) -> None:
    result = run("track", video)
    assert result.exit_code == 0, result.stderr
    rows = [line.split(",") for line in result.stdout.splitlines()]
    assert len(rows) == 2 * FRAMES
    assert rows[0][:2] == ["1", "1"]
    assert rows[0][6:] == ["0.9000", "-1", "-1", "-1"]
    assert "test model on a test" in result.stderr


def test_tracks_go_into_the_file_that_is_named(
    run: Run, video: Path, fake_model: Any, tmp_path: Path
) -> None:
    out = tmp_path / "tracks.txt"
    result = run("track", video, "--out", out)
    assert (result.exit_code, result.stdout) == (0, "")
    table = read_mot(out)
    assert (table.frames.min(), table.frames.max(), len(table)) == (1, FRAMES, 2 * FRAMES)
    assert "2 tracks, 24 boxes in 12 frames" in result.stderr


def test_several_videos_get_a_file_each_in_a_new_folder(
    run: Run, video: Path, fake_model: Any, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    twin = tmp_path / "other" / "walk.mp4"
    twin.write_bytes(video.read_bytes())
    out = tmp_path / "made" / "results"
    result = run("track", video, twin, "--out", out, "--json")
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in out.glob("*")) == [
        ".trackmend-queue",
        "walk-2.txt",
        "walk.txt",
    ]
    summary = json.loads(result.stdout)
    assert summary["device"] == "a test"
    assert [v["out"] for v in summary["videos"]] == [
        str(out / "walk.txt"),
        str(out / "walk-2.txt"),
    ]
    assert {v["tracks"] for v in summary["videos"]} == {2}
    assert all(v["frames_per_second"] > 0 for v in summary["videos"])


def test_a_broken_video_does_not_stop_the_others_but_is_not_forgotten(
    run: Run, video: Path, fake_model: Any, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_text("no video")
    result = run("track", broken, video, "--out", tmp_path / "out")
    assert result.exit_code == 2
    first, *_, last = [x for x in result.stderr.splitlines() if x.startswith("trackmend:")]
    assert "broken.mp4" in first
    assert last == "trackmend: 1 of 2 videos could not be tracked."
    assert [path.name for path in (tmp_path / "out").glob("*.txt")] == ["walk.txt"]


def test_a_project_is_made_and_holds_one_video_however_often_it_is_tracked(
    run: Run, video: Path, fake_model: Any, tmp_path: Path
) -> None:
    path = tmp_path / "walk.trackmend"
    for expected in (1, 2):
        result = run("track", video, "--project", path, "--json")
        assert result.exit_code == 0, result.stderr
        with Project.open(path) as project:
            (record,) = project.videos()
            runs = project.runs(record.video_id)
            assert len(runs) == expected
            assert json.loads(result.stdout)["videos"][0]["run_id"] == runs[-1].run_id
            assert len(project.tracks(runs[-1].run_id)) == 2
            assert len(project.models()) == 1


def test_a_threshold_decides_who_takes_part(run: Run, video: Path, fake_model: Any) -> None:
    result = run("track", video, "--score-threshold", "0.6", "--json")
    assert json.loads(result.stdout)["videos"][0]["tracks"] == 1


def test_the_official_cascade_can_be_chosen(run: Run, video: Path, fake_model: Any) -> None:
    assert run("track", video, "--tracker", "official").stdout.startswith("1,1,0.000,10.000,")


def test_an_interrupted_run_keeps_its_part_under_a_name_of_its_own(
    run: Run, video: Path, fake_model: Any, tmp_path: Path
) -> None:
    fake_model(GreyReader(interrupt_at=5))
    out = tmp_path / "tracks.txt"
    result = run("track", video, "--out", out)
    assert result.exit_code == 130
    assert not out.exists()
    assert len(read_mot(tmp_path / "tracks.txt.partial")) == 10
    assert "after 5 of 12 frames" in result.stderr


def test_an_interrupted_run_of_a_project_is_cancelled_and_kept(
    run: Run, video: Path, fake_model: Any, tmp_path: Path
) -> None:
    fake_model(GreyReader(interrupt_at=5))
    path = tmp_path / "walk.trackmend"
    assert run("track", video, "--project", path).exit_code == 130
    with Project.open(path) as project:
        (record,) = project.runs(project.videos()[0].video_id)
    assert (record.status, record.next_frame) == ("cancelled", 5)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["none.mp4"], "none.mp4"),
        (["{video}", "--out", "no/folder/x.txt"], "There is no folder"),
        (["{video}", "{video}"], "do not go to stdout together"),
        (["{video}", "{video}", "--out", "x.txt"], "do not fit into one file"),
        (["{video}", "--score-threshold", "7"], "score_threshold"),
        (["{video}", "--score-threshold", "nan"], "score_threshold"),
        (["{video}", "--input-size", "big"], "no input size"),
        (["{video}", "--project", "x.sqlite"], "ends in .trackmend"),
        (["{video}", "--project", "no/x.trackmend"], "There is no folder"),
        (["{video}", "--project", "{video}"], "walk.mp4"),
    ],
)
def test_what_does_not_fit_is_one_line_and_status_2(
    run: Run,
    video: Path,
    fake_model: Any,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    complaint: str,
) -> None:
    monkeypatch.chdir(video.parent)
    result = run("track", *[a.replace("{video}", str(video)) for a in arguments])
    assert result.exit_code == 2
    line = result.stderr.splitlines()[-1]
    assert line.startswith("trackmend: ") and complaint in line


def test_a_model_that_is_not_there_or_none_is_said(run: Run, video: Path, tmp_path: Path) -> None:
    assert "no model file" in one_line(run("track", video, "--model", tmp_path / "none.pth"))
    assert "walk.mp4" in one_line(run("track", video, "--model", video))
    assert "walk.mp4" in one_line(run("model", "inspect", video))


TRUTH = "".join(f"{f},{i},{100 * i + f},0,30,60,1,1,1\n" for f in range(1, 11) for i in (1, 2))


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    path = tmp_path / "gt.txt"
    path.write_text(TRUTH)
    return path


def test_evaluate_prints_a_table_or_json(run: Run, truth: Path) -> None:
    table = run("evaluate", "--gt", truth, "--result", truth)
    assert table.exit_code == 0
    assert table.stdout.splitlines()[0].split() == ["MOTA", "100.0%"]
    scores = json.loads(run("evaluate", "--gt", truth, "--result", truth, "--json").stdout)
    assert (scores["mota"], scores["idf1"], scores["id_switches"]) == (1, 1, 0)
    assert (scores["hota"], scores["deta"], scores["assa"], scores["loca"]) == (1, 1, 1, 1)
    assert ["HOTA", "100.0%"] in [line.split() for line in table.stdout.splitlines()]


def test_evaluate_gives_every_sequence_a_row_and_one_to_all(
    run: Run, truth: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("")
    both = ["evaluate", "--gt", truth, "--gt", truth, "--result", truth, "--result", empty]
    rows = [line.split("  ")[0] for line in run(*both).stdout.splitlines()]
    assert rows == ["sequence", "gt (1)", "gt (2)", "OVERALL"]
    scores = json.loads(run(*both, "--json").stdout)
    assert scores["mota"] == 0.5
    assert scores["sequences"]["gt (1)"]["hota"] == 1


def test_evaluate_says_when_nothing_fits(run: Run, truth: Path, tmp_path: Path) -> None:
    far = tmp_path / "far.txt"
    far.write_text("1,1,5000,0,30,60,1,-1,-1,-1\n")
    result = run("evaluate", "--gt", truth, "--result", far)
    assert result.exit_code == 0
    assert "same video" in result.stderr


@pytest.mark.parametrize(
    ("rules", "expected"), [("motchallenge", 0.5), ("fairmot", 1.0), ("every-row", 0.5)]
)
def test_evaluate_follows_the_chosen_rules(
    run: Run, truth: Path, tmp_path: Path, rules: str, expected: float
) -> None:
    half = tmp_path / "half.txt"
    half.write_text("".join(line for line in TRUTH.splitlines(True) if int(line.split(",")[0]) < 6))
    result = run("evaluate", "--gt", truth, "--result", half, "--rules", rules, "--json")
    assert json.loads(result.stdout)["mota"] == expected


def test_evaluate_refuses_what_it_cannot_judge(run: Run, truth: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("")
    bad = tmp_path / "bad.txt"
    bad.write_text("1,1,0,0,30\n")
    assert "no box that counts" in one_line(run("evaluate", "--gt", empty, "--result", truth))
    assert "bad.txt, line 1" in one_line(run("evaluate", "--gt", truth, "--result", bad))
    assert "There is no file" in one_line(run("evaluate", "--gt", truth, "--result", "none"))
    above = run("evaluate", "--gt", truth, "--result", truth, "--iou-min", "2")
    assert "--iou-min" in one_line(above)


def test_export_writes_every_box_of_the_project(
    run: Run, video: Path, fake_model: Any, tmp_path: Path
) -> None:
    project, out = tmp_path / "walk.trackmend", tmp_path / "gt.txt"
    run("track", video, "--project", project)
    result = run("export", project, "--format", "mot-gt", "--out", out)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.strip().endswith("24 boxes")
    assert out.read_text().splitlines()[0].endswith(",1,1,1")
    as_json = json.loads(run("export", project, "--out", tmp_path / "d", "--json").stdout)
    assert as_json == [{"video": "walk.mp4", "out": str(tmp_path / "d" / "walk.txt"), "boxes": 24}]


def test_export_refuses_what_is_no_project_or_has_no_tracks(
    run: Run, video: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.txt"
    assert "There is no project" in one_line(run("export", tmp_path / "x.trackmend", "--out", out))
    one_line(run("export", video, "--out", out))
    Project.create(tmp_path / "empty.trackmend").close()
    assert "no tracks yet" in one_line(run("export", tmp_path / "empty.trackmend", "--out", out))
    assert not out.exists()


def test_a_word_that_is_no_file_and_no_command_is_said(run: Run) -> None:
    assert "Did you mean `trackmend track`?" in one_line(run("trakc"))
    assert "no file or command" in one_line(run("none.mp4", "other.mp4"))


def test_a_screenshot_must_have_a_place_to_go(run: Run, video: Path, tmp_path: Path) -> None:
    assert "PNG" in one_line(run("--screenshot", tmp_path / "window.jpg", video))
    assert "no folder" in one_line(run("--screenshot", tmp_path / "none" / "window.png", video))
    assert "PNG" in one_line(run("demo", "--screenshot", tmp_path / "window.gif"))


def test_without_a_display_the_window_says_so_instead_of_crashing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert "no display" in one_line(run())


def test_wrong_options_are_status_2_and_name_the_command(run: Run) -> None:
    for arguments in (["--foo"], ["track"], ["track", "v.mp4", "--backend", "abacus"], ["model"]):
        assert run(*arguments).exit_code == 2
    assert "No such option" in run("--foo").stderr


def test_version_and_help_need_nothing_else(run: Run) -> None:
    assert run("--version").stdout.startswith("trackmend ")
    listed = run("--help").stdout
    for command in ("track", "evaluate", "export", "train", "finetune", "model", "demo"):
        assert command in listed
    assert "window" not in [line.strip(" │").split(" ")[0] for line in listed.splitlines()]


def test_a_users_error_is_one_line_and_status_2_in_a_process_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trackmend_app.cli", "evaluate", "--gt", "none", "--result", "none"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "trackmend: There is no file none. Check the path.\n"


def test_a_bug_is_one_line_with_the_place_of_its_traceback_and_status_1(
    monkeypatch: pytest.MonkeyPatch, truth: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from trackmend_app.commands import evaluate as evaluate_command

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("one over nothing")

    monkeypatch.setattr(evaluate_command, "evaluate_files", broken)
    monkeypatch.setattr(
        sys, "argv", ["trackmend", "evaluate", "--gt", str(truth), "--result", str(truth)]
    )
    assert cli.main() == 1
    stop_log_file()
    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError: one over nothing" in line and str(log_path()) in line
    assert "Traceback" in log_path().read_text()
