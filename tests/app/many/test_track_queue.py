"""The queue of one process: what is kept, what is done anew, what goes where."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result
from video_shelf import Shelf

from trackmend_app import cli
from trackmend_app.many.lock import QueueLock
from trackmend_app.many.plan import receipts_folder
from trackmend_core.errors import UserError
from trackmend_core.exchange import read_mot
from trackmend_core.project import Project

Track = Callable[..., Result]


@pytest.fixture
def own(shelf: Shelf, tmp_path: Path) -> Shelf:
    """A copy of the shelf that a test may change."""
    shutil.copytree(shelf.videos, tmp_path / "videos")
    shutil.copytree(shelf.detections, tmp_path / "boxes")
    return Shelf(tmp_path / "videos", tmp_path / "boxes", shelf.frames)


@pytest.fixture
def track(own: Shelf, tmp_path: Path) -> Track:
    def invoke(*more: str) -> Result:
        return CliRunner().invoke(cli.app, own.arguments(tmp_path / "out", *more))

    return invoke


def states(result: Result) -> dict[str, str]:
    return {
        Path(video["video"]).name: video["state"] for video in json.loads(result.stdout)["videos"]
    }


def test_a_queue_ends_in_a_table_of_all_videos(track: Track, tmp_path: Path) -> None:
    result = track()
    assert result.exit_code == 0, result.stderr
    head, *rows = [line.split() for line in result.stdout.splitlines()]
    assert head == ["video", "frames", "tracks", "boxes", "fps", "state"]
    assert [row[:4] for row in rows] == [
        ["v1.mp4", "20", "1", "20"],
        ["v2.mp4", "20", "2", "40"],
        ["v10.mp4", "20", "3", "60"],
        ["v11.mp4", "20", "4", "80"],
    ]
    assert {row[-1] for row in rows} == {"finished"}
    assert len(read_mot(tmp_path / "out" / "v11.txt")) == 80


def test_a_folder_with_one_video_gets_a_folder_of_results_too(
    track: Track, own: Shelf, tmp_path: Path
) -> None:
    for name in ("v2", "v10", "v11"):
        (own.videos / f"{name}.mp4").unlink()
    assert track().exit_code == 0
    assert len(read_mot(tmp_path / "out" / "v1.txt")) == own.frames


def test_what_is_finished_is_not_done_again(track: Track, tmp_path: Path) -> None:
    track()
    texts = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.txt")}
    result = track("--resume", "--json")
    assert set(states(result).values()) == {"finished before"}
    assert [video["boxes"] for video in json.loads(result.stdout)["videos"]] == [20, 40, 60, 80]
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.txt")} == texts


def test_other_settings_boxes_or_frames_are_done_anew(
    track: Track, own: Shelf, tmp_path: Path
) -> None:
    track()
    assert set(states(track("--resume", "--json", "--score-threshold", "0.2")).values()) == {
        "finished"
    }
    assert set(states(track("--resume", "--json")).values()) == {"finished"}
    with (own.detections / "v1.txt").open("a") as stream:
        stream.write("20,-1,900,900,20,50,0.9\n")
    shutil.copy(own.videos / "v10.mp4", own.videos / "v2.mp4")
    assert states(track("--resume", "--json")) == {
        "v1.mp4": "finished",
        "v2.mp4": "finished",
        "v10.mp4": "finished before",
        "v11.mp4": "finished before",
    }


def test_a_text_that_was_cut_short_is_not_taken_for_a_whole(track: Track, tmp_path: Path) -> None:
    track()
    text = tmp_path / "out" / "v2.txt"
    whole = text.read_bytes()
    text.write_bytes(whole[:100])
    result = track("--resume", "--json")
    assert states(result)["v2.mp4"] == "finished"
    assert text.read_bytes() == whole
    assert (tmp_path / "out" / "v2.txt.old-1").read_bytes() == whole[:100]
    assert "kept as v2.txt.old-1" in result.stderr


def test_a_damaged_receipt_counts_as_none(track: Track, tmp_path: Path) -> None:
    track()
    receipts = tmp_path / "out" / ".trackmend-queue"
    (receipts / "v1.json").write_text('{"name": "v1"')
    (receipts / "v2.json").write_text('["v2"]')
    (receipts / "v10.json").write_text("{}")
    kept = [name for name, state in states(track("--resume", "--json")).items() if "b" in state]
    assert kept == ["v11.mp4"]


def test_one_broken_video_does_not_stop_the_rest_and_is_tried_again(
    track: Track, own: Shelf, tmp_path: Path
) -> None:
    whole = (own.videos / "v1.mp4").read_bytes()
    (own.videos / "v1.mp4").write_text("no video")
    (own.detections / "v2.txt").write_text("1,-1,a,0,1,1,1\n")
    result = track("--json")
    assert result.exit_code == 2
    assert list(states(result).values()) == ["failed", "failed", "finished", "finished"]
    assert "2 of 4 videos could not be tracked." in result.stderr
    assert "v2.txt, line 1: left is 'a'" in result.stderr
    (own.videos / "v1.mp4").write_bytes(whole)
    assert list(states(track("--resume", "--json")).values()) == [
        "finished",
        "failed",
        "finished before",
        "finished before",
    ]
    assert sorted(path.name for path in (tmp_path / "out").glob("*.txt")) == [
        "v1.txt",
        "v10.txt",
        "v11.txt",
    ]


def test_a_bug_in_one_video_is_told_with_its_place_and_status_1(
    track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trackmend_app.commands import track_many

    real = track_many.track_task

    def sometimes(task: object, tools: object) -> object:
        if task.name == "v2":  # type: ignore[attr-defined]
            raise ZeroDivisionError("one over nothing")
        return real(task, tools)  # type: ignore[arg-type]

    monkeypatch.setattr(track_many, "track_task", sometimes)
    result = track()
    assert result.exit_code == 1
    assert "ZeroDivisionError: one over nothing" in result.stderr
    assert [line.split()[-1] for line in result.stdout.splitlines()[1:]].count("finished") == 3


def test_names_that_clash_are_told_apart_and_stay_when_videos_are_added(
    track: Track, own: Shelf, tmp_path: Path
) -> None:
    (own.videos / "b").mkdir()
    shutil.copy(own.videos / "v1.mp4", own.videos / "b" / "v2.mp4")
    track()
    first = (tmp_path / "out" / "v2-2.txt").read_bytes()
    (own.videos / "a").mkdir()
    shutil.copy(own.videos / "v10.mp4", own.videos / "a" / "v2.mp4")
    result = track("--resume", "--json")
    videos = json.loads(result.stdout)["videos"]
    outs = {video["video"]: Path(video["out"]).name for video in videos}
    assert len(set(outs.values())) == len(outs) == 6
    assert [video["state"] for video in videos].count("finished before") == 5
    assert (tmp_path / "out" / "v2-2.txt").read_bytes() == first


def test_a_video_that_moved_is_known_by_its_content(track: Track, own: Shelf) -> None:
    track()
    (own.videos / "deep").mkdir()
    (own.videos / "v1.mp4").rename(own.videos / "deep" / "v1.mp4")
    assert set(states(track("--resume", "--json")).values()) == {"finished before"}


def test_each_video_gets_a_project_of_its_own(own: Shelf, tmp_path: Path) -> None:
    arguments = own.arguments(tmp_path / "out", "--project", str(tmp_path / "projects"))
    assert CliRunner().invoke(cli.app, arguments).exit_code == 0
    names = sorted(path.name for path in (tmp_path / "projects").glob("*.trackmend"))
    assert names == ["v1.trackmend", "v10.trackmend", "v11.trackmend", "v2.trackmend"]
    with Project.open(tmp_path / "projects" / "v10.trackmend") as project:
        (video,) = project.videos()
        (run,) = project.runs(video.video_id)
        assert run.status == "finished"
        assert len(project.tracks(run.run_id)) == 3
    again = CliRunner().invoke(cli.app, [*arguments, "--resume", "--json"])
    assert set(states(again).values()) == {"finished before"}
    with Project.open(tmp_path / "projects" / "v10.trackmend") as project:
        assert len(project.runs(video.video_id)) == 1


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (["--jobs", "0"], "leaves nobody"),
        (["--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"], "do not go together"),
        (["--project", "one.trackmend", "--jobs", "2"], "is one file"),
    ],
)
def test_a_queue_that_does_not_fit_together_is_refused(
    track: Track, more: list[str], complaint: str
) -> None:
    result = track(*more)
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_two_commands_do_not_work_on_one_folder(
    track: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trackmend_app.many import lock

    receipts = receipts_folder(tmp_path / "out", None)
    with QueueLock(receipts):
        monkeypatch.setattr(lock, "THIS_PROCESS", "1:somebody else")
        with pytest.raises(UserError, match="Another trackmend"), QueueLock(receipts):
            pass
        monkeypatch.undo()
    assert track().exit_code == 0


def test_the_lock_of_a_dead_process_is_taken_over(track: Track, tmp_path: Path) -> None:
    receipts = receipts_folder(tmp_path / "out", None)
    (receipts / "busy").write_text('{"owner": "4194303:gone", "workers": [4194302]}')
    assert track().exit_code == 0
    assert not (receipts / "busy").exists()
