"""A run goes on after a stop as if it had not stopped, whatever tracks it."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.jobs import continue_run, track_into_project
from trackmend_core.project import Project, VideoInfo
from trackmend_core.tracking import Preset, preset_settings
from trackmend_core.types import FrameDetections, ImageArray, RunId

FRAMES, STOP_AFTER, BROKEN = 40, 23, 11


class Panorama:
    """A picture that a hand-held camera sees; one frame cannot be decoded."""

    frame_count = FRAMES

    def __init__(self) -> None:
        noise = np.random.default_rng(0).integers(0, 255, (30, 100, 3), dtype=np.uint8)
        self._wide = cv2.resize(noise, (800, 240), interpolation=cv2.INTER_CUBIC)

    def read(self, frame_index: int) -> ImageArray:
        if frame_index == BROKEN:
            raise UserError("Frame 11 cannot be decoded.")
        left = shift(frame_index)
        image = self._wide[:, left : left + 320].copy()
        image[0, 0] = frame_index
        return np.asarray(image, np.uint8)


def shift(frame_index: int) -> int:
    return 100 + 4 * (frame_index % 3)


class Bystanders:
    """Sees six people who stand still, while the camera shakes."""

    description = "no model at all"

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        frame = int(image_bgr[0, 0, 0])
        noise = np.random.default_rng(frame)
        left = (
            40.0 * np.arange(6)[:, None] + [[130 - shift(frame), 60]] + noise.normal(0, 1, (6, 2))
        )
        looks = np.eye(6, 16) + noise.normal(0, 0.05, (6, 16))
        looks /= np.linalg.norm(looks, axis=1, keepdims=True)
        boxes = np.concatenate([left, left + np.array([40, 90])], axis=1)
        seen = noise.random(6) > 0.1
        return FrameDetections(boxes, noise.uniform(0.3, 0.95, 6), looks).select(seen)


def finish(job: Any) -> Any:
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value


def layer(project: Project, run_id: RunId) -> list[tuple[int, int, tuple[float, ...]]]:
    boxes = project.boxes_in_range(run_id, 0, FRAMES)
    return [(box.frame_index, box.number, box.box_xyxy) for box in boxes]


@pytest.mark.parametrize("preset", Preset)
def test_a_stopped_run_goes_on_under_the_same_ids(preset: Preset, tmp_path: Path) -> None:
    with Project.create(tmp_path / "shaky.trackmend") as project:
        video_id = project.add_video(
            VideoInfo(
                path=tmp_path / "shaky.mp4",
                fingerprint="drawn",
                frame_count=FRAMES,
                frame_rate=30,
                width=320,
                height=240,
            )
        )
        settings = preset_settings(preset, frame_rate=30, score_threshold=0.4)

        def job() -> Any:
            return track_into_project(
                project=project,
                video_id=video_id,
                model_id=project.add_model("none", tmp_path / "none", "none", metadata={}),
                source=Panorama(),
                detector=Bystanders(),
                settings=settings,
                detector_settings={},
                description="test",
            )

        whole = finish(job())
        stopped = job()
        for _ in range(STOP_AFTER):
            next(stopped)
        stopped.close()
        run_id = project.runs(video_id)[-1].run_id
        assert run_id != whole
        finish(
            continue_run(project=project, run_id=run_id, source=Panorama(), detector=Bystanders())
        )
        assert layer(project, run_id) == layer(project, whole)
        assert len(layer(project, run_id)) > 40
        stored = project.run(run_id).tracker_settings
        assert stored["method"] == settings.method_name
