"""How long one step of association takes, beside the official tracker and the plain rule.

The official tracker cannot be run here; its times were taken on a machine that multiplied two
2048 x 2048 float32 matrices at 178 GFLOP/s, and are scaled by what this machine does in the same
minute. The plain transcription of the rule in tests/core/tracking runs beside ours.
"""

import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from ratio import Ratio, compare
from table import BenchTable

from trackmend_core.tracking import Preset, Tracker, TrackerSettings, preset_settings
from trackmend_core.types import FrameDetections

sys.path.insert(0, str(Path(__file__).parents[1] / "core" / "tracking"))
from crowd_scene import CrowdSettings, crowd
from kept_bytes import kept_bytes
from plain_fairmot import PlainFairMot

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]
OFFICIAL_MS = {25: 3.2, 100: 12.1, 300: 41.0}
OFFICIAL_GFLOPS = 178.0
MATRIX_SIDE = 2048
WARM_UP = 40
LONG_VIDEO_FRAMES = 50_000


def scene(people: int, frames: int) -> list[FrameDetections]:
    settings = CrowdSettings(
        people=people,
        frames=frames,
        embedding_dim=128,
        frame_wh=(1920, 1080),
        miss=0.05,
        false=0.02,
        seed=people,
    )
    return [frame.detections for frame in crowd(settings)]


def matrix_gflops() -> float:
    side = np.random.default_rng(0).random((MATRIX_SIDE, MATRIX_SIDE), np.float32)
    seconds = []
    for _ in range(7):
        started = time.perf_counter()
        side @ side
        seconds.append(time.perf_counter() - started)
    return 2e-9 * MATRIX_SIDE**3 / median(seconds)


@pytest.mark.parametrize("people", OFFICIAL_MS)
def test_a_step_against_the_official_tracker(table: BenchTable, people: int) -> None:
    frames = scene(people, 160)
    tracker = Tracker(TrackerSettings.official())
    gflops = matrix_gflops()
    seconds = []
    for detections in frames:
        started = time.perf_counter()
        tracker.step(detections)
        seconds.append(time.perf_counter() - started)
    ours_ms = 1e3 * median(seconds[WARM_UP:])
    official_ms = OFFICIAL_MS[people] * OFFICIAL_GFLOPS / gflops
    print(
        f"association, {people} people: {ours_ms:.2f} ms, official tracker: {official_ms:.1f} ms "
        f"({OFFICIAL_MS[people]} ms at {OFFICIAL_GFLOPS:.0f} GFLOP/s, here {gflops:.0f}) "
        f"-> {official_ms / ours_ms:.1f}x; unscaled {OFFICIAL_MS[people] / ours_ms:.1f}x"
    )
    table.add(
        Ratio(
            what=f"association only, {people} objects a frame",
            baseline=f"released code, {OFFICIAL_MS[people]} ms at {OFFICIAL_GFLOPS:.0f} GFLOP/s, "
            f"scaled to {gflops:.0f}",
            baseline_s=official_ms / 1e3,
            ours_s=ours_ms / 1e3,
        ),
        at_least=5,
    )


@pytest.mark.parametrize("people", OFFICIAL_MS)
def test_a_step_against_the_plain_rule_with_equal_ids(table: BenchTable, people: int) -> None:
    frames = iter(scene(people, WARM_UP + 13))
    ours, plain = Tracker(TrackerSettings.official()), PlainFairMot(score_threshold=0.4, buffer=30)
    for _ in range(WARM_UP):
        detections = next(frames)
        ids = [box.track_id for box in ours.step(detections)]
        assert ids == [track.track_id for track in plain.step(detections)]
    left = list(frames)
    for_ours, for_plain = iter(left), iter(left)
    ratio = compare(
        f"association only, {people} objects a frame, ids equal",
        lambda: ours.step(next(for_ours)),
        baseline="the plain rule",
        against=lambda: plain.step(next(for_plain)),
        rounds=len(left) - 1,
    )
    table.add(ratio)


@pytest.mark.parametrize("preset", Preset)
def test_50000_frames_take_as_long_a_frame_as_the_first_thousand(preset: Preset) -> None:
    frames = [frame.detections for frame in crowd(CrowdSettings(people=12, frames=500, seed=1))]
    tracker = Tracker(preset_settings(preset, frame_rate=30))
    seconds, kept = [], []
    for number in range(LONG_VIDEO_FRAMES):
        started = time.perf_counter()
        tracker.step(frames[number % len(frames)])
        seconds.append(time.perf_counter() - started)
        if number % 5000 == 499:
            kept.append(kept_bytes(tracker))
    early_ms, late_ms = 1e3 * median(seconds[:1000]), 1e3 * median(seconds[-1000:])
    print(
        f"{preset}: frames 1 to 1000 {early_ms:.3f} ms each, the last 1000 of "
        f"{LONG_VIDEO_FRAMES} {late_ms:.3f} ms; kept {kept[0] / 1e3:.0f} kB at frame 500, "
        f"{kept[-1] / 1e3:.0f} kB at frame {LONG_VIDEO_FRAMES - 4500}"
    )
    assert kept[-1] <= 1.5 * max(kept[:2])
