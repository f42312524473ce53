"""Targets against the official code's, and at the edges."""

from pathlib import Path

import numpy as np
import pytest

from trackmend_training.targets import build_targets, gaussian_radius


def test_the_gaussian_radius_is_the_official_one(data_dir: Path) -> None:
    with np.load(data_dir / "training" / "gaussian_radius.npz") as golden:
        radii = [gaussian_radius(height, width) for height, width in golden["hw"].tolist()]
        np.testing.assert_allclose(radii, golden["radius"], rtol=1e-12)


@pytest.mark.parametrize("form", ["ltrb", "wh"])
def test_targets_are_the_official_ones(form: str, data_dir: Path) -> None:
    with np.load(data_dir / "training" / f"targets_{form}.npz") as golden:
        height, width = (int(side) // 4 for side in golden["input_hw"])
        labels = golden["labels"]
        identities = labels[:, 1].astype(np.int64)
        identities[identities > -1] += int(golden["tid_start"])
        targets = build_targets(
            labels[:, 2:] * np.array([width, height, width, height], np.float32),
            identities,
            map_hw=(height, width),
            class_ids=labels[:, 0].astype(np.int64),
            ltrb=form == "ltrb",
            max_objects=int(golden["K"]),
        )
        np.testing.assert_allclose(targets.heat_map, golden["hm"], atol=1e-6)
        np.testing.assert_array_equal(targets.mask, golden["reg_mask"])
        np.testing.assert_array_equal(targets.cells, golden["ind"])
        np.testing.assert_allclose(targets.sizes, golden["wh"], atol=1e-4)
        np.testing.assert_allclose(targets.offsets, golden["reg"], atol=1e-5)
        np.testing.assert_array_equal(targets.identities, golden["ids"])
        np.testing.assert_allclose(targets.boxes_xyxy, golden["bbox"], atol=1e-4)


def test_boxes_beyond_the_slots_are_left_out() -> None:
    boxes = np.array([[5, 5, 4, 4], [15, 5, 4, 4], [25, 5, 4, 4]], np.float32)
    targets = build_targets(boxes, np.arange(3), map_hw=(16, 32), max_objects=2)
    assert targets.mask.tolist() == [1, 1]
    assert (targets.heat_map == 1).sum() == 2


def test_no_box_gives_an_empty_map() -> None:
    targets = build_targets(
        np.zeros((0, 4), np.float32), np.zeros(0, np.int64), map_hw=(8, 8), max_objects=3
    )
    assert targets.heat_map.max() == 0
    assert targets.mask.sum() == 0


def test_the_squared_loss_has_gaussians_of_one_size() -> None:
    boxes = np.array([[20, 30, 4, 4], [21, 30, 30, 50]], np.float32)
    targets = build_targets(boxes, np.arange(2), map_hw=(64, 96), fixed_sigma=True)
    heat_map = targets.heat_map[0]
    assert heat_map[30, 20] == heat_map[30, 21] == 1
    assert heat_map[30, 14] == pytest.approx(np.exp(-0.5), rel=1e-6)
    assert heat_map[36, 27] == pytest.approx(np.exp(-1.0), rel=1e-6)
    assert heat_map[30, 2] > 0 and heat_map[30, 1] == 0
    assert heat_map[30, 39] > 0 and heat_map[30, 40] == 0


def test_a_gaussian_of_one_size_is_cut_at_the_border() -> None:
    targets = build_targets(
        np.array([[0, 15, 4, 4]], np.float32), np.zeros(1, int), map_hw=(16, 16), fixed_sigma=True
    )
    assert targets.heat_map[0, 15, 0] == 1
    assert targets.heat_map[0, 0, 15] == pytest.approx(np.exp(-450 / 72), rel=1e-5)
