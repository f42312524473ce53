"""Walks from the known boxes of a track into the unknown, over detections that belong to nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from trackmend_core.geometry import iou_matrix
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import BoolArray, Float64Array, IntArray

FITS: Final = 0.45
"""A detection fits the expected box if they overlap by so much (IoU)."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Filling:
    """Detections that a track lacks.

    Attributes:
        frames: (N,) rising.
        rows: (N,) of the detections.
        fits: (N,) how well each fits what was expected (IoU).
        crowding: (N,) how much the box of another track overlaps each (IoU).
        tried: (T,) frames that have no box, rising.
        inside: between two boxes of the track.
        itself: how likely both sides of the least likely gap are one person (log-likelihood ratio).
        is_whole: every frame gets a box, on a straight line where nothing was detected.
    """

    frames: IntArray
    rows: IntArray
    fits: Float64Array
    crowding: Float64Array
    tried: IntArray
    inside: bool
    itself: float = 0.0
    is_whole: bool = False

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def box_count(self) -> int:
        """Return how many boxes the track gets."""
        return len(self.tried) if self.is_whole else len(self.frames)

    def only(self, kept: BoolArray, crowding: Float64Array) -> "Filling":
        """Return the detections that are kept, (N,)."""
        return replace(
            self,
            frames=self.frames[kept],
            rows=self.rows[kept],
            fits=self.fits[kept],
            crowding=crowding[kept],
        )

    def is_same_choice(self, other: "Filling") -> bool:
        """Return whether another choice of the same detections took these, equally crowded."""
        return np.array_equal(self.rows, other.rows) and np.array_equal(
            self.crowding, other.crowding
        )

    def with_next(self, later: "Filling") -> "Filling":
        """Return the detections of both."""
        return Filling(
            frames=np.concatenate([self.frames, later.frames]),
            rows=np.concatenate([self.rows, later.rows]),
            fits=np.concatenate([self.fits, later.fits]),
            crowding=np.concatenate([self.crowding, later.crowding]),
            tried=np.concatenate([self.tried, later.tried]),
            inside=self.inside,
        )


def at_one_look(gaps: Sequence[Filling], *, reach: float) -> list[Filling]:
    """Put gaps together that are seen at one look, and so may be filled by one edit."""
    found: list[Filling] = []
    for gap in gaps:
        if found and gap.tried[-1] - found[-1].tried[0] < reach:
            found[-1] = found[-1].with_next(gap)
        else:
            found.append(gap)
    return found


def filling(scene: Scene, track: TrackView, frames: IntArray, is_free: BoolArray) -> Filling:
    """Walk from the known boxes into the unknown, one fitting detection after the other."""
    inside = bool(len(frames)) and track.first_frame < frames[0] < track.last_frame
    seen = scene.detections
    chosen: list[tuple[int, int, float]] = []
    recent = _Recent(track, forward=bool(len(frames)) and bool(frames[0] > track.first_frame))
    misses = 0
    starts = np.searchsorted(seen.frames, frames, side="left").tolist()
    ends = np.searchsorted(seen.frames, frames, side="right").tolist()
    for frame, low, high in zip(frames.tolist(), starts, ends, strict=True):
        rows = np.flatnonzero(is_free[low:high]) + low
        best, overlap = 0, 0.0
        if len(rows):
            expected = _between(track, frame) if inside else recent.expected(frame)
            overlaps = iou_matrix(expected[None], seen.boxes_xyxy[rows].astype(np.float64))[0]
            best, overlap = int(rows[np.argmax(overlaps)]), float(overlaps.max())
        if overlap < FITS:
            misses += 1
            if not inside and misses > 2:
                break
            continue
        misses = 0
        chosen.append((frame, best, overlap))
        if not inside:
            recent.take(frame, seen.boxes_xyxy[best].astype(np.float64))
    chosen.sort()
    return Filling(
        frames=np.array([frame for frame, *_ in chosen], np.int64),
        rows=np.array([row for _, row, _ in chosen], np.int64),
        fits=np.array([fit for *_, fit in chosen], np.float64),
        crowding=np.zeros(len(chosen)),
        tried=np.sort(frames),
        inside=inside,
    )


class _Recent:
    """Where a track is expected beyond its end, from the boxes last seen or taken."""

    def __init__(self, track: TrackView, *, forward: bool) -> None:
        rows = slice(-6, None) if forward else slice(0, 6)
        self._frames = track.frames[rows].tolist()
        self._boxes = list(track.boxes_xyxy[rows])
        if not forward:
            self._frames.reverse()
            self._boxes.reverse()

    def take(self, frame: int, box: Float64Array) -> None:
        """Add a box that was found."""
        self._frames.append(frame)
        self._boxes.append(box)

    def expected(self, frame: int) -> Float64Array:
        """Return the (4,) box expected in a frame."""
        frames, boxes = np.array(self._frames[-6:]), np.array(self._boxes[-6:])
        passed = frames[-1] - frames[0]
        if passed == 0:
            last: Float64Array = boxes[-1]
            return last
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        step = (centres[-1] - centres[0]) / passed * (frame - frames[-1])
        moved: Float64Array = boxes[-1] + np.tile(step, 2)
        return moved


def _between(track: TrackView, frame: int) -> Float64Array:
    """Return the (4,) box half-way between its neighbours in time."""
    row = track.index_at(frame)
    low, high = int(track.frames[row - 1]), int(track.frames[row])
    share = (frame - low) / (high - low)
    box: Float64Array = (1 - share) * track.boxes_xyxy[row - 1] + share * track.boxes_xyxy[row]
    return box
