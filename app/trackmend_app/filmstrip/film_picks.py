"""Which boxes of a track are shown: evenly spaced, most and least like the track; no Qt."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from trackmend_core.project import BoxRecord
from trackmend_core.types import BoxId, FloatArray

PICTURES: Final = 12
SAMPLES: Final = 160
"""The best and the worst are chosen among so many boxes, evenly spaced."""


class Choice(StrEnum):
    """Which boxes of a track are shown."""

    EVEN = "even"
    BEST = "best"
    WORST = "worst"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two tracks at one time.

    Attributes:
        frame_index: the time.
        a: box of the first track nearest to it, None if it has none there.
        b: the same of the second.
        similarity: cosine of the two embeddings, None if one is missing.
    """

    frame_index: int
    a: BoxRecord | None
    b: BoxRecord | None
    similarity: float | None = None


def evenly(boxes: Sequence[BoxRecord], count: int) -> list[BoxRecord]:
    """Return so many boxes at most, from the first to the last."""
    rows = np.unique(np.linspace(0, len(boxes) - 1, min(count, len(boxes))).round().astype(int))
    return [boxes[row] for row in rows]


def chosen_boxes(
    boxes: Sequence[BoxRecord], choice: Choice, likeness: Mapping[BoxId, float]
) -> list[BoxRecord]:
    """Return the boxes to show: over time, or the most or least like the track first.

    Args:
        boxes: of the track, in the order of frames.
        choice: which of them.
        likeness: cosine of a box with the mean of its track; boxes without are left out.
    """
    if not boxes:
        return []
    if choice is Choice.EVEN:
        return evenly(boxes, PICTURES)
    known = [box for box in boxes if box.box_id in likeness]
    ordered = sorted(known, key=lambda box: likeness[box.box_id], reverse=choice is Choice.BEST)
    return ordered[:PICTURES]


def likeness_to_mean(embeddings: FloatArray) -> FloatArray:
    """Return (N,) cosines of (N, D) embeddings with their mean."""
    mean = embeddings.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return np.asarray(embeddings @ mean / (length or 1.0), np.float32)


def paired(a: Sequence[BoxRecord], b: Sequence[BoxRecord], *, count: int = PICTURES) -> list[Pair]:
    """Return two tracks side by side over the time of both, evenly spaced."""
    frames = [box.frame_index for box in (*a, *b)]
    if not frames:
        return []
    first, last = min(frames), max(frames)
    step = max(1.0, (last - first) / max(1, count - 1))
    times = np.unique(np.arange(first, last + step / 2, step).round().astype(int)).tolist()
    return [
        pair
        for time in times
        if (pair := Pair(frame_index=time, a=_near(a, time, step), b=_near(b, time, step))).a
        or pair.b
    ]


def _near(boxes: Sequence[BoxRecord], frame_index: int, step: float) -> BoxRecord | None:
    """Return the box nearest to a frame, None if it is further away than half a step."""
    at = bisect_left([box.frame_index for box in boxes], frame_index)
    near = min(
        boxes[max(0, at - 1) : at + 1],
        key=lambda box: abs(box.frame_index - frame_index),
        default=None,
    )
    if near is None or abs(near.frame_index - frame_index) > step / 2:
        return None
    return near
