"""What is tracked, stored and exported as frame n is the n-th frame that is shown, in any file."""

from collections import deque
from fractions import Fraction
from pathlib import Path
from typing import Any

import motmetrics
import numpy as np
import pytest
from numbered_video import number_in, write_numbered

from trackmend_core.exchange import export_project_mot, read_mot
from trackmend_core.jobs import track_into_project
from trackmend_core.project import Project, VideoInfo
from trackmend_core.tracking import TrackerSettings
from trackmend_core.types import FrameDetections, ImageArray
from trackmend_core.video import fingerprint, open_video

B_FRAMES = {"g": "12", "bf": "3"}
UNEVEN = [n * 40 + (n * n * 7) % 31 for n in range(60)]
FILES: dict[str, dict[str, Any]] = {
    "uneven.mkv": {"times": UNEVEN, "time_base": Fraction(1, 1000), "options": B_FRAMES},
    "hidden.mp4": {"times": [n - 30 for n in range(60)], "options": B_FRAMES},
    "late.mkv": {"times": [n + 5000 for n in range(60)], "options": B_FRAMES},
    "pause.avi": {"codec": "mpeg4", "times": [n + (30 if n > 20 else 0) for n in range(60)]},
}


class NumberReader:
    """Sees one person, who stands where the number in the frame says."""

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        left = float(number_in(image_bgr))
        box = np.array([[left, 20, left + 30, 90]], np.float32)
        return FrameDetections(box, [0.9], np.eye(1, 8, dtype=np.float32))


@pytest.mark.filterwarnings("ignore:Operation with tuple")  # of motmetrics about pandas
@pytest.mark.parametrize("name", FILES)
def test_tracks_project_and_export_agree_about_frame_numbers(name: str, tmp_path: Path) -> None:
    path = write_numbered(tmp_path / name, **FILES[name])
    with (
        open_video(path, cache_dir=tmp_path) as source,
        Project.create(tmp_path / "p.trackmend") as project,
    ):
        numbers = [number_in(source.read(n)) for n in range(source.frame_count)]
        info = VideoInfo(
            path=path,
            fingerprint=fingerprint(path),
            frame_count=source.frame_count,
            frame_rate=source.frame_rate,
            width=source.width,
            height=source.height,
        )
        video_id = project.add_video(info)
        job = track_into_project(
            project=project,
            video_id=video_id,
            model_id=None,
            source=source,
            detector=NumberReader(),
            settings=TrackerSettings.default(25, score_threshold=0.4),
            detector_settings={},
            description="a test",
        )
        deque(job, maxlen=0)
        run = project.active_run(video_id)
        assert run is not None
        boxes = project.boxes_in_range(run.run_id, 0, source.frame_count)
        export_project_mot(project, video_id, tmp_path / "out.txt")
    assert len(boxes) >= len(numbers) - 2
    for box in boxes:
        assert box.box_xyxy[0] == pytest.approx(numbers[box.frame_index], abs=1.5)
    table = read_mot(tmp_path / "out.txt")
    for frame, (left, *_) in zip(table.frames, table.boxes_xywh, strict=True):
        assert left == pytest.approx(numbers[frame - 1], abs=1.5)
    read_by_others = motmetrics.io.loadtxt(tmp_path / "out.txt", fmt="mot15-2D", min_confidence=-1)
    frames = read_by_others.index.get_level_values(0).to_numpy()
    lefts = read_by_others["X"].to_numpy()
    # motmetrics counts pixels from 0, MOTChallenge from 1.
    assert np.abs(lefts + 1 - np.array(numbers)[frames - 1]).max() < 1.5
