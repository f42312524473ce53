"""Detections of others: which frame, which class, which score, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.exchange import GivenDetections, read_detections


def result(image: object, *, category: object = 1, score: object = 0.5, box: object = None) -> dict:
    bbox = [1, 2, 3, 4] if box is None else box
    return {"image_id": image, "category_id": category, "bbox": bbox, "score": score}


@pytest.fixture
def coco(tmp_path: Path):
    def write(content: object) -> GivenDetections:
        path = tmp_path / "boxes.json"
        path.write_text(json.dumps(content))
        return read_detections(path)

    return write


def test_mot_detections_are_ordered_by_frame_and_score(tmp_path: Path) -> None:
    path = tmp_path / "det.txt"
    path.write_text("2,-1,1,2,3,4,0.5\n1,-1,5,6,7,8,0.2,-1,-1,-1\n2,-1,9,9,1,1,0.9\n")
    given = read_detections(path)
    assert given.frames.tolist() == [0, 1, 1]
    assert given.scores.tolist() == [0.2, 0.9, 0.5]
    assert given.boxes_xyxy.tolist() == [[5, 6, 12, 14], [9, 9, 10, 10], [1, 2, 4, 6]]
    assert given.class_ids.tolist() == [0, 0, 0]
    assert given.rows_of(1) == slice(1, 3)
    assert given.rows_of(7) == slice(3, 3)
    assert given.frame_count == 2


@pytest.mark.parametrize(
    ("scores", "expected", "notice"),
    [
        ([0.0, 1.0, 0.5], [0.0, 1.0, 0.5], None),
        ([-1.0, 3.0, 1.0], [0.01, 1.0, 0.505], "Scores from -1 to 3"),
        ([-1.0, -1.0, -1.0], [1.0, 1.0, 1.0], "All scores are -1"),
    ],
)
def test_scores_outside_of_0_to_1_are_mapped_evenly(
    tmp_path: Path, scores: list[float], expected: list[float], notice: str | None
) -> None:
    path = tmp_path / "det.txt"
    path.write_text("".join(f"{n},-1,1,2,3,4,{s}\n" for n, s in enumerate(scores, start=1)))
    given = read_detections(path)
    assert np.allclose(given.scores, expected)
    assert len(given.notices) == (notice is not None)
    assert notice is None or notice in given.notices[0]


def test_coco_images_count_from_1_unless_a_0_occurs(coco) -> None:
    assert coco([result(1), result(5)]).frames.tolist() == [0, 4]
    assert coco([result(0), result(5)]).frames.tolist() == [0, 5]
    assert coco([result("000002"), result("000010")]).frames.tolist() == [1, 9]


def test_coco_categories_count_from_1_unless_a_0_occurs(coco) -> None:
    assert coco([result(1), result(2, category=3)]).class_ids.tolist() == [0, 2]
    assert coco([result(1, category=0), result(2, category=3)]).class_ids.tolist() == [0, 3]


def test_coco_boxes_scores_and_classes_stay_together(coco) -> None:
    entries = [
        result(2, category=1, score=0.3, box=[10, 20, 30, 40]),
        result(1, category=2, score=0.2, box=[1, 1, 1, 1]),
        result(2, category=3, score=0.8, box=[0.5, 0, 2, 2]),
    ]
    given = coco(entries)
    assert given.frames.tolist() == [0, 1, 1]
    assert given.scores.tolist() == [0.2, 0.8, 0.3]
    assert given.class_ids.tolist() == [1, 2, 0]
    assert given.boxes_xyxy[1].tolist() == [0.5, 0, 2.5, 2]


def test_a_coco_data_set_says_itself_which_frame_an_image_is(coco) -> None:
    named = [{"id": 70, "file_name": "f10.jpg"}, {"id": 80, "file_name": "f9.jpg"}]
    given = coco({"images": named, "annotations": [result(70), result(80, score=0.9)]})
    assert (given.frames.tolist(), given.scores.tolist()) == ([0, 1], [0.9, 0.5])
    numbered = [{"id": 70, "frame_id": 1}, {"id": 80, "frame_id": 2}, {"id": 90, "frame_id": 3}]
    sparse = [{"id": 70, "frame_id": 0}, {"id": 80, "frame_id": 7}]  # others have no boxes
    given = coco({"images": sparse, "annotations": [result(70), result(80)]})
    assert given.frames.tolist() == [0, 7]
    unscored = {"image_id": 90, "category_id": 1, "bbox": [1, 2, 3, 4]}
    given = coco({"images": numbered, "annotations": [unscored]})
    assert (given.frames.tolist(), given.scores.tolist()) == ([2], [1.0])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ([], "has no boxes"),
        ({}, "lists no images"),
        ({"images": [{"id": 1}]}, "no boxes in COCO's form"),
        ("text", "no boxes in COCO's form"),
        ([[1, 2]], "entry 1 is no object"),
        ([result(1), result("one")], "entry 2: image_id is 'one'"),
        ([result(-1)], "image_id is -1"),
        ([result(True)], "image_id is True"),
        ([result(1, category=1.5)], "category_id is 1.5"),
        ([result(1, score="high")], "score is 'high'"),
        ([result(1, score=float("nan"))], "score is nan"),
        ([result(1, box=[1, 2, 3])], "bbox is no list of four numbers"),
        ([result(1, box=[1, 2, 3, None])], "bbox is None"),
        ([result(1, box=[1, 2, 0, 4])], "no area"),
        ({"images": [{"id": 1}, {"id": 1}], "annotations": [result(1)]}, "two images have one id"),
        (
            {"images": [{"id": n, "frame_id": 1} for n in (1, 2)], "annotations": [result(1)]},
            "two images have one frame_id",
        ),
        (
            {"images": [{"id": 1, "frame_index": -4}], "annotations": [result(1)]},
            "image 1: frame_index is -4",
        ),
        ([result(1, box=[1, 2, 3, 10**400])], "bbox is 1000"),
        ({"images": [{"id": 1}], "annotations": [result(2)]}, "image 2, which is not listed"),
    ],
)
def test_what_is_no_box_is_said_with_its_place(coco, content: object, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        coco(content)


def test_a_deeply_nested_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text("[" * 100_000)
    with pytest.raises(UserError, match="not JSON"):
        read_detections(path)
