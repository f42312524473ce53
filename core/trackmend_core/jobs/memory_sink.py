"""Keeps the tracked boxes of a run in memory, for a text file at its end."""

from collections.abc import Sequence

import numpy as np

from trackmend_core.exchange import mot_table
from trackmend_core.types import FrameDetections, MotTable, TrackedBox


class MemorySink:
    """A `RunSink` without a project; detections are not kept."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, float, int]] = []
        self._corners: list[tuple[float, ...]] = []
        self.frames_written = 0

    def write(
        self,
        frame_index: int,
        detections: FrameDetections,  # noqa: ARG002 - part of the seam
        tracked: Sequence[TrackedBox],
    ) -> None:
        """Take the tracked boxes of a frame."""
        for box in tracked:
            self._rows.append((frame_index + 1, box.track_id, box.score, box.class_id + 1))
            self._corners.append(tuple(box.box_xyxy.tolist()))
        self.frames_written += 1

    def table(self) -> MotTable:
        """Return what was tracked so far, by frame."""
        frames, ids, scores, classes = zip(*self._rows, strict=True) if self._rows else ((),) * 4
        corners = np.array(self._corners, np.float64).reshape(-1, 4)
        return mot_table(
            frames=frames,
            ids=ids,
            boxes_xywh=np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1),
            scores=scores,
            classes=classes,
        )
