"""The comparison of presets: same detections for all, judged by the truth beside them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.jobs.compare_presets import ComparedTracker, compare_presets
from trackmend_core.synthetic import write_video
from trackmend_core.tracking import INGREDIENTS, Preset
from trackmend_core.types import FrameDetections, ImageArray, Progress

FRAMES = 20


class Counting:
    """Sees two people pass one another; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        frame = self.asked % FRAMES
        self.asked += 1
        return FrameDetections(boxes_at(frame), [0.9, 0.8], np.eye(2, 8))


def boxes_at(frame: int) -> list[list[float]]:
    return [[5.0 * frame, 10, 5.0 * frame + 30, 80], [95 - 5.0 * frame, 12, 125 - 5.0 * frame, 82]]


def sequence(folder: Path) -> Path:
    (folder / "gt").mkdir(parents=True)
    rows = [
        f"{frame + 1},{person + 1},{x1},{y1},{x2 - x1},{y2 - y1},1,1,1"
        for frame in range(FRAMES)
        for person, (x1, y1, x2, y2) in enumerate(boxes_at(frame))
    ]
    (folder / "gt" / "gt.txt").write_text("\n".join(rows))
    pictures = (np.full((96, 160, 3), 100, np.uint8) for _ in range(FRAMES))
    write_video(folder / "walk.mp4", pictures, 25.0)
    return folder


def finish(job: Any) -> tuple[list[Progress], list[ComparedTracker]]:
    steps: list[Progress] = []
    while True:
        try:
            steps.append(next(job))
        except StopIteration as end:
            return steps, end.value


def test_frames_are_detected_once_and_tracked_in_every_way(tmp_path: Path) -> None:
    detector = Counting()
    folders = [sequence(tmp_path / "one"), sequence(tmp_path / "two")]
    steps, compared = finish(compare_presets(folders, detector=detector, metadata={}))
    assert detector.asked == 2 * FRAMES
    assert [one.name for one in compared if one.is_preset] == [preset.value for preset in Preset]
    assert [one.name for one in compared if not one.is_preset] == list(INGREDIENTS)
    default = next(one for one in compared if one.name == "default")
    assert default.sequences["one"].clear.idf1 == 1.0
    assert default.overall.clear.gt_boxes == 2 * default.sequences["two"].clear.gt_boxes
    assert default.milliseconds > 0
    assert all(step.message for step in steps)
    assert len({one.overall.clear.idf1 for one in compared}) > 1, "all the same?"


def test_a_folder_that_is_no_sequence_is_refused_before_anything_is_detected(
    tmp_path: Path,
) -> None:
    detector = Counting()
    good = sequence(tmp_path / "good")
    (tmp_path / "bare").mkdir()
    with pytest.raises(UserError, match=r"no gt/gt\.txt"):
        finish(compare_presets([good, tmp_path / "bare"], detector=detector, metadata={}))
    (good / "walk.mp4").unlink()
    with pytest.raises(UserError, match="neither a folder img1"):
        finish(compare_presets([good], detector=detector, metadata={}))
    assert detector.asked == 0
