"""A model is judged in its boxes, its embeddings and its tracks, by size as well."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from trackmend_core.jobs.judge_model import JudgedPart, ModelScores, judge_model
from trackmend_core.tracking import TrackerSettings
from trackmend_core.types import FloatArray, FrameDetections, ImageArray
from trackmend_core.video.images import frame_numbers

FRAMES = 6
BOXES = np.array([[10.0, 10, 50, 110], [100, 10, 220, 170]])  # 4000 and 19200 pixels
LOOKS = np.array([[1.0, 0.0], [0.28, 0.96]], np.float32)


class _Perfect:
    """Sees both people where they are, and knows them apart."""

    def __init__(self, *, misses_small: bool = False) -> None:
        self._rows = np.array([1]) if misses_small else np.array([0, 1])

    def detect_and_read(
        self, image_bgr: ImageArray, boxes_xyxy: object
    ) -> tuple[FrameDetections, FloatArray]:
        shift = float(image_bgr[0, 0, 0])
        boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
        read = LOOKS[(boxes[:, 0] > 60).astype(int)]
        seen = (BOXES + np.array([shift, 0, shift, 0]))[self._rows].astype(np.float32)
        scores = np.full(len(seen), 0.9, np.float32)
        classes = np.zeros(len(seen), np.int64)
        return FrameDetections(seen, scores, LOOKS[self._rows], classes), read


@pytest.fixture
def sequence(tmp_path: Path) -> Path:
    folder = tmp_path / "SEQ-01"
    (folder / "img1").mkdir(parents=True)
    (folder / "gt").mkdir()
    rows = []
    for index in range(FRAMES):
        image = np.full((200, 320, 3), index, np.uint8)
        cv2.imwrite(str(folder / "img1" / f"{index + 1:06d}.png"), image)
        for identity, (x1, y1, x2, y2) in enumerate(BOXES, start=1):
            left = x1 + index
            rows.append(f"{index + 1},{identity},{left},{y1},{x2 - x1},{y2 - y1},1,1,1")
    (folder / "gt" / "gt.txt").write_text("\n".join(rows))
    (folder / "seqinfo.ini").write_text("[Sequence]\nframeRate=25\n")
    return folder


def judged(detector: _Perfect, *parts: JudgedPart) -> ModelScores:
    job = judge_model(detector, parts, trackers={"default": TrackerSettings.default})
    while True:
        try:
            next(job)
        except StopIteration as end:
            scores: ModelScores = end.value
            return scores


def test_a_perfect_model_is_perfect_in_all_measures(sequence: Path) -> None:
    scores = judged(_Perfect(), JudgedPart(folder=sequence))
    assert scores.tracks["default"].clear.mota == 1
    assert scores.tracks["default"].clear.idf1 == 1
    assert scores.sizes["all"].ap == scores.fairmot_ap == 1
    assert scores.sizes["all"].tpr_at_far == 1
    assert scores.sizes["all"].boxes == 2 * FRAMES


def test_a_size_that_is_missed_costs_only_its_own_ap(sequence: Path) -> None:
    scores = judged(_Perfect(misses_small=True), JudgedPart(folder=sequence))
    assert scores.sizes["small"].ap == 0
    assert scores.sizes["large"].ap == 1
    assert scores.sizes["all"].ap == pytest.approx(0.5)
    assert scores.sizes["medium"].boxes == 0


def test_one_person_of_a_size_gives_no_rate_of_accepting_others(sequence: Path) -> None:
    scores = judged(_Perfect(), JudgedPart(folder=sequence))
    assert scores.sizes["small"].tpr_at_far is None


def test_only_the_second_half_is_judged_where_that_is_asked(sequence: Path) -> None:
    scores = judged(_Perfect(), JudgedPart(folder=sequence, is_second_half=True))
    assert scores.tracks["default"].clear.gt_boxes == FRAMES


def test_part_of_a_sequence_is_judged_by_what_is_true_of_its_frames(sequence: Path) -> None:
    """Its images keep their names, and the ground truth is of the whole."""
    for number in (1, 2, 4):
        (sequence / "img1" / f"{number:06d}.png").unlink()
    scores = judged(_Perfect(), JudgedPart(folder=sequence))
    assert scores.tracks["default"].clear.mota == 1
    assert scores.sizes["all"].ap == 1
    assert scores.sizes["all"].boxes == 2 * 3


@pytest.mark.parametrize(
    ("names", "frames"),
    [
        (["7", "9"], [7, 9]),
        (["0", "1"], [1, 2]),
        (["a7", "a9"], [1, 2]),
        (["7", "07"], [1, 2]),
        (["1790000000", "1790000001"], [1, 2]),
    ],
)
def test_a_name_that_counts_frames_is_told_from_others(names: list[str], frames: list[int]) -> None:
    assert frame_numbers([Path(f"{name}.jpg") for name in names]) == frames


def test_people_of_two_sequences_are_never_one(sequence: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(sequence, tmp_path / "SEQ-02"))
    truth = sequence / "gt" / "gt.txt"
    rows = [row.split(",") for row in truth.read_text().splitlines()]
    # The other's ids and a million, the other way round.
    far = [[row[0], str(1_000_003 - int(row[1])), *row[2:]] for row in rows]
    truth.write_text("\n".join(map(",".join, far)))
    scores = judged(_Perfect(), JudgedPart(folder=sequence), JudgedPart(folder=other))
    # Of 216 pairs of different people a third look the same, as those of the same person do.
    assert scores.sizes["all"].tpr_at_far == pytest.approx(0.1 * 216 / 72)
