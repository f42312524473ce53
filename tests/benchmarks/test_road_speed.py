"""How fast the whole road is: `trackmend track`, association, the project file."""

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from ratio import compare
from table import BenchTable

from trackmend_core.jobs import SequenceFiles, evaluate_files
from trackmend_core.project import Project, VideoInfo
from trackmend_core.synthetic import StreetSettings, write_street_video
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import FrameDetections, TrackedBox

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]


def tracked(video: Path, *extra: str) -> tuple[float, float]:
    """Return frames a second of the pipeline, and of the whole process, start included."""
    command = [sys.executable, "-m", "trackmend_app.cli", "track", str(video), "--json", *extra]
    started_s = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    taken_s = time.perf_counter() - started_s
    (found,) = json.loads(done.stdout)["videos"]
    return found["frames_per_second"], found["frames"] / taken_s


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    video = tmp_path_factory.mktemp("street") / "street.mp4"
    write_street_video(video, StreetSettings(width=640, height=480, frame_count=300))
    return video


@pytest.mark.parametrize("precision", ["float32", "fast"])
def test_the_command_keeps_up_with_a_video(table: BenchTable, street: Path, precision: str) -> None:
    tracked(street, "--precision", precision)  # measures the back ends and quantises, once
    speeds = [tracked(street, "--precision", precision) for _ in range(3)]
    pipeline, whole = (median(values) for values in zip(*speeds, strict=True))
    table.say(
        f"`trackmend track`, bundled model, 640x480 video, {precision}",
        ours=f"{pipeline:.0f} frames a second",
        baseline=f"the video's own 25 (300 frames with the program's start: {whole:.0f})",
        ratio=f"{pipeline / 25:.1f}x{' **missed**' if pipeline < 25 else ''}",
        floor="1x",
    )


def test_fast_mode_tracks_as_well(table: BenchTable, tmp_path: Path, shared_dir: Path) -> None:
    folder = shared_dir / "data" / "TUD-Stadtmitte"
    video = folder / "TUD-Stadtmitte.mp4"
    idf1 = {}
    for precision in ("float32", "fast"):
        out = tmp_path / f"{precision}.txt"
        tracked(video, "--precision", precision, "--backend", "openvino", "--out", str(out))
        judged = evaluate_files(
            [SequenceFiles(name="TUD-Stadtmitte", gt=folder / "gt" / "gt.txt", result=out)]
        )
        idf1[precision] = 100 * judged.overall.clear.idf1
    lost = idf1["float32"] - idf1["fast"]
    table.say(
        "IDF1 on TUD-Stadtmitte, bundled model, fast",
        ours=f"{idf1['fast']:.1f} %",
        baseline=f"exact: {idf1['float32']:.1f} %",
        ratio=f"{-lost:+.1f} points{' **missed**' if lost > 0.5 else ''}",
        floor="-0.5",
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
