"""Two tracks that keep taking turns on one person become one; two people stay two."""

import dataclasses
from collections.abc import Iterable

import numpy as np
import pytest

from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import FrameDetections

SETTINGS = dataclasses.replace(
    TrackerSettings.default(10, score_threshold=0.4), hidden_frames=0, turns_max=4
)
BOXES_XYXY = {"a": (100.0, 50.0, 160.0, 210.0), "b": (108.0, 50.0, 168.0, 210.0)}
LOOKS = dict(zip("abc", np.eye(3, dtype=np.float32), strict=True))
ELDER, YOUNGER = 1, 2


def seen(who: str, *, shift_px: float = 0.0) -> FrameDetections:
    boxes = np.reshape([BOXES_XYXY[one] for one in who], (-1, 4))
    return FrameDetections(
        boxes + np.array([shift_px, 0, shift_px, 0]),
        [0.9] * len(who),
        np.reshape([LOOKS[one] for one in who], (-1, 3)),
    )


def met(settings: TrackerSettings = SETTINGS) -> Tracker:
    """Return a tracker that has seen both side by side, the elder first."""
    tracker = Tracker(settings)
    for who in ("a", "a", "a", "ab", "ab", "ab"):
        tracker.step(seen(who))
    return tracker


def shown(tracker: Tracker, frames: Iterable[str]) -> list[list[int]]:
    return [[box.track_id for box in tracker.step(seen(who))] for who in frames]


def test_after_the_turns_that_are_allowed_the_elder_goes_on_alone() -> None:
    tracker = met()
    # Nobody came back yet in the first frame; from the second on each is a turn.
    assert shown(tracker, "babab") == [[YOUNGER], [ELDER], [YOUNGER], [ELDER], [YOUNGER]]
    assert shown(tracker, "ababa") == [[ELDER]] * 5


def test_the_elder_takes_over_where_it_is_the_one_that_is_missing() -> None:
    tracker = met()
    assert shown(tracker, "ababa") == [[ELDER], [YOUNGER], [ELDER], [YOUNGER], [ELDER]]
    assert shown(tracker, "babab") == [[ELDER]] * 5


@pytest.mark.parametrize("turns_max", [0, 40])
def test_turns_that_are_allowed_change_nothing(turns_max: int) -> None:
    tracker = met(dataclasses.replace(SETTINGS, turns_max=turns_max))
    assert shown(tracker, "ab" * 10) == [[ELDER], [YOUNGER]] * 10


def test_who_was_seen_side_by_side_in_between_is_not_one_person() -> None:
    tracker = met()
    for _ in range(4):
        assert shown(tracker, ["a", "b", "a"]) == [[ELDER], [YOUNGER], [ELDER]]
        assert shown(tracker, ["ab"]) == [[ELDER, YOUNGER]]


def test_who_is_missing_elsewhere_took_no_turn() -> None:
    tracker = Tracker(SETTINGS)
    far_px = 400.0
    near, (left, top, right, bottom) = BOXES_XYXY["a"], BOXES_XYXY["b"]
    away = (left + far_px, top, right + far_px, bottom)
    apart = FrameDetections([near, away], [0.9, 0.9], np.stack([LOOKS["a"], LOOKS["b"]]))
    for _ in range(3):
        tracker.step(apart)
    for _ in range(10):
        assert [b.track_id for b in tracker.step(seen("a"))] == [1]
        assert [b.track_id for b in tracker.step(seen("b", shift_px=far_px))] == [2]


def test_somebody_with_a_pin_is_never_dropped() -> None:
    tracker = Tracker(SETTINGS)
    pins = {"a": 7, "b": 8}
    for who in ("a", "a", "ab", "ab", *("ab" * 10)):
        said = tracker.step(seen(who), pins=np.array([pins[one] for one in who]))
        assert [box.track_id for box in said] == [1 if one == "a" else 2 for one in who]


def test_only_the_default_counts_turns() -> None:
    assert TrackerSettings.default(25).turns_max == 6
    assert TrackerSettings.official().turns_max == 0
