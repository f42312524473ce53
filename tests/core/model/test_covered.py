"""People in front: what of a box shows its own person, and what of that is read."""

import cv2
import numpy as np
import pytest

from trackmend_core.model import Detector, load_checkpoint
from trackmend_core.model.colours import ColourReader, colour_histograms, colour_signature
from trackmend_core.model.covered import (
    KNOWN_IOU,
    SAME_IOU,
    STANDS_THERE,
    shown_of_own,
    who_stands,
    with_those_beside,
)
from trackmend_core.synthetic import StreetSettings, draw_street
from trackmend_core.types import ImageArray
from trackmend_resources import resource_path

BUNDLED = resource_path() / "models" / "trackmend-light.safetensors"
RED, GREEN, GREY = (40, 40, 200), (60, 180, 60), 120
PERSON = np.array([[100.0, 50.0, 140.0, 170.0]])
NEARER = np.array([[112.0, 60.0, 162.0, 210.0]])
WH = (24, 48)


def street(*people: tuple[np.ndarray, tuple[int, int, int]]) -> ImageArray:
    """Return people, the nearest last, as slim figures in one colour each."""
    image = np.full((240, 320, 3), GREY, np.uint8)
    for ((x1, y1, x2, y2),), colour in people:
        middle, half = (x1 + x2) / 2, 0.6 * (x2 - x1) / 2
        figure = (round(middle - half), round(y1)), (round(middle + half), round(y2))
        cv2.rectangle(image, *figure, colour, -1)
    return image


def test_the_colours_of_somebody_half_hidden_are_their_own() -> None:
    (alone,) = colour_histograms(street((PERSON, RED)), PERSON)
    crossing = street((PERSON, RED), (NEARER, GREEN))
    (mixed,) = colour_histograms(crossing, PERSON)
    (own,) = colour_histograms(crossing, PERSON, standing_xyxy=np.concatenate((PERSON, NEARER)))
    assert alone @ mixed < 0.9
    assert alone @ own > 0.95


def test_who_stands_in_front_is_read_as_if_alone() -> None:
    both = np.concatenate((PERSON, NEARER))
    crossing = street((PERSON, RED), (NEARER, GREEN))
    np.testing.assert_array_equal(
        colour_histograms(crossing, NEARER, standing_xyxy=both),
        colour_histograms(crossing, NEARER),
    )


@pytest.mark.parametrize(
    ("other", "hides"),
    [
        ((118.0, 60.0, 168.0, 210.0), True),
        ((118.0, 20.0, 168.0, 169.0), False),
        ((200.0, 60.0, 240.0, 210.0), False),
        ((102.0, 52.0, 142.0, 172.0), False),
        ((118.0, 210.0, 168.0, 210.0), False),
    ],
    ids=["nearer", "farther", "elsewhere", "the same person twice", "empty"],
)
def test_only_others_who_stand_nearer_hide_anything(other: tuple[float, ...], hides: bool) -> None:
    shown = shown_of_own(PERSON, np.array([other]), patch_wh=WH)
    assert shown.shape == (1, 48, 24)
    assert shown.all() != hides


def test_what_is_hidden_lies_where_the_other_is() -> None:
    (shown,) = shown_of_own(PERSON, NEARER, patch_wh=WH)
    assert shown[:, :12].all()
    assert not shown[30, 20:].any()
    assert shown[:4].all()


def test_of_many_boxes_each_is_hidden_as_if_there_were_no_others() -> None:
    corners = np.random.default_rng(0).uniform(0, 120, (40, 2))
    boxes = np.concatenate((corners, corners + np.array((30, 80))), axis=1)
    together = shown_of_own(boxes, boxes, patch_wh=WH)
    assert 0.1 < together.mean() < 0.9
    for row in range(40):
        one = shown_of_own(boxes[row : row + 1], boxes, patch_wh=WH)
        np.testing.assert_array_equal(one[0], together[row])


def test_nobody_hides_nobody() -> None:
    nobody = np.zeros((0, 4))
    assert shown_of_own(nobody, NEARER, patch_wh=WH).shape == (0, 48, 24)
    assert shown_of_own(PERSON, nobody, patch_wh=WH).all()
    assert with_those_beside(nobody, nobody).shape == (0, 4)


def test_unsure_detections_do_not_stand_anywhere() -> None:
    boxes = np.concatenate((PERSON, NEARER)).astype(np.float32)
    scores = np.array([STANDS_THERE - 0.01, STANDS_THERE + 0.01])
    np.testing.assert_array_equal(who_stands(boxes, scores), NEARER)


def test_a_detection_of_a_known_person_is_not_somebody_else() -> None:
    likewise = PERSON + np.array((0.0, 20.0, 0.0, 40.0))
    assert with_those_beside(PERSON, np.concatenate((likewise, NEARER))).tolist() == [
        *PERSON.tolist(),
        *NEARER.tolist(),
    ]
    assert KNOWN_IOU < SAME_IOU


def test_a_detector_leaves_out_what_others_cover() -> None:
    *_, frame = draw_street(StreetSettings(frame_count=40, seed=6, lookalikes=1))
    detector = Detector(load_checkpoint(BUNDLED), min_score=0.1)
    length = detector.model.reid_dim
    signature = colour_signature(detector.model.network)
    assert signature is not None
    reader, scale = ColourReader(signature), np.sqrt(float(signature.share))
    seen, read = detector.detect_and_read(frame.image, frame.boxes_xyxy)
    boxes = seen.boxes_xyxy.astype(np.float64)
    standing = who_stands(boxes, seen.scores)
    assert not shown_of_own(boxes, standing, patch_wh=WH).all()
    for found, at, there in (
        (seen.embeddings, boxes, standing),
        (read, frame.boxes_xyxy, with_those_beside(frame.boxes_xyxy, standing)),
    ):
        expected = scale * reader.read(frame.image, at, standing_xyxy=there)
        np.testing.assert_allclose(found[:, length:], expected, atol=1e-3)
