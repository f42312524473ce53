"""Corrections go over to a newer run from the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from trackmend_app.cli import app
from trackmend_core.project import Project, VideoInfo
from trackmend_core.project.edits import SwapTracks
from trackmend_core.types import FrameDetections, TrackedBox, VideoId

FRAMES = 12


def add_run(project: Project) -> int:
    """Two people, whom the tracker takes for one another from frame 6 on."""
    with project.start_run(
        VideoId(1), model_id=None, tracker_settings={}, detector_settings={}, description="run"
    ) as writer:
        for frame in range(FRAMES):
            boxes = np.array([[20.0 + 150 * p, 50, 60 + 150 * p, 180] for p in (0, 1)])
            seen = FrameDetections(boxes, np.full(2, 0.9), np.eye(2, 8))
            ids = (1, 2) if frame < 6 else (2, 1)
            tracked = [
                TrackedBox(track_id=i, box_xyxy=b, score=0.9, detection_index=row)
                for row, (i, b) in enumerate(zip(ids, boxes, strict=True))
            ]
            writer.write(frame, seen, tracked)
    return int(writer.run_id)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "p.trackmend"
    with Project.create(path) as project:
        project.add_video(
            VideoInfo(
                path=tmp_path / "v.mp4",
                fingerprint="v",
                frame_count=FRAMES,
                frame_rate=25.0,
                width=320,
                height=240,
            )
        )
        old = add_run(project)
        first, second = (track.track_id for track in project.tracks(old))
        project.edit(SwapTracks(track_a=first, track_b=second, first_frame=6))
        add_run(project)
    return path


def test_without_apply_it_is_only_said(path: Path) -> None:
    with Project.open(path) as project:
        before = project.digest()
    result = CliRunner().invoke(app, ["carry-over", str(path)])
    assert result.exit_code == 0, result.output
    assert "1 corrections (swap_tracks 1), 0 conflicts" in result.stdout
    with Project.open(path) as project:
        assert project.digest() == before


def test_apply_makes_one_edit_of_the_newer_run(path: Path) -> None:
    result = CliRunner().invoke(app, ["carry-over", str(path), "--apply", "--json"])
    assert result.exit_code == 0, result.output
    (said,) = json.loads(result.stdout)
    assert (said["from_run"], said["to_run"], said["applied"]) == (1, 2, True)
    with Project.open(path) as project:
        newest = project.edits()[-1]
        assert newest.run_id == 2 and newest.kind == "carry_over"
        assert len(project.edits()) == 2
    again = CliRunner().invoke(app, ["carry-over", str(path), "--apply"])
    assert again.exit_code == 2 and "No earlier run" in again.output


def test_a_run_that_is_not_there_is_named(path: Path) -> None:
    result = CliRunner().invoke(app, ["carry-over", str(path), "--from", "9"])
    assert result.exit_code == 2
    assert "no run 9" in result.output and "1, 2" in result.output
