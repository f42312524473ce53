"""What a tracker keeps depends on who is there, not on how long the video is."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from crowd_scene import CrowdSettings, crowd

from trackmend_core.tracking import Preset, Tracker, preset_settings

SCENE = CrowdSettings(people=8, frames=300, embedding_dim=8, frame_wh=(640, 480), miss=0.15)


def kept_bytes(thing: object, seen: set[int] | None = None) -> int:
    """Add up every array, number and container that can be reached."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return 0
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        inside = thing.tolist() if thing.dtype == object else []
        owner = thing if thing.base is None else thing.base
        return getattr(owner, "nbytes", 0) + sum(kept_bytes(one, seen) for one in arrays(inside))
    return 64 + sum(kept_bytes(one, seen) for one in arrays(thing))


def arrays(thing: object) -> Iterator[object]:
    if isinstance(thing, dict):
        yield from thing.values()
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from thing
    else:
        yield from getattr(thing, "__dict__", {}).values()
        for name in getattr(thing, "__slots__", ()):
            yield getattr(thing, name, None)


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
