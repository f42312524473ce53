"""Where a track is and how it moves, seen from each of its boxes, worked out for many at once."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import BoolArray, Float64Array, IntArray

BORDER_SHARE: Final = 0.015

MOTION_S: Final = 0.6
"""Speed is measured over so many seconds beside the cut."""

_BLOCK, _SMALL_BLOCK = 128, 16
"""So many boxes in a row are worked out together; of a very long track few places are asked."""
_LONG: Final = 4096
"""Boxes of a track that is very long."""

Point = Sequence[float]
"""An x and a y."""


class Motion(NamedTuple):
    """A straight line through the boxes beside a cut.

    Attributes:
        position: centre at the box nearest to the cut, pixels.
        velocity: pixels per frame, 0 with fewer than three boxes.
        height: pixels.
        at_border: the box touches the left or right border of the picture.
    """

    position: Point
    velocity: Point
    height: float
    at_border: bool


class Motions:
    """The motion on one side of each box of a track that does not change."""

    def __init__(self, scene: Scene, track: TrackView, *, direction: int) -> None:
        """Look at a track.

        Args:
            scene: where it is.
            track: whose boxes.
            direction: 1 for the boxes from a row on, -1 for those up to it.
        """
        self._track = track
        self._width = scene.size[0]
        self._reach = MOTION_S * scene.frame_rate
        self._steps = direction * np.arange(int(self._reach) + 1)
        self._block = _SMALL_BLOCK if len(track) > _LONG else _BLOCK
        self._blocks: dict[int, Float64Array] = {}

    def at(self, row: int) -> Motion:
        """Return the motion beside a box."""
        block, place = divmod(row, self._block)
        known = self._blocks.get(block)
        if known is None:
            first = block * self._block
            rows = np.arange(first, min(first + self._block, len(self._track)))
            known = self._blocks[block] = self._worked_out(rows)
        x, y, velocity_x, velocity_y, height, at_border = known[place].tolist()
        return Motion((x, y), (velocity_x, velocity_y), height, at_border != 0)

    def _worked_out(self, rows: IntArray) -> Float64Array:
        """Fit a straight line through the boxes beside each of (R,) rows.

        Returns:
            (R, 6) position, velocity, height, at_border; lists would take six times the room.
        """
        track = self._track
        beside = rows[:, None] + self._steps  # (R, W), the row itself first
        is_box = (beside >= 0) & (beside < len(track))
        beside = np.clip(beside, 0, len(track) - 1)
        times = (track.frames[beside] - track.frames[rows][:, None]).astype(np.float64)
        is_box &= np.abs(times) <= self._reach
        boxes = track.boxes_xyxy[beside]
        centres = (boxes[..., :2] + boxes[..., 2:]) / 2
        weights = np.clip(1.0 - 0.8 * track.coverage[beside], 0.1, 1.0) * is_box
        total = weights.sum(axis=1)
        mean_time = (weights * times).sum(axis=1) / total
        times -= mean_time[:, None]
        mean_centre = (weights[..., None] * centres).sum(axis=1) / total[:, None]
        counts = is_box.sum(axis=1)
        is_line = counts >= 3
        spread = np.where(is_line, (weights * times**2).sum(axis=1), 1.0)
        leaning = (weights * times)[..., None] * (centres - mean_centre[:, None])
        velocity = np.where(is_line[:, None], leaning.sum(axis=1) / spread[:, None], 0.0)
        led_to = mean_centre - velocity * mean_time[:, None]
        position = np.where(is_line[:, None], led_to, centres[:, 0])
        heights = _medians(np.maximum(boxes[..., 3] - boxes[..., 1], 1.0), is_box, counts)
        margin = BORDER_SHARE * self._width
        at_border = (boxes[:, 0, 0] <= margin) | (boxes[:, 0, 2] >= self._width - margin)
        return np.column_stack((position, velocity, heights, at_border))


def _medians(values: Float64Array, counts_in: BoolArray, counts: IntArray) -> Float64Array:
    """Return (R,) the medians of those of (R, W) values that count."""
    in_order = np.sort(np.where(counts_in, values, np.inf), axis=1)
    rows = np.arange(len(values))
    medians: Float64Array = (in_order[rows, (counts - 1) // 2] + in_order[rows, counts // 2]) / 2
    return medians
