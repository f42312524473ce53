"""How fast the road is, as ratios in one run; `make bench` prints them, nothing asserts a time."""

from pathlib import Path

import numpy as np
import pytest
import torch
from ratio import compare

from trackmend_core.model import Detector, LoadedModel, build_network, load_checkpoint
from trackmend_core.project import Project, VideoInfo
from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import FrameDetections, ImageArray, TrackedBox
from trackmend_resources import resource_path

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]
BUNDLED = "trackmend-light.safetensors"


def street_frame(width: int, height: int) -> ImageArray:
    return next(draw_street(StreetSettings(width=width, height=height, frame_count=1))).image


def dla34() -> LoadedModel:
    network = build_network("dla34").eval()
    for name, parameter in network.named_parameters():
        if "conv_offset_mask" in name:
            torch.nn.init.normal_(parameter, std=0.01)
    return LoadedModel(
        network=network,
        arch="dla34",
        reid_dim=128,
        ltrb=True,
        num_classes=1,
        input_wh=(1088, 608),
        name="dla34",
        metadata={},
    )


def test_dla34_against_torch_eager() -> None:
    frame = street_frame(1920, 1080)
    model = dla34()
    fast, plain = Detector(model, backend="openvino"), Detector(model, backend="torch")
    compare(
        "DLA-34, 1088x608, OpenVINO float32, whole detect()",
        lambda: fast.detect(frame),
        baseline="torch eager",
        against=lambda: plain.detect(frame),
        rounds=3,
    )


def test_the_light_network_against_torch_eager() -> None:
    frame = street_frame(640, 480)
    model = load_checkpoint(resource_path("models", BUNDLED))
    fast, plain = Detector(model, backend="openvino"), Detector(model, backend="torch")
    compare(
        "light network, 640x480, OpenVINO float32, whole detect()",
        lambda: fast.detect(frame),
        baseline="torch eager",
        against=lambda: plain.detect(frame),
    )


def test_the_tracker_does_not_slow_down_with_the_length_of_the_video() -> None:
    random = np.random.default_rng(0)

    def frame() -> FrameDetections:
        corner = random.uniform(0, 1000, (50, 2))
        features = random.normal(size=(50, 64))
        features /= np.linalg.norm(features, axis=1, keepdims=True)
        return FrameDetections(
            np.hstack([corner, corner + np.array([40, 100])]), np.full(50, 0.9), features
        )

    young, old = (Tracker(TrackerSettings.default(30)) for _ in range(2))
    for _ in range(300):
        old.step(frame())
    for _ in range(60):
        young.step(frame())
    compare(
        "association, 50 people, frame 300 on",
        lambda: old.step(frame()),
        baseline="frame 60 on",
        against=lambda: young.step(frame()),
        rounds=30,
    )


def test_a_step_costs_the_same_early_and_late(tmp_path: Path) -> None:
    frames, people = 20_000, 20
    boxes = np.tile(np.array([10.0, 20.0, 50.0, 120.0]), (people, 1))
    with Project.create(tmp_path / "long.trackmend") as project:
        video = project.add_video(
            VideoInfo(
                path=tmp_path / "long.mp4",
                fingerprint="drawn",
                frame_count=frames,
                frame_rate=25.0,
                width=640,
                height=480,
            )
        )
        detections = FrameDetections(boxes, np.full(people, 0.9), np.eye(people, 32))
        tracked = [
            TrackedBox(track_id=n + 1, box_xyxy=boxes[n], score=0.9, detection_index=n)
            for n in range(people)
        ]
        with project.start_run(
            video, model_id=None, tracker_settings={}, detector_settings={}, description="drawn"
        ) as writer:
            for index in range(frames):
                writer.write(index, detections, tracked)
            writer.finish()
        run = writer.run_id
        compare(
            f"boxes of frame {frames - 1} of {frames * people} boxes",
            lambda: project.boxes_in_frame(run, frames - 1),
            baseline="of frame 10",
            against=lambda: project.boxes_in_frame(run, 10),
            rounds=50,
        )
