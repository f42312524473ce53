"""The corrected tracks of a project's video as MOTChallenge text."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.exchange.mot_table import mot_table
from trackmend_core.exchange.mot_write import MotKind, write_mot_chunks
from trackmend_core.types import MotTable, RunId, VideoId

_FRAMES_PER_CHUNK = 500


class _Box(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def frame_index(self) -> int: ...
    @property
    def box_xyxy(self) -> tuple[float, float, float, float]: ...
    @property
    def score(self) -> float: ...
    @property
    def class_id(self) -> int: ...


class _Track(Protocol):
    @property
    def box_count(self) -> int: ...
    @property
    def last_frame(self) -> int: ...


class _Run(Protocol):
    @property
    def run_id(self) -> RunId: ...


class TrackProject(Protocol):
    """What an export needs of a project: its layers of edited tracks."""

    def at_one_moment(self) -> AbstractContextManager[None]:
        """Let all reads see the same state, also while somebody edits or a run goes on."""
        ...

    def active_run(self, video_id: VideoId) -> _Run | None:
        """Return the run whose tracks are shown and edited."""
        ...

    def tracks(self, run_id: RunId) -> Sequence[_Track]:
        """Return the edited tracks of a run."""
        ...

    def boxes_in_range(self, run_id: RunId, first: int, last: int) -> Sequence[_Box]:
        """Return the boxes of those tracks from one frame to another, both included."""
        ...


def export_project_mot(
    project: TrackProject,
    video_id: VideoId,
    path: Path,
    *,
    kind: MotKind = MotKind.RESULT,
) -> int:
    """Write every box of the active run's tracks, by frame and id, and return their number.

    Ids are the numbers that the user sees; frames count from 1. Nothing is filtered or clipped.
    In ground truth every box is marked to be counted, however sure the model was of it.

    Raises:
        UserError: there is no run to export, or the file cannot be written.
        RuntimeError: the project gave fewer or more boxes than its tracks have; nothing is written.
    """
    run = project.active_run(video_id)
    if run is None:
        raise UserError("This video has no tracks yet.", "Run the model on it, then export.")
    is_truth = kind is MotKind.GROUND_TRUTH
    return write_mot_chunks(path, mot_chunks(project, run.run_id, is_truth=is_truth), kind=kind)


def mot_chunks(
    project: TrackProject, run_id: RunId, *, is_truth: bool = False
) -> Iterator[MotTable]:
    """Yield the edited tracks of a run, as they are now, in parts of some hundred frames.

    Args:
        project: whose tracks.
        run_id: of them.
        is_truth: scores are 1, for they become the marks of what counts.

    Raises:
        RuntimeError: at the end, if boxes were lost or doubled on the way.
    """
    with project.at_one_moment():
        tracks = project.tracks(run_id)
        expected = sum(track.box_count for track in tracks)
        last_frame = max((track.last_frame for track in tracks), default=-1)
        count = 0
        for first in range(0, last_frame + 1, _FRAMES_PER_CHUNK):
            boxes = project.boxes_in_range(run_id, first, first + _FRAMES_PER_CHUNK - 1)
            count += len(boxes)
            yield _table(boxes, is_truth=is_truth)
    if count != expected:
        raise RuntimeError(f"the tracks have {expected} boxes, but {count} were read")


def _table(boxes: Sequence[_Box], *, is_truth: bool) -> MotTable:
    ordered = sorted(boxes, key=lambda box: (box.frame_index, box.number))
    corners = np.array([box.box_xyxy for box in ordered], np.float64).reshape(-1, 4)
    return mot_table(
        frames=[box.frame_index + 1 for box in ordered],
        ids=[box.number for box in ordered],
        boxes_xywh=np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1),
        scores=None if is_truth else [box.score for box in ordered],
        classes=[box.class_id + 1 for box in ordered],
    )
