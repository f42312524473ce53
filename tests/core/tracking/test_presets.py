"""Each method does what its paper says, and follows people well enough on the drawn street."""

import dataclasses
import json

import numpy as np
import pytest
from crowd_scene import CrowdSettings, crowd
from street_detections import Street, street_detections

from trackmend_core.errors import UserError
from trackmend_core.evaluation import ClearScores, evaluate_clear
from trackmend_core.exchange import mot_table
from trackmend_core.tracking import (
    INGREDIENTS,
    Preset,
    Tracker,
    TrackerSettings,
    preset_settings,
)
from trackmend_core.tracking.method_settings import OcSortSettings
from trackmend_core.types import FrameDetections, MotTable, TrackedBox

ALL = pytest.mark.parametrize("preset", Preset)
FLOORS = {
    Preset.DEFAULT: 0.88,
    Preset.OFFICIAL: 0.89,
    Preset.FAIRMOT: 0.87,
    Preset.IOU: 0.35,
    Preset.SORT: 0.56,
    Preset.DEEPSORT: 0.87,
    Preset.BYTETRACK: 0.80,
    Preset.OCSORT: 0.85,
    Preset.BOTSORT: 0.90,
}
"""IDF1, a little below what was measured: .913 .923 .906 .389 .599 .901 .834 .879 .930."""


@pytest.fixture(scope="module")
def street() -> Street:
    return street_detections()


def settings_of(preset: Preset) -> TrackerSettings:
    return preset_settings(preset, frame_rate=25, score_threshold=0.4)


def as_table(boxes: list[list[TrackedBox]]) -> MotTable:
    corners = np.array([box.box_xyxy for frame in boxes for box in frame]).reshape(-1, 4)
    return mot_table(
        frames=[number for number, frame in enumerate(boxes, 1) for _ in frame],
        ids=[box.track_id for frame in boxes for box in frame],
        boxes_xywh=np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1),
        scores=[box.score for frame in boxes for box in frame],
        classes=[1] * len(corners),
    )


def judge(street: Street, settings: TrackerSettings) -> ClearScores:
    tracker = Tracker(settings)
    seen = zip(street.frames, street.detections, strict=True)
    return evaluate_clear(street.truth, as_table([tracker.step(d, f.image) for f, d in seen]))


@ALL
def test_it_follows_people_on_the_drawn_street(preset: Preset, street: Street) -> None:
    scores = judge(street, settings_of(preset))
    assert scores.idf1 >= FLOORS[preset], scores


def test_every_ingredient_of_table_6_changes_the_tracks(street: Street) -> None:
    default = settings_of(Preset.DEFAULT)
    scores = {
        name: judge(street, dataclasses.replace(default, **changes))
        for name, changes in INGREDIENTS.items()
    }
    assert len(set(scores.values())) == len(INGREDIENTS)
    by_overlap_alone = scores.pop("IoU only").idf1
    assert by_overlap_alone < min(one.idf1 for one in scores.values()) - 0.1


@ALL
def test_a_track_never_crosses_into_another_class(preset: Preset) -> None:
    tracker = Tracker(settings_of(preset))
    classes: dict[int, set[int]] = {}
    scene = CrowdSettings(people=20, frames=60, seed=8, classes=3, frame_wh=(640, 480))
    matched = 0
    for frame in crowd(scene):
        for box in tracker.step(frame.detections):
            if box.detection_index is not None:
                assert box.class_id == frame.detections.class_ids[box.detection_index]
            classes.setdefault(box.track_id, set()).add(box.class_id)
            matched += 1
    assert matched > 200
    assert {len(kinds) for kinds in classes.values()} == {1}
    assert set().union(*classes.values()) == {0, 1, 2}


@ALL
def test_box_score_and_detection_belong_together(preset: Preset) -> None:
    settings = dataclasses.replace(settings_of(preset), refresh_score_on_return=True)
    tracker = Tracker(settings)
    for frame in crowd(CrowdSettings(people=20, frames=40, seed=9)):
        said = tracker.step(frame.detections)
        assert len({box.track_id for box in said}) == len(said)
        boxes = [box for box in said if box.detection_index is not None]
        assert len(boxes) == len(said) or preset is Preset.DEFAULT, "who is hidden stands there too"
        indices = [box.detection_index for box in boxes]
        assert len(set(indices)) == len(boxes)
        np.testing.assert_allclose(
            frame.detections.scores[indices], [box.score for box in boxes], rtol=1e-6
        )
        overlap = [b.box_xyxy - frame.detections.boxes_xyxy[b.detection_index] for b in boxes]
        assert np.abs(overlap).max(initial=0) < 60


@ALL
def test_settings_survive_json_and_make_the_same_tracks(preset: Preset) -> None:
    settings = settings_of(preset)
    stored = TrackerSettings.from_dict(json.loads(json.dumps(settings.to_dict())))
    assert stored == settings
    one, two = Tracker(settings), Tracker(stored)
    for frame in crowd(CrowdSettings(people=10, frames=20)):
        ids = [[b.track_id for b in t.step(frame.detections)] for t in (one, two)]
        assert ids[0] == ids[1]


@ALL
def test_reset_makes_the_next_frame_the_first(preset: Preset) -> None:
    frames = [frame.detections for frame in crowd(CrowdSettings(people=10, frames=15))]
    tracker = Tracker(settings_of(preset))
    before = [[box.track_id for box in tracker.step(frame)] for frame in frames]
    tracker.reset()
    assert [[box.track_id for box in tracker.step(frame)] for frame in frames] == before
    assert max(map(max, filter(None, before))) >= 10


@ALL
def test_frames_without_detections_or_embeddings_do_no_harm(preset: Preset) -> None:
    tracker = Tracker(settings_of(preset))
    assert tracker.step(FrameDetections.empty()) == []
    for x in range(8):
        boxes = tracker.step(FrameDetections([[x, 0, 40 + x, 90]], [0.9], np.zeros((1, 0))))
    assert tracker.step(FrameDetections.empty()) == []
    assert len(boxes) == (0 if preset is Preset.DEEPSORT and not boxes else 1)


def test_a_setting_that_a_method_does_not_heed_is_refused_with_those_it_does() -> None:
    with pytest.raises(UserError, match=r"gate[\s\S]*min_hits"):
        settings_of(Preset.SORT).changed({"gate": "5"})
    with pytest.raises(UserError, match="whole number"):
        settings_of(Preset.SORT).changed({"min_hits": "few"})
    with pytest.raises(UserError, match="true or false"):
        settings_of(Preset.DEFAULT).changed({"use_motion": "maybe"})
    with pytest.raises(UserError, match="iou_min"):
        settings_of(Preset.SORT).changed({"iou_min": "nan"})
    with pytest.raises(UserError, match="nothing is matched"):
        settings_of(Preset.DEFAULT).changed({"use_appearance": "false", "use_overlap": "false"})
    with pytest.raises(UserError, match="Unknown tracking method: psychic"):
        TrackerSettings.from_dict({"method": "psychic"})


def test_a_setting_is_changed_by_what_a_person_writes() -> None:
    changed = settings_of(Preset.OCSORT).changed({"recover": "false", "max_frames_lost": "7"})
    assert isinstance(changed.method, OcSortSettings)
    assert (changed.method.recover, changed.max_frames_lost) == (False, 7)
    assert settings_of(Preset.DEFAULT).changed({"gate": "12"}).gate == 12.0


def test_settings_stored_before_there_were_methods_are_those_of_the_cascade() -> None:
    old = {"score_threshold": 0.3, "birth_score_threshold": 0.3, "max_frames_lost": 25}
    settings = TrackerSettings.from_dict(old)
    assert settings.method_name == "fairmot"
    mended_since = {
        "duplicate_iou_min": 0.85,
        "lost_match_by_overlap": False,
        "hidden_frames": 0,
        "turns_max": 0,
    }
    now = TrackerSettings.default(25, score_threshold=0.3)
    assert settings == dataclasses.replace(now, **mended_since)
