"""Detections that somebody else made, by frame."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from trackmend_core.types import Float64Array, IntArray


@dataclass(frozen=True, slots=True, eq=False, init=False)
class GivenDetections:
    """Boxes of one video with scores and classes, row by row, ordered by frame and score.

    Attributes:
        frames: (N,) int64, 0-based, ascending.
        boxes_xyxy: (N, 4) float64, pixels of the source frame.
        scores: (N,) float64, 0..1; best first within a frame.
        class_ids: (N,) int64, 0-based.
        notices: what the user should know, one sentence each.

    Raises:
        ValueError: the lengths differ, or a score lies outside 0..1.
    """

    frames: IntArray
    boxes_xyxy: Float64Array
    scores: Float64Array
    class_ids: IntArray
    notices: tuple[str, ...] = field(default=())

    def __init__(
        self,
        *,
        frames: ArrayLike,
        boxes_xyxy: ArrayLike,
        scores: ArrayLike,
        class_ids: ArrayLike,
        notices: tuple[str, ...] = (),
    ) -> None:
        columns = {
            "frames": np.asarray(frames, np.int64).reshape(-1),
            "boxes_xyxy": np.asarray(boxes_xyxy, np.float64).reshape(-1, 4),
            "scores": np.asarray(scores, np.float64).reshape(-1),
            "class_ids": np.asarray(class_ids, np.int64).reshape(-1),
        }
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"the columns differ in length: {lengths}")
        given_scores = columns["scores"]
        if len(given_scores) and not (given_scores.min() >= 0 and given_scores.max() <= 1):
            raise ValueError("scores must lie between 0 and 1")
        order = np.lexsort((-given_scores, columns["frames"]))
        for name, column in columns.items():
            object.__setattr__(self, name, column[order])
        object.__setattr__(self, "notices", notices)

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def frame_count(self) -> int:
        """Return how many frames a video must have to hold all of them."""
        return int(self.frames[-1]) + 1 if len(self) else 0

    def rows_of(self, frame_index: int) -> slice:
        """Return the rows of one frame."""
        first, last = np.searchsorted(self.frames, (frame_index, frame_index + 1))
        return slice(int(first), int(last))


def scores_in_range(scores: Float64Array) -> tuple[Float64Array, tuple[str, ...]]:
    """Return scores between 0 and 1, and a notice if they were brought there.

    Scores of other detectors may be margins or percentages. If one lies outside 0..1 all of them
    are mapped evenly, the lowest to 0.01 and the highest to 1; equal ones become 1.
    """
    if not len(scores) or (scores.min() >= 0 and scores.max() <= 1):
        return scores, ()
    low, high = float(scores.min()), float(scores.max())
    if low == high:
        return np.ones(len(scores)), (f"All scores are {low:g}; they count as 1.",)
    notice = f"Scores from {low:g} to {high:g} were mapped to 0.01 to 1."
    return 0.01 + 0.99 * (scores - low) / (high - low), (notice,)
