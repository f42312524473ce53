"""Places in a video worth a jump: gaps of a track, crossings, births and deaths; no Qt."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Protocol

import numpy as np

from trackmend_core.geometry import iou_matrix
from trackmend_core.project import BoxRecord, TrackSummary
from trackmend_core.types import RunId

CROSSING_IOU: Final = 0.2
"""Two people cross where their boxes overlap by at least so much."""
_CHUNK_FRAMES = 200


class Boxes(Protocol):
    """What is read of a project."""

    def boxes_in_range(self, run_id: RunId, first: int, last: int, /) -> list[BoxRecord]:
        """Return the boxes of frames first..last."""
        ...


def next_of(places: Iterable[int], frame_index: int, *, step: int) -> int | None:
    """Return the nearest place after a frame (`step` 1) or before it (-1)."""
    if step > 0:
        return min((place for place in places if place > frame_index), default=None)
    return max((place for place in places if place < frame_index), default=None)


def gap_ends(track: TrackSummary) -> list[int]:
    """Return the first frame of every gap, and the first frame after it."""
    return [frame for (_, last), (first, _) in pairwise(track.spans) for frame in (last + 1, first)]


def births_and_deaths(tracks: Iterable[TrackSummary]) -> set[int]:
    """Return the frames in which a track begins or is seen last."""
    return {frame for track in tracks for frame in (track.first_frame, track.last_frame)}


def next_crossing(
    boxes: Boxes, run_id: RunId, track: TrackSummary, frame_index: int, *, step: int
) -> int | None:
    """Return the next frame (or the one before, `step` -1) in which a crossing begins.

    A crossing begins in the first frame in which the track's box overlaps another one's.
    """
    at = frame_index + step
    while track.first_frame <= at <= track.last_frame or (step > 0 and at < track.first_frame):
        at = max(at, track.first_frame)
        ends = sorted((at, at + step * (_CHUNK_FRAMES - 1)))
        first, last = max(track.first_frame, ends[0]), min(track.last_frame, ends[1])
        crossed = _crossed(boxes.boxes_in_range(run_id, max(0, first - 1), last), track)
        begins = [
            frame for frame in range(first, last + 1) if crossed[frame] and not crossed[frame - 1]
        ]
        if begins:
            return begins[0] if step > 0 else begins[-1]
        at = last + 1 if step > 0 else first - 1
    return None


def _crossed(boxes: Sequence[BoxRecord], track: TrackSummary) -> defaultdict[int, bool]:
    """Tell for each frame whether the track's box overlaps another one's."""
    by_frame: dict[int, list[BoxRecord]] = {}
    for box in boxes:
        by_frame.setdefault(box.frame_index, []).append(box)
    crossed: defaultdict[int, bool] = defaultdict(bool)
    for frame, here in by_frame.items():
        mine = [box.box_xyxy for box in here if box.track_id == track.track_id]
        others = [box.box_xyxy for box in here if box.track_id != track.track_id]
        if mine and others:
            crossed[frame] = bool(
                iou_matrix(np.array(mine), np.array(others)).max() >= CROSSING_IOU
            )
    return crossed
