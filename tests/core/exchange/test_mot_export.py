from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.exchange import MotKind, export_project_mot, read_mot
from trackmend_core.types import RunId, VideoId


@dataclass(frozen=True)
class Box:
    number: int
    frame_index: int
    box_xyxy: tuple[float, float, float, float]
    score: float = 0.5
    class_id: int = 0


@dataclass(frozen=True)
class Track:
    box_count: int
    last_frame: int


@dataclass(frozen=True)
class Run:
    run_id: RunId


@dataclass(frozen=True)
class Layer:
    """The part of a project that an export reads."""

    boxes: Sequence[Box]
    forgotten: int = 0

    def active_run(self, video_id: VideoId) -> Run | None:
        return Run(RunId(3)) if self.boxes else None

    def at_one_moment(self) -> AbstractContextManager[None]:
        return nullcontext()

    def tracks(self, run_id: RunId) -> Sequence[Track]:
        last = max(box.frame_index for box in self.boxes)
        return [Track(len(self.boxes) + self.forgotten, last)]

    def boxes_in_range(self, run_id: RunId, first: int, last: int) -> Sequence[Box]:
        return [box for box in self.boxes if first <= box.frame_index <= last]


def test_every_box_leaves_in_frames_from_one_with_the_ids_that_the_user_sees(
    tmp_path: Path,
) -> None:
    boxes = [Box(7, f, (-5.0, f, 1920.0, f + 2.5)) for f in (0, 499, 500, 1203)]
    boxes += [Box(2, 499, (1.0, 1, 1, 1))]
    path = tmp_path / "tracks.txt"
    assert export_project_mot(Layer(boxes), VideoId(1), path) == 5
    table = read_mot(path)
    assert table.frames.tolist() == [1, 500, 500, 501, 1204]
    assert table.ids.tolist() == [7, 2, 7, 7, 7]
    np.testing.assert_allclose(table.boxes_xywh[0], [-5, 0, 1925, 2.5])
    np.testing.assert_allclose(table.boxes_xywh[1], [1, 1, 0, 0])
    assert set(table.scores.tolist()) == {0.5}


def test_a_video_without_a_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no tracks yet"):
        export_project_mot(Layer([]), VideoId(1), tmp_path / "tracks.txt")


def test_an_export_that_would_lose_boxes_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tracks.txt"
    with pytest.raises(RuntimeError, match="2 boxes, but 1"):
        export_project_mot(Layer([Box(1, 0, (0, 0, 1, 1))], forgotten=1), VideoId(1), path)
    assert not path.exists()


def test_in_ground_truth_every_box_counts(tmp_path: Path) -> None:
    path = tmp_path / "gt.txt"
    boxes = [Box(1, 0, (0.0, 0, 9, 9), score=0.31), Box(2, 0, (5.0, 0, 9, 9), score=0.97)]
    export_project_mot(Layer(boxes), VideoId(1), path, kind=MotKind.GROUND_TRUTH)
    assert read_mot(path, is_ground_truth=True).scores.tolist() == [1, 1]
