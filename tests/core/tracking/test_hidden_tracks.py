"""A track that somebody nearer hides keeps a box in the expected place, for a while."""

import copy
import dataclasses

import numpy as np
import pytest

from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import FrameDetections, TrackedBox

SETTINGS = dataclasses.replace(
    TrackerSettings.default(30, score_threshold=0.4), hidden_frames=8, max_frames_lost=30
)
STANDING_XYXY = (200.0, 60.0, 260.0, 220.0)
WALKER_WH = (40.0, 120.0)
SPEED_PX = 4.0
SEEN_FRAMES = 20
STANDING, WALKER = np.eye(4, dtype=np.float32)[:2]


def walker_xyxy(frame: int, *, bottom: float = 200.0) -> tuple[float, float, float, float]:
    """Walks to the right, and is behind whoever stands from the frame `SEEN_FRAMES` on."""
    left = 205.0 + SPEED_PX * (frame - SEEN_FRAMES)
    return (left, bottom - WALKER_WH[1], left + WALKER_WH[0], bottom)


def seen(
    frame: int, *, walker: bool, standing: bool = True, bottom: float = 200.0
) -> FrameDetections:
    boxes, looks = [], []
    if standing:
        boxes.append(STANDING_XYXY)
        looks.append(STANDING)
    if walker:
        boxes.append(walker_xyxy(frame, bottom=bottom))
        looks.append(WALKER)
    return FrameDetections(boxes, [0.9] * len(boxes), np.reshape(looks, (-1, 4)))


def walked(settings: TrackerSettings = SETTINGS, *, bottom: float = 200.0) -> Tracker:
    """Return a tracker that has seen both until the walker is about to be hidden."""
    tracker = Tracker(settings)
    for frame in range(SEEN_FRAMES):
        assert len(tracker.step(seen(frame, walker=True, bottom=bottom))) == 2
    return tracker


def expected_of(boxes: list[TrackedBox]) -> list[TrackedBox]:
    return [box for box in boxes if box.detection_index is None]


def test_who_walks_behind_somebody_keeps_a_box_where_the_walk_goes_on() -> None:
    tracker = walked()
    for frame in range(SEEN_FRAMES, SEEN_FRAMES + 4):
        (box,) = expected_of(tracker.step(seen(frame, walker=False)))
        assert box.track_id == 2 and box.class_id == 0
        assert box.box_xyxy == pytest.approx(walker_xyxy(frame), abs=2.0)
    (back,) = [b for b in tracker.step(seen(frame + 1, walker=True)) if b.track_id == 2]
    assert back.detection_index == 1


def test_boxes_that_shrink_before_they_vanish_do_not_bend_the_way() -> None:
    tracker = Tracker(SETTINGS)
    for frame in range(SEEN_FRAMES):
        left, top, right, bottom = walker_xyxy(frame)
        hidden = max(0, frame - SEEN_FRAMES + 4) * 6.0  # of the right side, in the last three
        boxes = [STANDING_XYXY, (left, top, right - hidden, bottom)]
        tracker.step(FrameDetections(boxes, [0.9, 0.9], np.stack([STANDING, WALKER])))
    (box,) = expected_of(tracker.step(seen(SEEN_FRAMES, walker=False)))
    assert box.box_xyxy == pytest.approx(walker_xyxy(SEEN_FRAMES), abs=8.0)
    assert box.box_xyxy[2] - box.box_xyxy[0] == pytest.approx(WALKER_WH[0], abs=1.0)


def test_it_ends_after_the_frames_that_were_asked_for() -> None:
    slow = dataclasses.replace(SETTINGS, hidden_frames=3)
    tracker = walked(slow)
    shown = [
        len(expected_of(tracker.step(seen(frame, walker=False))))
        for frame in range(SEEN_FRAMES, SEEN_FRAMES + 6)
    ]
    assert shown == [1, 1, 1, 0, 0, 0]


def test_it_ends_where_nobody_hides_the_place_and_does_not_begin_again() -> None:
    tracker = walked()
    assert expected_of(tracker.step(seen(SEEN_FRAMES, walker=False)))
    assert not expected_of(tracker.step(seen(SEEN_FRAMES + 1, walker=False, standing=False)))
    assert not expected_of(tracker.step(seen(SEEN_FRAMES + 2, walker=False)))


def test_nobody_is_expected_in_front_of_the_person_who_would_hide_them() -> None:
    tracker = walked(bottom=320.0)
    assert not expected_of(tracker.step(seen(SEEN_FRAMES, walker=False)))


def test_who_begins_in_the_expected_place_is_the_same_person_again() -> None:
    tracker = walked()
    for frame in range(SEEN_FRAMES, SEEN_FRAMES + 3):
        boxes = [STANDING_XYXY, walker_xyxy(frame)]
        stranger = np.eye(4, dtype=np.float32)[3]
        now = FrameDetections(boxes, [0.9, 0.9], np.stack([STANDING, stranger]))
        said = tracker.step(now, pins=np.array([0, 9]))
        assert not expected_of(said) and len(said) == 2


def test_a_track_of_few_boxes_says_too_little_about_its_way() -> None:
    tracker = Tracker(SETTINGS)
    for frame in range(SEEN_FRAMES - 4, SEEN_FRAMES):
        tracker.step(seen(frame, walker=True))
    assert not expected_of(tracker.step(seen(SEEN_FRAMES, walker=False)))


def test_only_the_default_expects_anybody() -> None:
    assert TrackerSettings.default(25).hidden_frames == 10
    assert TrackerSettings.official().hidden_frames == 0
    tracker = walked(dataclasses.replace(SETTINGS, hidden_frames=0))
    assert not expected_of(tracker.step(seen(SEEN_FRAMES, walker=False)))


def test_it_changes_no_track_and_no_seen_box() -> None:
    """Whoever leaves the expected boxes out has what the tracker said without them."""
    rng = np.random.default_rng(3)
    plain = Tracker(dataclasses.replace(SETTINGS, hidden_frames=0))
    tracker = Tracker(SETTINGS)
    spoken = 0
    for frame in range(120):
        now = seen(frame % 60, walker=bool(rng.random() < 0.7), standing=bool(rng.random() < 0.9))
        said, wanted = tracker.step(now), plain.step(now)
        spoken += len(expected_of(said))
        kept = [box for box in said if box.detection_index is not None]
        assert [box.track_id for box in kept] == [box.track_id for box in wanted]
        assert all((a.box_xyxy == b.box_xyxy).all() for a, b in zip(kept, wanted, strict=True))
    assert spoken > 5


def test_a_copied_tracker_goes_on_alike() -> None:
    tracker = walked()
    other = copy.deepcopy(tracker)
    for frame in range(SEEN_FRAMES, SEEN_FRAMES + 3):
        now = seen(frame, walker=False)
        for one, two in zip(tracker.step(now), other.step(now), strict=True):
            assert one.track_id == two.track_id and (one.box_xyxy == two.box_xyxy).all()


def test_who_has_turned_while_out_of_sight_is_expected_on_the_new_way() -> None:
    """A line through the places before and after would stand still between them."""
    tracker = Tracker(dataclasses.replace(SETTINGS, max_frames_lost=60))
    away, back, hidden = 12, 36, 48

    def turning(frame: int, *, walker: bool) -> FrameDetections:
        left = 186.0 - 4 * (frame if frame < away else hidden - frame)
        boxes, looks = [STANDING_XYXY], [STANDING]
        if walker:
            boxes.append((left, 80.0, left + WALKER_WH[0], 200.0))
            looks.append(WALKER)
        return FrameDetections(boxes, [0.9] * len(boxes), np.stack(looks))

    for frame in range(hidden):
        said = tracker.step(turning(frame, walker=frame < away or frame >= back))
    assert {box.track_id for box in said} == {1, 2}, "the walker came back as the same track"
    (box,) = expected_of(tracker.step(turning(hidden, walker=False)))
    assert box.box_xyxy == pytest.approx((186.0, 80.0, 226.0, 200.0), abs=3.0)
