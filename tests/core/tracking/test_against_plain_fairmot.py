"""The fast cascade gives the very ids of the plain one, in scenes that invite it to differ."""

import dataclasses

import numpy as np
import pytest
from crowd_scene import CrowdSettings, crowd
from plain_fairmot import PlainFairMot

from trackmend_core.tracking import Tracker, TrackerSettings

SMALL = CrowdSettings(people=25, frames=120)
SCENES = {
    "25 people": SMALL,
    "absences about as long as the memory": dataclasses.replace(
        SMALL, seed=1, vanish=0.04, longest_absence=12, frames=200
    ),
    "many lost, many seen twice": dataclasses.replace(
        SMALL, people=60, seed=2, miss=0.35, duplicate=0.15, frames=80
    ),
    "seen twice at the very same place": dataclasses.replace(
        SMALL, seed=3, duplicate=0.2, exact_copies=True
    ),
    "empty frames": dataclasses.replace(SMALL, seed=4, empty_every=7),
    "a crowd of 125": dataclasses.replace(
        SMALL, people=125, seed=5, frames=40, embedding_dim=64, frame_wh=(1920, 1080)
    ),
    "a crowd of 300": dataclasses.replace(
        SMALL, people=300, seed=6, frames=14, embedding_dim=64, frame_wh=(1920, 1080)
    ),
    "hardly any looks": dataclasses.replace(SMALL, seed=7, appearance_noise=1.5, people=40),
}


@pytest.mark.parametrize("name", SCENES)
def test_ids_order_scores_and_boxes_are_those_of_the_plain_cascade(name: str) -> None:
    buffer = 8 if "memory" in name else 30
    settings = TrackerSettings.official(score_threshold=0.4, track_buffer=buffer)
    ours, plain = Tracker(settings), PlainFairMot(score_threshold=0.4, buffer=buffer)
    shown = 0
    for number, frame in enumerate(crowd(SCENES[name])):
        boxes, expected = ours.step(frame.detections), plain.step(frame.detections)
        assert [box.track_id for box in boxes] == [t.track_id for t in expected], number
        assert [box.score for box in boxes] == [t.score for t in expected], number
        if boxes:
            np.testing.assert_allclose(
                [box.box_xyxy for box in boxes], [t.box_tlbr() for t in expected], atol=1e-6
            )
        shown += len(boxes)
    assert shown > 500
    assert plain.last_id > SCENES[name].people, "the scene gave the tracker nothing to decide"
