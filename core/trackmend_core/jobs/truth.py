"""Ground truth by frame and identity, for who compares a project with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from trackmend_core.project import BoxXyxy
from trackmend_core.types import Float64Array, MotTable

PEDESTRIAN = 1
LEAST_VISIBLE = 0.25
"""Nobody would draw a box around a person of whom less is seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Who is where in every frame, frames from 0.

    Attributes:
        frames: (N,) identities, (N, 4) float64 boxes and (N,) visibilities of each frame.
    """

    frames: dict[int, tuple[list[int], Float64Array, Float64Array]]

    @classmethod
    def of(cls, gt: MotTable, *, least_visible: float = LEAST_VISIBLE) -> Self:
        """Take the marked pedestrians of a ground truth of whom enough is seen."""
        gt = gt.select(
            (gt.scores != 0) & (gt.classes == PEDESTRIAN) & (gt.visibilities >= least_visible)
        )
        corners = np.concatenate(
            [gt.boxes_xywh[:, :2], gt.boxes_xywh[:, :2] + gt.boxes_xywh[:, 2:]], axis=1
        )
        frames = {}
        for number in np.unique(gt.frames).tolist():
            here = gt.frames == number
            frames[number - 1] = (gt.ids[here].tolist(), corners[here], gt.visibilities[here])
        return cls(frames)

    def at(self, frame_index: int) -> tuple[list[int], Float64Array, Float64Array]:
        """Return identities, boxes (N, 4) and visibilities (N,) of a frame."""
        return self.frames.get(frame_index, ([], np.zeros((0, 4)), np.zeros(0)))

    def identities(self, end_frame: int) -> list[int]:
        """Return who is seen before a frame, in order of identity."""
        return sorted({i for frame in self.frames if frame < end_frame for i in self.at(frame)[0]})

    def frames_of(self, identity: int) -> Sequence[int]:
        """Return the frames in which somebody is seen, in order."""
        return sorted(frame for frame in self.frames if identity in self.at(frame)[0])

    def box(self, identity: int, frame_index: int) -> BoxXyxy:
        """Return somebody's box.

        Raises:
            ValueError: they are not seen in that frame.
        """
        identities, boxes, _ = self.at(frame_index)
        x1, y1, x2, y2 = boxes[identities.index(identity)].tolist()
        return x1, y1, x2, y2
