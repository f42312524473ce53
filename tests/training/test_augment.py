"""Whatever is done to an image is done to its boxes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trackmend_training.augment import augment_image
from trackmend_training.augment.geometry import cut_boxes, map_boxes
from trackmend_training.augment.occlusion import paste_occluder
from trackmend_training.augment.official import affine_map, letterbox, warp_boxes
from trackmend_training.config import AugmentConfig
from trackmend_training.datasets import LabelledImage

Marked = tuple[np.ndarray, np.ndarray]
CROP_WH = (256, 224)


def labelled(boxes: np.ndarray) -> LabelledImage:
    return LabelledImage(
        path=Path("none"), boxes_xyxy=boxes, identities=np.arange(len(boxes), dtype=np.int64)
    )


@pytest.mark.parametrize("seed", range(12))
def test_the_box_stays_on_what_it_marks(
    seed: int, marked_image: Marked, still: AugmentConfig
) -> None:
    image, box = marked_image
    settings = replace(still, person_height_px=(40.0, 160.0), rotation_deg=5, shear_deg=2, flip=0.5)
    crop = augment_image(
        labelled(box), image, np.random.default_rng(seed), crop_wh=CROP_WH, settings=settings
    )
    assert crop.image.shape == (CROP_WH[1], CROP_WH[0], 3)
    rows, columns = np.nonzero(crop.image[..., 0] > 200)
    for found in crop.boxes_xyxy:
        seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        # A turned box's bounds are shrunk, by at most a tenth of its height at 5 degrees.
        np.testing.assert_allclose(found, seen, atol=0.1 * (seen[3] - seen[1]) + 2)


def test_the_same_chance_gives_the_same_crop(marked_image: Marked) -> None:
    image, box = marked_image
    crops = [
        augment_image(
            labelled(box),
            image,
            np.random.default_rng(7),
            crop_wh=CROP_WH,
            settings=AugmentConfig(),
        )
        for _ in range(2)
    ]
    np.testing.assert_array_equal(crops[0].image, crops[1].image)
    np.testing.assert_array_equal(crops[0].boxes_xyxy, crops[1].boxes_xyxy)


@pytest.mark.parametrize("seed", range(6))
def test_boxes_lie_inside_the_crop_and_keep_their_identity(seed: int, marked_image: Marked) -> None:
    image, _ = marked_image
    boxes = np.array([[10, 40, 60, 180], [120, 60, 160, 160], [250, 30, 330, 250]], np.float32)
    crop = augment_image(
        labelled(boxes),
        image,
        np.random.default_rng(seed),
        crop_wh=CROP_WH,
        settings=AugmentConfig(occlude=1.0),
    )
    assert len(crop.boxes_xyxy) == len(crop.identities)
    assert set(crop.identities.tolist()) <= {0, 1, 2}
    assert (crop.boxes_xyxy >= 0).all()
    assert (crop.boxes_xyxy <= np.tile(CROP_WH, 2)).all()


def test_the_given_image_is_not_changed(marked_image: Marked) -> None:
    image, box = marked_image
    before = image.copy()
    for seed in range(8):
        augment_image(
            labelled(box),
            image,
            np.random.default_rng(seed),
            crop_wh=CROP_WH,
            settings=AugmentConfig(occlude=1.0),
        )
    np.testing.assert_array_equal(image, before)


def test_an_image_without_people_gives_an_empty_crop() -> None:
    crop = augment_image(
        labelled(np.zeros((0, 4), np.float32)),
        np.zeros((90, 70, 3), np.uint8),
        np.random.default_rng(0),
        crop_wh=CROP_WH,
        settings=AugmentConfig(),
    )
    assert crop.boxes_xyxy.shape == (0, 4)


def test_a_mirror_swaps_left_and_right() -> None:
    mirror = np.array([[-1.0, 0, 100], [0, 1, 0]])
    mapped = map_boxes(np.array([[10, 20, 30, 60]], np.float32), mirror)
    np.testing.assert_allclose(mapped, [[70, 20, 90, 60]])


def test_a_box_mostly_outside_is_neither_right_nor_wrong() -> None:
    boxes = np.array([[-80, 10, 20, 50], [10, 10, 30, 50], [200, 10, 240, 50]], np.float32)
    cut, kept, doubtful = cut_boxes(boxes, crop_wh=(100, 100), min_visible=0.35)
    assert kept.tolist() == [False, True, False]
    assert doubtful.tolist() == [True, False, False]
    assert cut[0].tolist() == [0, 10, 20, 50]


def test_a_pasted_person_shows_the_one_it_was_copied_from(marked_image: Marked) -> None:
    image, box = marked_image
    for seed in range(20):
        pasted = paste_occluder(image, box, np.random.default_rng(seed))
        if pasted is None:
            continue
        changed, pasted_box, source = pasted
        assert source == 0
        x, y = ((pasted_box[:2] + pasted_box[2:]) / 2).astype(int)
        assert changed[y, x].min() > 150
        return
    pytest.fail("in twenty draws nobody was pasted")


OFFICIAL = AugmentConfig(
    style="fairmot", rotation_deg=5, shear_deg=2, hue_shift=0, value_gain=0.5, saturation_gain=0.5
)


def test_the_official_map_shifts_along_x_by_the_height() -> None:
    draws = np.array([0.5, 0.5, 1.0, 1.0, 0.5, 0.5])
    matrix, angle = affine_map(draws, net_wh=(272, 152), settings=OFFICIAL)
    assert angle == 0
    middle = matrix @ [136, 76, 1]
    # Scale 0.85 about the middle, then 0.1 of the height to the right and of the width down.
    np.testing.assert_allclose(middle, [136 + 15.2, 76 + 27.2, 1])
    np.testing.assert_allclose(matrix[:2, :2], 0.85 * np.eye(2), atol=1e-12)


def test_the_official_map_turns_before_it_shears() -> None:
    draws = np.array([1.0, 1.0, 0.5, 0.5, 1.0, 0.0])
    matrix, angle = affine_map(draws, net_wh=(272, 152), settings=OFFICIAL)
    assert angle == 5
    turn = np.radians(5)
    turned = 1.2 * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    shear = np.array([[1, np.tan(np.radians(2))], [np.tan(np.radians(-2)), 1]])
    np.testing.assert_allclose(matrix[:2, :2], shear @ turned, atol=1e-12)


def test_official_boxes_shrink_by_the_turn_and_slivers_go() -> None:
    half = np.eye(3)
    half[:2, :2] *= 0.5
    boxes = np.array([[10, 10, 50, 90], [0, 0, 7, 90], [-40, 10, 20, 90], [0, 0, 300, 20]])
    mapped, kept = warp_boxes(boxes, half, angle_deg=0)
    np.testing.assert_allclose(mapped[0], [5, 5, 25, 45])
    np.testing.assert_allclose(mapped[2], [-20, 5, 10, 45], err_msg="cut at the border")
    assert kept.tolist() == [True, False, True, False]
    shrunk, _ = warp_boxes(boxes[:1], np.eye(3), angle_deg=60)
    np.testing.assert_allclose(shrunk[0, 2] - shrunk[0, 0], 40 * np.sin(np.pi / 3) ** 0.5)


def test_the_letterbox_shift_is_fractional() -> None:
    picture, (ratio, across, down) = letterbox(np.full((40, 91, 3), 200, np.uint8), net_wh=(96, 64))
    assert picture.shape == (64, 96, 3)
    assert ratio == pytest.approx(96 / 91)
    assert (across, down) == (0, 11)
    assert picture[0, 0].tolist() == [128, 128, 128] and picture[32, 48].tolist() == [200] * 3


@pytest.mark.parametrize("seed", range(8))
def test_official_boxes_stay_on_what_they_mark(seed: int, marked_image: Marked) -> None:
    image, box = marked_image
    crop = augment_image(
        labelled(box),
        image,
        np.random.default_rng(seed),
        crop_wh=CROP_WH,
        settings=replace(OFFICIAL, value_gain=0, saturation_gain=0),
    )
    assert crop.image.shape == (CROP_WH[1], CROP_WH[0], 3)
    rows, columns = np.nonzero(crop.image[..., 0] > 190)
    (found,) = crop.boxes_xyxy
    seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    np.testing.assert_allclose(found, seen, atol=0.06 * (seen[3] - seen[1]) + 2)


def test_official_boxes_are_cut_only_if_asked(marked_image: Marked) -> None:
    image, _ = marked_image
    boxes = np.array([[0, 0, 320, 240]], np.float32)
    reached = []
    for clip in (False, True):
        settings = replace(OFFICIAL, clip_boxes=clip, zoom=(1.2, 1.2))
        crop = augment_image(
            labelled(boxes), image, np.random.default_rng(1), crop_wh=CROP_WH, settings=settings
        )
        reached.append(float(crop.boxes_xyxy.max()))
    assert reached[0] > max(CROP_WH) >= reached[1]
