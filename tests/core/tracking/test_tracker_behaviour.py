import copy
import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import FrameDetections, TrackedBox

OFFICIAL = TrackerSettings.official()
DEFAULT = TrackerSettings.default(30, score_threshold=0.4)


def person(number: int, dim: int = 8) -> list[float]:
    return np.eye(dim)[number].tolist()


def frame(
    *people: int, dx: float = 0.0, scores: list[float] | None = None, class_id: int = 0
) -> FrameDetections:
    """Persons stand 100 pixels apart, each with an appearance of their own."""
    boxes = [[100 * n + dx, 50, 100 * n + 40 + dx, 150] for n in people]
    return FrameDetections(
        np.reshape(boxes, (-1, 4)),
        scores or [0.9] * len(people),
        np.reshape([person(n) for n in people], (-1, 8)),
        [class_id] * len(people),
    )


def ids(tracker: Tracker, detections: FrameDetections) -> list[int]:
    return [box.track_id for box in tracker.step(detections)]


def test_a_track_of_the_first_frame_is_shown_at_once() -> None:
    assert ids(Tracker(DEFAULT), frame(0, 1)) == [1, 2]


def test_a_later_track_is_shown_from_its_second_frame_on() -> None:
    tracker = Tracker(DEFAULT)
    ids(tracker, frame(0))
    assert ids(tracker, frame(0, 3)) == [1]
    assert ids(tracker, frame(0, 3)) == [1, 2]


def test_ids_belong_to_the_tracker() -> None:
    first, second = Tracker(OFFICIAL), Tracker(OFFICIAL)
    assert ids(first, frame(0, 1)) == ids(second, frame(2, 3)) == [1, 2]


def test_reset_makes_the_next_frame_the_first() -> None:
    tracker = Tracker(DEFAULT)
    before = [ids(tracker, frame(0, 1)) for _ in range(3)]
    tracker.reset()
    assert [ids(tracker, frame(0, 1)) for _ in range(3)] == before


def test_a_person_who_returns_in_time_keeps_the_id() -> None:
    tracker = Tracker(dataclasses.replace(DEFAULT, max_frames_lost=5))
    for _ in range(3):
        ids(tracker, frame(0, 1))
    for _ in range(5):
        assert ids(tracker, frame(0)) == [1]
    assert ids(tracker, frame(0, 1)) == [1, 2]


def test_a_person_who_returns_too_late_gets_a_new_id() -> None:
    tracker = Tracker(dataclasses.replace(DEFAULT, max_frames_lost=5))
    for _ in range(3):
        ids(tracker, frame(0, 1))
    for _ in range(6):
        ids(tracker, frame(0))
    assert ids(tracker, frame(0, 1)) == [1]
    assert ids(tracker, frame(0, 1)) == [1, 3]


def test_the_official_code_remembers_one_frame_longer_and_then_forgets_at_once() -> None:
    tracker = Tracker(dataclasses.replace(OFFICIAL, max_frames_lost=5))
    for _ in range(3):
        ids(tracker, frame(0, 1))
    for _ in range(6):
        ids(tracker, frame(0))
    assert ids(tracker, frame(0, 1)) == [1, 2]
    ids(tracker, frame(0))
    assert ids(tracker, frame(0, 1)) == [1], "the zombie must not return twice"


def turned(share: float) -> list[float]:
    """A look between those of the first two people: 0 is the first, 1 the second."""
    angle = share * np.pi / 2
    return [float(np.cos(angle)), float(np.sin(angle)), *[0.0] * 6]


@pytest.mark.parametrize(("return_cost", "goes_on"), [(0.0, 1), (0.2, 2)])
def test_a_lost_track_that_is_dearer_does_not_take_over_from_the_one_that_is_seen(
    return_cost: float, goes_on: int
) -> None:
    tracker = Tracker(
        dataclasses.replace(TrackerSettings.default(frame_rate=25), return_cost=return_cost)
    )
    place, beside = [50.0, 50, 90, 150], [56.0, 50, 96, 150]
    both = FrameDetections([place, beside], [0.9, 0.9], [turned(0), turned(0.4)])
    assert ids(tracker, both) == [1, 2]
    assert ids(tracker, FrameDetections([beside], [0.9], [turned(0.4)])) == [2]
    nearer_the_lost_one = FrameDetections([beside], [0.9], [turned(0.15)])
    assert ids(tracker, nearer_the_lost_one) == [goes_on]


def test_a_dearer_return_is_possible_as_before_where_nobody_else_is() -> None:
    settings = dataclasses.replace(
        TrackerSettings.default(frame_rate=25), return_cost=0.3, lost_match_by_overlap=False
    )
    tracker = Tracker(settings)
    place = [[50.0, 50, 90, 150]]
    ids(tracker, FrameDetections(place, [0.9], [turned(0)]))
    ids(tracker, FrameDetections.empty(8))
    changed = FrameDetections(place, [0.9], [turned(0.55)])
    assert 1 - turned(0.55)[0] > settings.appearance_cost_max - settings.return_cost
    assert ids(tracker, changed) == [1]


def test_a_returning_track_takes_the_score_of_its_detection() -> None:
    for chosen, expected in ((DEFAULT, 0.5), (OFFICIAL, 0.9)):
        tracker = Tracker(chosen)
        tracker.step(frame(0))
        tracker.step(frame())
        (box,) = tracker.step(frame(0, scores=[0.5]))
        assert box.score == pytest.approx(expected)


def test_a_fast_newborn_is_followed_because_it_is_predicted_like_any_other() -> None:
    assert DEFAULT.predict_unconfirmed and not OFFICIAL.predict_unconfirmed
    tracker = Tracker(DEFAULT)
    ids(tracker, frame(0))
    ids(tracker, frame(0, 2))
    assert ids(tracker, frame(0, 2, dx=4)) == [1, 2]


def test_flickers_use_up_no_ids() -> None:
    for chosen, expected in ((DEFAULT, 2), (OFFICIAL, 4)):
        tracker = Tracker(chosen)
        for people in ([0], [0, 2], [0], [0, 4], [0], [0, 6]):
            ids(tracker, frame(*people))
        assert ids(tracker, frame(0, 6)) == [1, expected]


def test_a_track_never_crosses_into_another_class() -> None:
    tracker = Tracker(DEFAULT)
    for _ in range(3):
        ids(tracker, frame(0, class_id=0))
    seen = [box for _ in range(3) for box in tracker.step(frame(0, class_id=1))]
    assert {(box.track_id, box.class_id) for box in seen} == {(2, 1)}


def test_detections_at_or_below_the_threshold_take_no_part() -> None:
    tracker = Tracker(DEFAULT)
    boxes = tracker.step(frame(0, 1, 2, scores=[0.1, 0.4, 0.41]))
    assert [box.detection_index for box in boxes] == [2]


def test_the_detection_index_points_into_what_was_handed_in() -> None:
    tracker = Tracker(DEFAULT)
    tracker.step(frame(0, 1, 2))
    boxes = tracker.step(frame(2, 5, 1, 0, scores=[0.9, 0.1, 0.8, 0.7]))
    assert {box.track_id: box.detection_index for box in boxes} == {1: 3, 2: 2, 3: 0}


def test_boxes_without_area_take_no_part() -> None:
    tracker = Tracker(OFFICIAL)
    flat = FrameDetections([[5, 5, 5, 9], [9, 9, 3, 12]], [0.9, 0.9], np.eye(2))
    assert tracker.step(flat) == []


def test_without_embeddings_overlap_alone_carries_a_track() -> None:
    tracker = Tracker(DEFAULT)
    for dx in range(5):
        given = FrameDetections([[dx, 0, 40 + dx, 90]], [0.9], np.zeros((1, 0)))
        assert ids(tracker, given) == [1]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused_and_leave_the_tracker_as_it_was(bad: float) -> None:
    tracker = Tracker(DEFAULT)
    ids(tracker, frame(0))
    with pytest.raises(ValueError, match="boxes_xyxy of detection 1"):
        tracker.step(FrameDetections([[0, 0, 9, 9], [0, 0, bad, 9]], [0.9, 0.1], np.eye(2, 8)))
    with pytest.raises(ValueError, match="scores of detection 0"):
        tracker.step(FrameDetections([[0, 0, 9, 9]], [bad], np.eye(1, 8)))
    with pytest.raises(ValueError, match="embeddings of detection 0"):
        tracker.step(FrameDetections([[0, 0, 9, 9]], [0.9], np.full((1, 8), bad)))
    assert ids(tracker, frame(0)) == [1]


def test_embeddings_of_another_length_are_refused() -> None:
    tracker = Tracker(DEFAULT)
    ids(tracker, frame(0))
    with pytest.raises(ValueError, match="8 values so far, now 4"):
        tracker.step(FrameDetections([[0, 0, 9, 9]], [0.9], np.eye(1, 4)))


def random_frame(draw: np.random.Generator, *, count: int) -> FrameDetections:
    corners = draw.uniform(0, 300, (count, 2))
    boxes = np.concatenate([corners, corners + draw.uniform(5, 120, (count, 2))], axis=1)
    return FrameDetections(
        boxes, draw.random(count), draw.standard_normal((count, 6)), draw.integers(0, 2, count)
    )


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    counts=st.lists(st.integers(0, 12), min_size=1, max_size=25),
    official=st.booleans(),
)
def test_no_id_is_given_to_two_boxes_of_a_frame_nor_a_detection_to_two_ids(
    seed: int, counts: list[int], official: bool
) -> None:
    draw = np.random.default_rng(seed)
    tracker = Tracker(OFFICIAL if official else DEFAULT)
    for count in counts:
        boxes = tracker.step(random_frame(draw, count=count))
        assert len({box.track_id for box in boxes}) == len(boxes)
        assert len({box.detection_index for box in boxes}) == len(boxes)
        assert all(box.track_id >= 1 and np.isfinite(box.box_xyxy).all() for box in boxes)


def test_a_copied_tracker_goes_on_as_the_first_would() -> None:
    tracker = Tracker(DEFAULT)
    scene = [frame(0, 1) if t % 3 else frame(0, 1, 2, dx=2.0) for t in range(8)]
    scene += [frame(0)] * 4 + [frame(0, 1, 2, dx=4.0)] * 4
    for detections in scene[:6]:
        tracker.step(detections)
    other = copy.deepcopy(tracker)
    for detections in scene[6:]:
        told = tracker.step(detections)
        assert [vars_of(box) for box in other.step(detections)] == [vars_of(box) for box in told]


def vars_of(box: TrackedBox) -> tuple[int, int | None, float, list[float]]:
    return box.track_id, box.detection_index, box.score, np.asarray(box.box_xyxy).tolist()
