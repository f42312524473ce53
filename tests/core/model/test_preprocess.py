from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackmend_core.geometry import Letterbox
from trackmend_core.model import letterbox_image, preprocess
from trackmend_core.model.input_size import matching_input_wh


def test_letterbox_and_network_input_equal_the_official_ones(shared_dir: Path) -> None:
    golden = np.load(shared_dir / "golden" / "preprocess.npz")
    compared = 0
    for name in golden.files:
        kind, _, sizes = name.partition("_")
        if kind not in ("letterboxed", "tensor"):
            continue
        source, net = sizes.split("_to_")
        image = golden[f"img_{source}"]
        input_wh = (int(net.split("x")[0]), int(net.split("x")[1]))
        if kind == "letterboxed":
            found = letterbox_image(image, input_wh=input_wh).astype(int)
            np.testing.assert_allclose(found, golden[name].astype(int), atol=1)
        else:
            np.testing.assert_allclose(
                preprocess(image, input_wh=input_wh)[0], golden[name], atol=1.01 / 255
            )
        compared += 1
    assert compared == 13


def test_letterbox_geometry_equals_the_official_one(shared_dir: Path) -> None:
    geometry = np.load(shared_dir / "golden" / "preprocess.npz")["geometry"]
    for src_w, src_h, net_w, net_h, ratio, dw, dh in geometry:
        letterbox = Letterbox.fit(
            source_wh=(int(src_w), int(src_h)), input_wh=(int(net_w), int(net_h))
        )
        assert letterbox.ratio == pytest.approx(ratio)
        assert (letterbox.pad_left, letterbox.pad_top) == (round(dw - 0.1), round(dh - 0.1))
        assert letterbox.resized_wh == (round(src_w * ratio), round(src_h * ratio))


def test_the_network_sees_red_green_blue_between_zero_and_one() -> None:
    image = np.zeros((64, 96, 3), np.uint8)
    image[:] = (255, 51, 0)
    planes, letterbox = preprocess(image, input_wh=(96, 64))
    assert planes.dtype == np.float32
    assert planes.shape == (3, 64, 96)
    assert letterbox.resized_wh == (96, 64)
    np.testing.assert_allclose(planes.reshape(3, -1).T, np.tile([0, 0.2, 1.0], (96 * 64, 1)))


def test_the_border_is_grey_and_the_frame_sits_in_the_middle() -> None:
    placed = letterbox_image(np.zeros((10, 40, 3), np.uint8), input_wh=(64, 64))
    black_rows = np.flatnonzero((placed == 0).all((1, 2)))
    assert black_rows.tolist() == list(range(24, 40))
    assert (np.delete(placed, black_rows, 0) == 128).all()


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    net=st.tuples(st.integers(1, 6), st.integers(1, 6)),
)
def test_any_frame_fits_any_input(width: int, height: int, net: tuple[int, int]) -> None:
    input_wh = (32 * net[0], 32 * net[1])
    placed = letterbox_image(np.full((height, width, 3), 7, np.uint8), input_wh=input_wh)
    assert placed.shape == (input_wh[1], input_wh[0], 3)
    assert set(np.unique(placed).tolist()) <= {7, 128}


@pytest.mark.parametrize(
    "image",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)],
)
def test_what_is_not_a_colour_image_is_refused(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8"):
        preprocess(image, input_wh=(32, 32))


@pytest.mark.parametrize(
    ("source_wh", "trained_wh", "expected"),
    [
        ((1920, 1080), (1088, 608), (1088, 608)),
        ((640, 480), (640, 480), (640, 480)),
        ((320, 240), (640, 480), (640, 480)),
        ((1080, 1920), (1088, 608), (608, 1088)),
    ],
)
def test_the_input_keeps_the_trained_size_where_the_shape_allows(
    source_wh: tuple[int, int], trained_wh: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert matching_input_wh(source_wh, trained_wh=trained_wh) == expected


@settings(max_examples=100, deadline=None)
@given(width=st.integers(60, 5000), height=st.integers(60, 5000))
def test_the_input_has_about_the_trained_area_and_the_shape_of_the_video(
    width: int, height: int
) -> None:
    net_w, net_h = matching_input_wh((width, height), trained_wh=(640, 480))
    assert net_w % 32 == 0
    assert net_h % 32 == 0
    if 1 / 4 < width / height < 4:
        assert net_w * net_h == pytest.approx(640 * 480, rel=0.25)
        letterbox = Letterbox.fit(source_wh=(width, height), input_wh=(net_w, net_h))
        assert np.prod(letterbox.resized_wh) > 0.88 * net_w * net_h
