"""`trackmend refine` and tracking boxes of others, on the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from trackmend_app import cli
from trackmend_core.exchange import read_mot
from trackmend_core.project import Project, VideoInfo
from trackmend_core.synthetic import write_video
from trackmend_core.types import FrameDetections, TrackedBox
from trackmend_core.video import fingerprint

FRAMES = 60
LOST = range(20, 26)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, [str(a) for a in arguments], prog_name="trackmend")


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "walk.mp4"
    images = (np.full((96, 512, 3), 20 + i, np.uint8) for i in range(FRAMES))
    write_video(path, images, 25.0)
    return path


@pytest.fixture
def boxes(tmp_path: Path) -> Path:
    """Two people; the second is missing for a while."""
    path = tmp_path / "walk.txt"
    rows = [f"{frame + 1},-1,{10 + 2 * frame},5,20,50,0.9" for frame in range(FRAMES)]
    rows += [f"{f + 1},-1,{300 + 2 * f},30,20,50,0.8" for f in range(FRAMES) if f not in LOST]
    path.write_text("\n".join(rows))
    return path


@pytest.fixture
def project(video: Path, tmp_path: Path) -> Path:
    """What a tracker that remembers nobody makes of it: the second person has two tracks."""
    path = tmp_path / "walk.trackmend"
    with Project.create(path) as opened:
        video_id = opened.add_video(
            VideoInfo(
                path=video,
                fingerprint=fingerprint(video),
                frame_count=FRAMES,
                frame_rate=25.0,
                width=512,
                height=96,
            )
        )
        with opened.start_run(
            video_id, model_id=None, tracker_settings={}, detector_settings={}, description="test"
        ) as writer:
            for frame in range(FRAMES):
                second = 2 if frame < LOST.start else 3
                lefts = {1: 10.0 + 2 * frame, second: 300.0 + 2 * frame}
                if frame in LOST:
                    del lefts[second]
                boxes = np.array([[left, 10, left + 20, 60] for left in lefts.values()])
                tracked = [
                    TrackedBox(track_id=number, box_xyxy=boxes[row], score=0.9, detection_index=row)
                    for row, number in enumerate(lefts)
                ]
                seen = FrameDetections(boxes, [0.9] * len(boxes), np.zeros((len(boxes), 0)))
                writer.write(frame, seen, tracked)
    return path


def numbers(project: Path) -> list[int]:
    with Project.open(project) as opened:
        run_record = opened.active_run(opened.videos()[0].video_id)
        assert run_record is not None
        return [track.number for track in opened.tracks(run_record.run_id)]


def test_proposals_are_listed_and_nothing_is_changed(project: Path) -> None:
    assert len(numbers(project)) == 3
    result = run("refine", project)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("link 2 3")
    assert "Nothing was changed" in result.stderr
    (row,) = json.loads(run("refine", project, "--json").stdout)
    assert (row["video"], row["kind"], row["applied"]) == ("walk.mp4", "link", False)
    assert row["frames"] == [LOST.start, LOST.stop + 1]
    assert len(numbers(project)) == 3


def test_applying_them_is_one_edit(project: Path) -> None:
    result = run("refine", project, "--apply", "--only", "link 2 3")
    assert result.exit_code == 0, result.stderr
    assert numbers(project) == [1, 2]
    with Project.open(project) as opened:
        assert len(opened.edits()) == 1
        opened.undo()
    assert len(numbers(project)) == 3


def test_what_is_not_proposed_or_not_tracked_is_said(project: Path, tmp_path: Path) -> None:
    result = run("refine", project, "--apply", "--only", "link 7 8")
    assert result.exit_code == 2 and "no proposal “link 7 8”" in result.stderr
    Project.create(tmp_path / "empty.trackmend").close()
    assert "tracked yet" in run("refine", tmp_path / "empty.trackmend").stderr


def test_boxes_of_a_project_are_tracked_anew_without_their_ids(
    project: Path, video: Path, tmp_path: Path
) -> None:
    out = tmp_path / "again.txt"
    result = run("track", video, "--detections", project, "--no-embeddings", "--out", out)
    assert result.exit_code == 0, result.stderr
    table = read_mot(out)
    assert len(table) == 2 * FRAMES - len(LOST)
    assert sorted(set(table.ids)) == [1, 2], "this tracker remembers who was missing"
    assert set(table.scores.round(1)) == {0.9}


def test_boxes_get_embeddings_from_the_models_dense_map(
    video: Path, boxes: Path, tmp_path: Path
) -> None:
    path = tmp_path / "with.trackmend"
    result = run("track", video, "--detections", boxes, "--backend", "torch", "--project", path)
    assert result.exit_code == 0, result.stderr
    with Project.open(path) as opened:
        record = opened.active_run(opened.videos()[0].video_id)
        assert record is not None and record.model_id is not None
        assert record.detector_settings["detections"] == "walk.txt"
        stored = opened.detections(record.run_id, 3).detections
    assert np.allclose(stored.boxes_xyxy, [[16, 5, 36, 55], [306, 30, 326, 80]])
    assert np.allclose(stored.scores, [0.9, 0.8])
    assert stored.embeddings.shape[1] > 0
    assert np.allclose(np.linalg.norm(stored.embeddings, axis=1), 1, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("late.txt", "61,-1,0,0,5,5,1\n", "go on to frame 61, but the video ends with frame 60"),
        ("bad.txt", "1,-1,0,0,wide,5,1\n", "bad.txt, line 1: width is 'wide'"),
        ("flat.txt", "1,-1,0,0,5,0,1\n", "box 1 has no area"),
        ("empty.txt", "", "has no boxes"),
        ("bad.json", "{", "is not JSON"),
        ("none.txt", None, "There is no file"),
    ],
)
def test_boxes_that_do_not_fit_are_one_line(
    video: Path, tmp_path: Path, name: str, content: str | None, complaint: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    result = run("track", video, "--detections", path, "--no-embeddings")
    assert result.exit_code == 2
    (line,) = [x for x in result.stderr.splitlines() if x.startswith("trackmend: ")]
    assert complaint in line


def test_no_embeddings_without_boxes_is_refused(video: Path) -> None:
    result = run("track", video, "--no-embeddings")
    assert result.exit_code == 2 and "Name detections" in result.stderr
