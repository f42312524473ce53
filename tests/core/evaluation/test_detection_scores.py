import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackmend_core.evaluation import (
    SIZE_BANDS,
    JudgedImage,
    SizeBand,
    average_precision,
    fairmot_average_precision,
)


def boxes(*lefts: float, width: float = 10, height: float = 20) -> np.ndarray:
    return np.array([[x, 0, x + width, height] for x in lefts], np.float64).reshape(-1, 4)


def image(
    gt: np.ndarray, found: np.ndarray, scores: list[float], ignored: np.ndarray | None = None
) -> JudgedImage:
    return JudgedImage(
        gt_xyxy=gt,
        boxes_xyxy=found,
        scores=np.asarray(scores, np.float64),
        ignored_xyxy=boxes() if ignored is None else ignored,
    )


def test_everything_found_and_nothing_else_is_one() -> None:
    assert average_precision([image(boxes(0, 50), boxes(50, 0), [0.9, 0.8])]) == 1


def test_a_false_box_above_a_right_one_costs_precision() -> None:
    judged = image(boxes(0, 50), boxes(200, 0, 50), [0.9, 0.8, 0.7])
    assert average_precision([judged]) == pytest.approx(2 / 3)


def test_a_box_found_twice_is_wrong_the_second_time() -> None:
    judged = image(boxes(0, 50), boxes(0, 1, 50), [0.9, 0.8, 0.7])
    assert average_precision([judged]) == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_images_are_ranked_together_and_not_one_by_one() -> None:
    good = image(boxes(0), boxes(0), [0.4])
    bad = image(boxes(0), boxes(300), [0.9])
    assert average_precision([good, bad]) == pytest.approx(0.5 * 0.5)
    assert fairmot_average_precision([good, bad]).ap == pytest.approx(0.5)


def test_boxes_in_ignored_regions_are_neither_right_nor_wrong() -> None:
    judged = image(boxes(0), boxes(300, 0), [0.9, 0.8], ignored=boxes(290, width=40, height=30))
    assert average_precision([judged]) == 1


def test_a_detection_takes_its_second_best_box_if_the_best_is_taken() -> None:
    gt, found = boxes(0, 4), boxes(1, 1.5)
    assert average_precision([image(gt, found, [0.9, 0.8])], iou_min=0.5) == 1
    per_image = fairmot_average_precision([image(gt, found, [0.9, 0.8])])
    assert per_image.recall_of_images[0] == 0.5


def test_only_boxes_of_the_asked_size_count() -> None:
    small, large = boxes(0), boxes(100, width=200, height=200)
    judged = image(np.concatenate([small, large]), np.concatenate([small, large]), [0.9, 0.8])
    bands = {band.name: average_precision([judged], size=band) for band in SIZE_BANDS}
    assert bands == {"small": 1, "medium": 0, "large": 1}
    only_large = image(np.concatenate([small, large]), boxes(0), [0.9])
    assert average_precision([only_large], size=SIZE_BANDS[2]) == 0


def test_bands_meet_without_gap_or_overlap() -> None:
    sides = np.array([6999, 7000, 7001, 14999, 15000, 15001], np.float64)
    areas = np.stack([sides * 0, sides * 0, sides, sides * 0 + 1], axis=1)
    held = np.stack([band.holds(areas) for band in SIZE_BANDS])
    assert (held.sum(axis=0) == 1).all()
    assert held.argmax(axis=0).tolist() == [0, 1, 1, 1, 1, 2]


def test_per_image_means_leave_out_images_without_labels_but_list_them() -> None:
    judged = [
        image(boxes(0), boxes(0), [0.9]),
        image(boxes(), boxes(0), [0.9]),
        image(boxes(0), boxes(), []),
    ]
    scores = fairmot_average_precision(judged)
    assert scores.ap_of_images.tolist() == [1, 0, 0]
    assert scores.ap == pytest.approx(0.5)


def test_per_image_overlap_must_exceed_the_limit_and_128_boxes_are_kept() -> None:
    half = np.array([[0.0, 0, 10, 10]])
    assert fairmot_average_precision([image(boxes(0), half, [0.9])]).ap == 0
    assert average_precision([image(boxes(0), half, [0.9])]) == 1
    many = np.concatenate([boxes(*[1000.0 + 20 * n for n in range(128)]), boxes(0)])
    scores = np.linspace(1, 0.1, 129).tolist()
    assert fairmot_average_precision([image(boxes(0), many, scores)]).ap == 0
    assert average_precision([image(boxes(0), many, scores)]) > 0


def test_without_anything_to_find_the_figure_is_zero() -> None:
    assert average_precision([]) == 0
    assert average_precision([image(boxes(), boxes(0), [0.9])]) == 0
    assert fairmot_average_precision([]).ap == 0


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_more_false_boxes_at_the_bottom_never_help(seed: int) -> None:
    draw = np.random.default_rng(seed)
    gt = boxes(*draw.uniform(0, 200, 5))
    found = boxes(*draw.uniform(0, 200, 8))
    scores = draw.uniform(0.2, 1, 8).tolist()
    before = average_precision([image(gt, found, scores)])
    after = average_precision(
        [image(gt, np.concatenate([found, boxes(900)]), [*scores, 0.1])],
        size=SizeBand(name="all", low_px=0, high_px=np.inf),
    )
    assert 0 <= after <= before <= 1
