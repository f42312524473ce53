"""What a tracker keeps depends on who is there, not on how long the video is."""

import dataclasses

import numpy as np
import pytest
from crowd_scene import CrowdSettings, crowd
from kept_bytes import kept_bytes

from trackmend_core.tracking import Preset, Tracker, preset_settings

SCENE = CrowdSettings(people=8, frames=300, embedding_dim=8, frame_wh=(640, 480), miss=0.15)


@pytest.mark.parametrize("preset", Preset)
def test_memory_does_not_grow_with_the_length_of_the_video(preset: Preset) -> None:
    tracker = Tracker(preset_settings(preset, frame_rate=30))
    frames = [frame.detections for frame in crowd(SCENE)]
    largest = []
    for _ in range(5):
        sizes = []
        for number, detections in enumerate(frames):
            tracker.step(detections)
            if number % 10 == 0:
                sizes.append(kept_bytes(tracker))
        largest.append(max(sizes))
    assert min(largest) > 1000, "nothing was counted"
    assert max(largest[2:]) <= 1.25 * max(largest[:2]), largest


def test_counting_finds_what_grows() -> None:
    """The count would see the official habit of keeping every embedding."""
    tracker = Tracker(preset_settings(Preset.DEFAULT, frame_rate=30))
    before = kept_bytes(tracker)
    tracker.hoard = [np.zeros(100) for _ in range(10)]  # type: ignore[attr-defined]
    assert kept_bytes(tracker) >= before + 8000
    assert dataclasses.is_dataclass(tracker.settings)
