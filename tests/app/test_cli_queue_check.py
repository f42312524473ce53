"""`trackmend bench review --project`: how good the queue is on a person's own tracks."""

import json
from pathlib import Path

import numpy as np
from typer.testing import CliRunner, Result

from trackmend_app import cli
from trackmend_core.project import Project, VideoInfo
from trackmend_core.types import FrameDetections, TrackedBox

FRAMES = 120


def two_people_cross(path: Path, *, apart: float) -> None:
    """Write a project in which two people walk towards each other, `apart` pixels to the side."""
    with Project.create(path) as project:
        video_id = project.add_video(
            VideoInfo(
                path=path.with_suffix(".mp4"),
                fingerprint="cross",
                frame_count=FRAMES,
                frame_rate=25.0,
                width=640,
                height=480,
            )
        )
        with project.start_run(
            video_id, model_id=None, tracker_settings={}, detector_settings={}, description=""
        ) as writer:
            for frame in range(FRAMES):
                lefts = np.array([100.0 + 3 * frame, 460.0 - 3 * frame])
                tops = np.array([100.0, 100.0 + apart])
                boxes = np.stack([lefts, tops, lefts + 40, tops + 110], axis=1)
                tracked = [
                    TrackedBox(
                        track_id=row + 1, box_xyxy=boxes[row], score=0.9, detection_index=row
                    )
                    for row in range(2)
                ]
                writer.write(frame, FrameDetections(boxes, [0.9, 0.9], np.eye(2)), tracked)


def check(*arguments: object) -> Result:
    words = ["bench", "review", *map(str, arguments)]
    return CliRunner().invoke(cli.app, words, prog_name="trackmend")


def test_the_check_tells_recall_and_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "mine.trackmend"
    two_people_cross(path, apart=4)
    result = check("--project", path, "--json")
    assert result.exit_code == 0, result.stderr
    (report,) = json.loads(result.stdout)
    assert report["video"] == "mine.mp4"
    assert report["swaps"] == report["found"] == len(report["known"]) > 0
    assert report["recall"] == 1.0
    assert report["switches_left"] < 0.5
    for swap in report["known"]:
        assert swap["tracks"] == [1, 2]
        assert abs(swap["frame"] - 60) < 25
    said = check("--project", path)
    assert "swaps that were put into a copy" in said.stdout
    assert "no switch is left" in said.stdout
    with Project.open(path) as project:
        assert project.edits() == []


def test_where_nobody_meets_the_command_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mine.trackmend"
    two_people_cross(path, apart=200)
    result = check("--project", path)
    assert result.exit_code != 0
    assert "Nothing in this project" not in str(result.exception)
    assert "No two people meet" in str(result.exception) + result.output
