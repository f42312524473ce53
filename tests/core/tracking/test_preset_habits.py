"""What tells one method from another, shown on a few boxes."""

import dataclasses

import cv2
import numpy as np
import pytest

from trackmend_core.tracking import Preset, Tracker, preset_settings
from trackmend_core.tracking.candidates import select_candidates
from trackmend_core.tracking.method_settings import DeepSortSettings, OcSortSettings
from trackmend_core.tracking.methods.area_kalman import AreaStates
from trackmend_core.tracking.methods.camera_motion import CameraMotion
from trackmend_core.tracking.methods.observations import Observations, directions, relive
from trackmend_core.tracking.methods.sides_kalman import SidesStates
from trackmend_core.types import FrameDetections, ImageArray


def tracker(preset: Preset, **own: float | bool) -> Tracker:
    settings = preset_settings(preset, frame_rate=30, score_threshold=0.4)
    if own:
        assert settings.method is not None
        settings = dataclasses.replace(settings, method=dataclasses.replace(settings.method, **own))
    return Tracker(settings)


def person(x: float, *, score: float = 0.9, look: int = 0, y: float = 50) -> FrameDetections:
    return FrameDetections([[x, y, x + 40, y + 100]], [score], [np.eye(8)[look]])


def ids(chosen: Tracker, detections: FrameDetections) -> list[int]:
    return [box.track_id for box in chosen.step(detections)]


def nobody() -> FrameDetections:
    return FrameDetections.empty(8)


def test_iou_shows_a_track_from_its_second_box_and_once_it_was_sure() -> None:
    chosen = tracker(Preset.IOU, peak_score_min=0.8)
    assert [ids(chosen, person(0, score=s)) for s in (0.5, 0.6, 0.9, 0.5)] == [[], [], [1], [1]]


def test_iou_forgets_at_the_first_miss() -> None:
    chosen = tracker(Preset.IOU)
    assert [ids(chosen, person(0)) for _ in range(2)] == [[], [1]]
    ids(chosen, nobody())
    assert [ids(chosen, person(0)) for _ in range(2)] == [[], [2]]


def test_iou_lets_tracks_choose_in_their_order() -> None:
    chosen = tracker(Preset.IOU)
    two = FrameDetections([[0, 0, 40, 100], [6, 0, 46, 100]], [0.9, 0.8], np.eye(2, 8))
    ids(chosen, two)
    only_one = FrameDetections([[6, 0, 46, 100]], [0.9], np.eye(1, 8))
    (box,) = chosen.step(only_one)
    assert box.track_id == 1, (
        "the first overlaps enough and takes it, though the second fits better"
    )


def test_sort_follows_speed_that_plain_overlap_loses() -> None:
    shown = {}
    for preset in (Preset.SORT, Preset.IOU):
        chosen = tracker(preset)
        for step in range(16):
            shown[preset] = ids(chosen, person(step * (step + 2)))
    assert shown == {Preset.SORT: [1], Preset.IOU: []}


def test_sort_asks_a_returned_track_to_prove_itself_again() -> None:
    chosen = tracker(Preset.SORT)
    assert [ids(chosen, person(0)) for _ in range(6)] == [[1]] * 6
    ids(chosen, nobody())
    assert [ids(chosen, person(0)) for _ in range(4)] == [[], [], [1], [1]]


def test_deepsort_knows_a_look_from_long_ago() -> None:
    """The least distance to the gallery counts, where a running mean would have moved on."""
    chosen = tracker(Preset.DEEPSORT)
    turned = [0] * 5 + [1] * 12
    for look in turned:
        ids(chosen, person(0, look=look))
    for _ in range(8):
        ids(chosen, nobody())
    assert ids(chosen, person(0, look=0)) == [1]


def test_deepsort_keeps_no_more_looks_than_the_gallery_holds() -> None:
    chosen = tracker(Preset.DEEPSORT, gallery_size=3)
    for look in (0, 0, 0, 1, 1, 1):
        ids(chosen, person(0, look=look))
    for _ in range(8):
        ids(chosen, nobody())
    assert ids(chosen, person(0, look=0)) == [], "the first look has left the gallery"
    assert DeepSortSettings().gallery_size == 100


def test_deepsort_gives_a_detection_to_the_track_seen_last() -> None:
    chosen = tracker(Preset.DEEPSORT)
    both = FrameDetections(
        [[0, 50, 40, 150], [3, 50, 43, 150]], [0.9, 0.8], [np.eye(8)[0], np.eye(8)[0]]
    )
    for _ in range(4):
        boxes = chosen.step(both)
    first, second = (box.track_id for box in boxes)
    for _ in range(3):
        assert ids(chosen, person(0)) == [first]
    assert ids(chosen, person(3)) == [first], f"{second} fits better but was missing for longer"


def test_who_walks_in_front_of_somebody_hidden_stays_in_sight() -> None:
    """The official code drops the younger of a seen and a lost track that cover one another."""
    shown = {}
    for preset in (Preset.DEFAULT, Preset.OFFICIAL):
        chosen = tracker(preset)
        for _ in range(40):
            ids(chosen, person(0))
        for x in range(-120, -40, 8):
            chosen.step(
                FrameDetections([[0, 50, 40, 150], [x, 50, x + 40, 150]], [0.9, 0.8], np.eye(2, 8))
            )
        shown[preset] = [ids(chosen, person(x, look=1)) for x in range(-40, 80, 8)]
    assert shown[Preset.DEFAULT] == [[2]] * 15
    assert [] in shown[Preset.OFFICIAL]


def test_a_lost_track_returns_by_overlap_though_it_looks_different() -> None:
    returned = {}
    for preset in (Preset.DEFAULT, Preset.OFFICIAL):
        chosen = tracker(preset)
        for _ in range(4):
            ids(chosen, person(0))
        for _ in range(3):
            ids(chosen, nobody())
        returned[preset] = [ids(chosen, person(0, look=1)) for _ in range(2)]
    assert returned[Preset.DEFAULT] == [[1], [1]]
    assert [1] not in returned[Preset.OFFICIAL]


@pytest.mark.parametrize("preset", [Preset.BYTETRACK, Preset.BOTSORT])
def test_a_doubtful_detection_goes_on_with_a_track_but_starts_none(preset: Preset) -> None:
    chosen = tracker(preset)
    assert ids(chosen, person(0)) == [1]
    assert ids(chosen, person(0, score=0.2)) == [1]
    assert ids(chosen, person(0, score=0.05)) == []
    strangers = tracker(preset)
    assert [ids(strangers, person(0, score=0.45)) for _ in range(3)] == [[], [], []]
    assert ids(tracker(Preset.DEFAULT), person(0, score=0.2)) == []


def test_a_doubtful_detection_says_nothing_about_the_looks() -> None:
    chosen = tracker(Preset.BOTSORT)
    ids(chosen, person(0, look=0))
    for _ in range(10):
        ids(chosen, person(0, look=1, score=0.2))
    features = chosen._method._tracks.features  # type: ignore[attr-defined]
    np.testing.assert_allclose(features[0], np.eye(8)[0], atol=1e-6)


def test_ocsort_puts_out_what_was_observed() -> None:
    chosen = tracker(Preset.OCSORT)
    for x in (0, 5, 3, 9):
        (box,) = chosen.step(person(x))
        np.testing.assert_array_equal(box.box_xyxy, [x, 50, x + 40, 150])


def test_ocsort_recovers_at_the_last_observation_what_prediction_lost() -> None:
    """A walker who stops dead behind a pole: the prediction walks on, the observation waits."""
    shown = {}
    for recover in (True, False):
        chosen = tracker(Preset.OCSORT, recover=recover)
        for x in range(0, 120, 12):
            ids(chosen, person(x))
        for _ in range(6):
            ids(chosen, nobody())
        shown[recover] = {n for _ in range(6) for n in ids(chosen, person(110))}
    assert shown == {True: {1}, False: {2}}


def test_reliving_an_absence_gives_the_speed_of_the_straight_line() -> None:
    only, boxes = np.array([0]), np.array([[20.0, 100, 0.4, 100]])
    state = AreaStates.start(boxes)
    for _ in range(8):  # moves 5 pixels a frame to the right
        state.predict()
        boxes = boxes + np.array([5.0, 0, 0, 0])
        state.update(only, boxes)
    last = state.boxes_xyxy()[0]
    now = last + np.array([0.0, 300, 0, 300])  # seen again 30 frames later, straight below
    relived = relive(state.select(only), last, now, frames=30)
    np.testing.assert_allclose(relived.means[0, 4:6], [0, 10], atol=1)
    np.testing.assert_allclose(relived.boxes_xyxy()[0], now, atol=5)


def test_a_heading_is_measured_over_the_oldest_box_in_memory() -> None:
    memory = Observations.start(np.array([[0.0, 0, 10, 10]]), frames=3)
    only = np.array([0])
    for x in (10, 20, 30, 40):
        memory.age()
        memory.observe(only, np.array([[x, 0.0, x + 10, 10]]))
    memory.age()
    np.testing.assert_array_equal(memory.earlier(), [[20, 0, 30, 10]])
    for _ in range(5):
        memory.age()
    np.testing.assert_array_equal(memory.earlier(), [[40, 0, 50, 10]])
    np.testing.assert_allclose(memory.headings, [[1, 0]], atol=1e-6)
    still = np.zeros((1, 4))
    np.testing.assert_array_equal(directions(still, still), [[0, 0]])


def test_ocsort_prefers_the_pair_that_keeps_its_direction() -> None:
    """Two walkers meet: overlap alone is undecided, the direction is not."""
    weight = OcSortSettings().direction_weight
    assert weight > 0
    switched = {}
    for chosen_weight in (weight, 0.0):
        chosen = tracker(Preset.OCSORT, direction_weight=chosen_weight, min_hits=1)
        for step in range(24):
            x = 5 * step
            boxes = [[x, 50, x + 40, 150], [115 - x, 51, 155 - x, 151]]
            last = chosen.step(FrameDetections(boxes, [0.9, 0.9], np.zeros((2, 0))))
            if step == 2:
                first = {box.detection_index: box.track_id for box in last}
        switched[chosen_weight] = first != {box.detection_index: box.track_id for box in last}
    assert switched[weight] is False


def textured(shift_px: int) -> ImageArray:
    noise = np.random.default_rng(0).integers(0, 255, (60, 120, 3), dtype=np.uint8)
    wide = cv2.resize(noise, (960, 480), interpolation=cv2.INTER_CUBIC)
    return np.asarray(wide[:, 100 + shift_px : 740 + shift_px], np.uint8).copy()


def test_camera_motion_is_the_shift_of_the_picture() -> None:
    camera = CameraMotion()
    none = np.zeros((0, 4))
    assert camera.since_last_frame(textured(0), people_xyxy=none) is None
    warp = camera.since_last_frame(textured(12), people_xyxy=none)
    assert warp is not None
    np.testing.assert_allclose(warp, [[1, 0, -12], [0, 1, 0]], atol=0.3)
    assert camera.since_last_frame(None, people_xyxy=none) is None
    assert camera.since_last_frame(np.zeros((1, 1, 3), np.uint8), people_xyxy=none) is None
    assert camera.since_last_frame(textured(0), people_xyxy=none) is None, "nothing to compare with"
    blank = np.zeros((480, 640, 3), np.uint8)
    assert camera.since_last_frame(blank, people_xyxy=none) is None


def test_botsort_keeps_a_person_whom_a_jerk_of_the_camera_moves_away() -> None:
    """The looks change with the jerk, so that only the camera's motion can tell."""
    seen = {}
    for has_image in (True, False):
        chosen = tracker(Preset.BOTSORT)
        assert chosen.wants_image
        for _ in range(5):
            chosen.step(person(400), textured(0) if has_image else None)
        moved = chosen.step(person(350, look=1), textured(50) if has_image else None)
        seen[has_image] = [box.track_id for box in moved]
    assert seen == {True: [1], False: []}


def test_no_other_method_asks_for_the_frames() -> None:
    wanting = {preset for preset in Preset if tracker(preset).wants_image}
    assert wanting == {Preset.BOTSORT}
    assert not tracker(Preset.BOTSORT, camera_motion=False).wants_image


def test_a_warp_moves_boxes_and_speeds_with_the_picture() -> None:
    states = SidesStates.start(np.array([[100.0, 50, 0.5, 80]]))
    states.means[0, 4:6] = [3, 0]
    quarter_turn = np.array([[0.0, -1, 7], [1, 0, 0]])
    states.warp(quarter_turn)
    np.testing.assert_allclose(states.means[0, :2], [-50 + 7, 100])
    np.testing.assert_allclose(states.means[0, 4:6], [0, 3])


def test_the_filter_over_sides_comes_to_rest_on_a_still_person() -> None:
    states, measured = (
        SidesStates.start(np.array([[100.0, 50, 0.5, 80]])),
        np.array([[104.0, 52, 0.5, 84]]),
    )
    rows = np.array([0])
    for _ in range(60):
        states.predict(rows, freeze_height=np.array([False]))
        states.update(rows, measured)
    np.testing.assert_allclose(states.boxes_xyxy(), [[83, 10, 125, 94]], atol=0.1)
    away = measured + np.array([[9.0, 0, 0, 0]])
    distances = states.squared_mahalanobis(rows, np.concatenate([measured, away]))[0]
    assert distances[0] < 0.01 < distances[1]


def test_candidates_of_an_empty_frame_have_no_rows() -> None:
    assert len(select_candidates(FrameDetections.empty(), score_threshold=0.4)) == 0
