"""The values that travel between rooms."""

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.types import FrameDetections, Progress


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        FrameDetections(np.zeros((2, 4)), np.zeros(3), np.zeros((2, 8)))


def test_classes_default_to_the_first() -> None:
    detections = FrameDetections(np.zeros((2, 4)), np.ones(2), np.ones((2, 8)))
    assert detections.class_ids.tolist() == [0, 0]


def test_selecting_keeps_every_column_aligned() -> None:
    detections = FrameDetections(
        np.arange(12).reshape(3, 4), [0.9, 0.5, 0.1], np.eye(3), class_ids=[2, 1, 0]
    )
    chosen = detections.select(np.array([True, False, True]))
    assert chosen.boxes_xyxy[:, 0].tolist() == [0, 8]
    assert chosen.embeddings.tolist() == np.eye(3)[[0, 2]].tolist()
    assert chosen.class_ids.tolist() == [2, 0]
    assert len(chosen) == 2


def test_an_empty_frame_keeps_the_embedding_dimension() -> None:
    assert FrameDetections.empty(128).embeddings.shape == (0, 128)
    assert FrameDetections(np.zeros((0, 4)), [], np.zeros((0, 64))).embeddings.shape == (0, 64)


def test_the_time_left_is_unknown_without_a_speed() -> None:
    assert Progress(done=1, total=10).seconds_left is None
    assert Progress(done=4, total=10, units_per_second=2.0).seconds_left == 3.0


def test_a_user_error_says_what_to_do() -> None:
    assert str(UserError("It is not there.", "Look again.")) == "It is not there. Look again."
