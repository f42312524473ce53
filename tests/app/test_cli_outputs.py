"""What the command line writes never takes the place of what it was made of, nor gets lost."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from trackmend_app import cli
from trackmend_app.commands.console import never_fail_at_letters, print_json
from trackmend_app.report.problem_report import write_report
from trackmend_core.errors import UserError
from trackmend_core.exchange import read_mot, text_file
from trackmend_core.project import Project
from trackmend_core.synthetic import write_video

FRAMES = 12


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, [str(a) for a in arguments], prog_name="trackmend")


def track(video: Path, *arguments: object) -> Result:
    """Track the boxes that lie beside a video, for which no model is needed."""
    given = video.with_name("det.txt")
    return run("track", video, "--detections", given, "--no-embeddings", *arguments)


def last_line(result: Result) -> str:
    """Return what a user's error says."""
    assert result.exit_code == 2, result.output
    line = result.stderr.splitlines()[-1]
    assert line.startswith("trackmend: ")
    return line


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "walk.mp4"
    write_video(path, (np.full((96, 256, 3), 20 + i, np.uint8) for i in range(FRAMES)), 25.0)
    rows = (f"{n + 1},-1,{10 + n},10,30,60,0.9\n" for n in range(FRAMES))
    (tmp_path / "det.txt").write_text("".join(rows))
    return path


def test_the_video_itself_is_never_replaced_by_its_tracks(video: Path) -> None:
    before = video.read_bytes()
    assert "is not replaced" in last_line(track(video, "--out", video))
    assert video.read_bytes() == before


def test_the_detections_are_never_replaced_by_the_tracks(video: Path) -> None:
    given = video.with_name("det.txt")
    before = given.read_text()
    assert "is what is to be tracked" in last_line(track(video, "--out", given))
    assert given.read_text() == before


def test_a_project_is_never_replaced_by_its_own_export(video: Path, tmp_path: Path) -> None:
    project = tmp_path / "p.trackmend"
    assert track(video, "--project", project).exit_code == 0
    assert "is no text" in last_line(run("export", project, "--out", project))
    with Project.open(project) as opened:
        assert opened.videos()


def test_tracks_that_cannot_be_written_in_the_end_are_kept_elsewhere(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    out = tmp_path / "drive" / "t.txt"
    out.parent.mkdir()
    forced = text_file.os.fsync

    def full(descriptor: int) -> None:
        if not list(elsewhere.iterdir()):
            raise OSError(28, "No space left on device")
        forced(descriptor)

    monkeypatch.setattr(text_file.os, "fsync", full)
    last = last_line(track(video, "--out", out))
    assert "No space left on device" in last
    kept = Path(last.split("The tracks are in ")[1].removesuffix(" instead."))
    assert len(read_mot(kept)) == FRAMES
    assert list(out.parent.iterdir()) == []


def test_a_name_that_is_too_long_is_one_sentence(video: Path) -> None:
    long = video.with_name("n" * 300)
    assert "too long" in last_line(track(video, "--out", f"{long}.txt"))
    assert "too long" in last_line(track(video, "--project", f"{long}.trackmend"))
    assert "too long" in last_line(run("export", f"{long}.trackmend", "--out", "x.txt"))


def test_names_that_the_output_has_no_letters_for_are_escaped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for coding in ("cp1252", "utf-8"):
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=coding, newline=""))
        never_fail_at_letters()
        print_json({"video": "日本 🎥.mp4"})
        sys.stdout.write("日本\udcff")
        sys.stdout.flush()
        text, said = raw.getvalue().decode(coding).rsplit("\n", 1)
        assert json.loads(text) == {"video": "日本 🎥.mp4"}
        assert said.endswith("\\udcff")


def test_a_name_that_begins_with_a_tilde_is_one_sentence(video: Path) -> None:
    assert "Write ./~name" in last_line(run("track", "~nobody-here.mp4"))


@pytest.mark.parametrize("name", ["n" * 5000, "a\0b.mp4", "~nobody-here/v.mp4"])
def test_a_list_of_names_that_no_file_can_have_is_one_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(f"{name}\n")
    last_line(run("track", tmp_path / "list.txt", "--out", tmp_path / "out"))


def test_a_report_that_cannot_be_written_leaves_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.zip"
    write_report(path, {"a.txt": "first"})
    before = path.read_bytes()

    def full(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match="No space left"):
        write_report(path, {"a.txt": "second"})
    assert [one.name for one in tmp_path.iterdir()] == ["report.zip"]
    assert path.read_bytes() == before
