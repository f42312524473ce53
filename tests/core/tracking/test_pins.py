"""What people have decided about detections binds the association: must-link and cannot-link."""

import numpy as np
import pytest

from trackmend_core.tracking import Preset, Tracker, preset_settings
from trackmend_core.types import FrameDetections

HEEDING = [Preset.DEFAULT, Preset.OFFICIAL, Preset.FAIRMOT, Preset.BYTETRACK, Preset.BOTSORT]
LOOKS = np.eye(4, dtype=np.float32)


def pair(frame: int, *, faint: bool = False) -> FrameDetections:
    """Two people who stand side by side and look different."""
    boxes = [[100 + frame, 100, 140 + frame, 200], [300 + frame, 100, 340 + frame, 200]]
    return FrameDetections(boxes, [0.1 if faint else 0.9, 0.9], LOOKS[:2])


def ids_after(
    preset: Preset, pinned: dict[int, tuple[int, int]], *, frames: int = 20
) -> list[dict[int, int]]:
    """The id of each of the two detections, frame by frame; `pinned` by frame."""
    tracker = Tracker(preset_settings(preset, frame_rate=25.0))
    found = []
    for frame in range(frames):
        pins = np.array(pinned.get(frame, (0, 0)))
        boxes = tracker.step(pair(frame), pins=pins)
        found.append({int(box.detection_index or 0): box.track_id for box in boxes})
    return found


@pytest.mark.parametrize("preset", HEEDING)
def test_pins_of_two_people_can_trade_their_tracks_against_all_appearance(preset: Preset) -> None:
    plain = ids_after(preset, {})
    assert plain[-1] == plain[5]
    held = dict.fromkeys(range(4, 8), (7, 8)) | dict.fromkeys(range(12, 20), (8, 7))
    traded = ids_after(preset, held)
    assert traded[8] == traded[11] == plain[5]
    assert traded[12] == traded[19] == {0: plain[5][1], 1: plain[5][0]}


@pytest.mark.parametrize("preset", HEEDING)
def test_different_pins_on_one_person_part_the_track(preset: Preset) -> None:
    parted = ids_after(preset, {5: (7, 8), 10: (9, 8)})
    assert parted[9][0] != parted[10][0], "7 and 9 cannot be linked"
    assert parted[9][1] == parted[10][1], "8 must be linked"


@pytest.mark.parametrize("preset", HEEDING)
def test_a_track_that_has_ended_does_not_take_the_person_back(preset: Preset) -> None:
    tracker = Tracker(preset_settings(preset, frame_rate=25.0))
    shown = []
    for frame in range(20):
        pins = np.array({5: (7, 8), 10: (9, 8)}.get(frame, (0, 0)))
        boxes = tracker.step(pair(frame), pins=pins, ended=[7] if frame >= 10 else [])
        shown.append({int(box.detection_index or 0): box.track_id for box in boxes})
    assert shown[9][0] != shown[10][0] == shown[11][0] == shown[19][0]


def test_a_pinned_detection_takes_part_however_low_its_score() -> None:
    tracker = Tracker(preset_settings(Preset.DEFAULT, frame_rate=25.0))
    for frame in range(5):
        tracker.step(pair(frame), pins=np.array([7, 8]))
    assert len(tracker.step(pair(5, faint=True), pins=np.array([7, 8]))) == 2
    assert len(tracker.step(pair(6, faint=True), pins=np.array([0, 8]))) == 1


def test_without_pins_nothing_is_different() -> None:
    tracker = Tracker(preset_settings(Preset.DEFAULT, frame_rate=25.0))
    pinned = Tracker(preset_settings(Preset.DEFAULT, frame_rate=25.0))
    for frame in range(10):
        one = tracker.step(pair(frame))
        two = pinned.step(pair(frame), pins=np.zeros(2, np.int64))
        assert [(a.track_id, a.box_xyxy.tolist()) for a in one] == [
            (b.track_id, b.box_xyxy.tolist()) for b in two
        ]
    assert pinned.heeds_pins
    assert not Tracker(preset_settings(Preset.SORT, frame_rate=25.0)).heeds_pins
