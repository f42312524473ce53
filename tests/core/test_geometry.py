"""Overlap and the maps between frame and network input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackmend_core.geometry import Letterbox, iou_matrix


def test_the_inclusive_overlap_counts_the_border_pixel() -> None:
    a, b = np.array([[0.0, 0, 10, 10]]), np.array([[0.0, 0, 10, 20]])
    assert iou_matrix(a, b)[0, 0] == pytest.approx(0.5)
    assert iou_matrix(a, b, inclusive=True)[0, 0] == pytest.approx(121 / 231)


def test_no_boxes_give_an_empty_matrix() -> None:
    assert iou_matrix(np.zeros((0, 4)), np.zeros((3, 4))).shape == (0, 3)


boxes = st.lists(st.floats(-100, 100), min_size=4, max_size=4).map(
    lambda v: [min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]), max(v[1], v[3])]
)


@given(a=boxes, b=boxes)
def test_overlap_is_symmetric_and_bounded(a: list[float], b: list[float]) -> None:
    one, other = iou_matrix(np.array([a]), np.array([b])), iou_matrix(np.array([b]), np.array([a]))
    assert one[0, 0] == pytest.approx(other[0, 0])
    assert 0 <= one[0, 0] <= 1


def test_a_full_hd_frame_fits_like_the_official_letterbox() -> None:
    box = Letterbox.fit(source_wh=(1920, 1080), input_wh=(1088, 608))
    assert box.resized_wh == (1081, 608)
    assert (box.pad_left, box.pad_top) == (3, 0)


@given(
    width=st.integers(16, 4000),
    height=st.integers(16, 4000),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
)
def test_mapping_there_and_back_returns_the_box(
    width: int, height: int, x: float, y: float
) -> None:
    box = Letterbox.fit(source_wh=(width, height), input_wh=(640, 480))
    corner = np.array([[x * width, y * height, width, height]])
    back = box.input_to_source(box.source_to_input(corner))
    np.testing.assert_allclose(back, corner, atol=1e-6 * max(width, height))


def test_a_size_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        Letterbox.fit(source_wh=(0, 10), input_wh=(640, 480))
