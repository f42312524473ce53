"""Ranks the tracks that a box might belong to by appearance; no Qt."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trackmend_core.geometry import iou_matrix
from trackmend_core.project import BoxRecord, Project
from trackmend_core.types import FloatArray, RunId, TrackId

WINDOW_FRAMES = 150
SAMPLES_PER_TRACK = 3
COVERED_IOU = 0.5
FRAMES_LIKE_A_HEIGHT = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """A track, how much it resembles the asked one, and its box nearest in time.

    Attributes:
        similarity: cosine, -1..1; None where the asked one has no appearance, as a drawn box.
        seen_too: the first frame in which both are seen, so that it cannot take the boxes there.
    """

    track_id: TrackId
    number: int
    similarity: float | None
    box: BoxRecord
    seen_too: int | None = None


Spans = Sequence[tuple[int, int]]
"""First and last frame of each stretch without a gap, in order."""


def first_shared_frame(one: Spans, other: Spans, *, first: int, last: int) -> int | None:
    """Return the first frame of first..last in which both are seen, None if there is none."""
    i = j = 0
    while i < len(one) and j < len(other):
        begin = max(one[i][0], other[j][0], first)
        end = min(one[i][1], other[j][1], last)
        if begin <= end:
            return begin
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return None


def free_first(
    ranked: Iterable[Lookalike],
    *,
    spans_of: Callable[[TrackId], Spans],
    track_id: TrackId,
    first: int,
    last: int,
    count: int,
) -> list[Lookalike]:
    """Return the first `count` that could take the boxes of first..last, then those that cannot."""
    own, free, taken = spans_of(track_id), list[Lookalike](), list[Lookalike]()
    for one in ranked:
        shared = first_shared_frame(own, spans_of(one.track_id), first=first, last=last)
        (free if shared is None else taken).append(replace(one, seen_too=shared))
        if len(free) == count:
            break
    return [*free, *taken][:count]


def rank_lookalikes(
    project: Project, *, run_id: RunId, track_id: TrackId, frame_index: int
) -> list[Lookalike]:
    """Return tracks that may own the track's boxes from a frame on, most alike first.

    Tracks that have a box in that very frame are left out: nobody is in two places. Each track is
    represented by its few boxes nearest in time within `WINDOW_FRAMES`. A box that a person drew
    looks as the detection that it covers; where it covers none, those last seen nearest come first.
    """
    nearby = project.boxes_in_range(
        run_id, max(0, frame_index - WINDOW_FRAMES), frame_index + WINDOW_FRAMES
    )
    by_track: dict[TrackId, list[BoxRecord]] = defaultdict(list)
    for box in nearby:
        if box.detection_id is not None:
            by_track[box.track_id].append(box)
    taken = {box.track_id for box in nearby if box.frame_index == frame_index}
    own = [box for box in by_track.get(track_id, []) if box.frame_index >= frame_index]
    query = _appearance(project, own or by_track.get(track_id, []), frame_index)
    if query is None:
        query = _drawn_appearance(project, run_id, nearby, track_id, frame_index)
    found = []
    for other, boxes in by_track.items():
        if other == track_id or other in taken:
            continue
        nearest = min(boxes, key=lambda box: abs(box.frame_index - frame_index))
        similarity = None
        if query is not None:
            appearance = _appearance(project, boxes, frame_index)
            if appearance is None or appearance.shape != query.shape:
                continue
            similarity = float(query @ appearance)
        found.append(
            Lookalike(track_id=other, number=nearest.number, similarity=similarity, box=nearest)
        )
    if query is None:
        return _by_distance(found, nearby, track_id, frame_index)
    return sorted(found, key=lambda one: -(one.similarity or 0.0))


def _drawn_appearance(
    project: Project,
    run_id: RunId,
    nearby: list[BoxRecord],
    track_id: TrackId,
    frame_index: int,
) -> FloatArray | None:
    """Return the embedding of the detection that the track's box in the frame covers."""
    drawn = _box_in(nearby, track_id, frame_index)
    if drawn is None:
        return None
    seen = project.detections(run_id, frame_index).detections
    if not len(seen) or not seen.embeddings.shape[1]:
        return None
    overlaps = iou_matrix(np.array([drawn.box_xyxy]), seen.boxes_xyxy.astype(np.float64))[0]
    best = int(overlaps.argmax())
    vector: FloatArray = seen.embeddings[best]
    return vector if overlaps[best] >= COVERED_IOU else None


def _by_distance(
    found: list[Lookalike], nearby: list[BoxRecord], track_id: TrackId, frame_index: int
) -> list[Lookalike]:
    """Order by how far the last place lies away, in box heights, a second counting as one."""
    drawn = _box_in(nearby, track_id, frame_index)
    if drawn is None:
        return []
    x1, y1, x2, y2 = drawn.box_xyxy

    def distance(one: Lookalike) -> float:
        a1, b1, a2, b2 = one.box.box_xyxy
        away = float(np.hypot(a1 + a2 - x1 - x2, b1 + b2 - y1 - y2)) / 2 / max(1.0, y2 - y1)
        return away + abs(one.box.frame_index - frame_index) / FRAMES_LIKE_A_HEIGHT

    return sorted(found, key=distance)


def _box_in(boxes: list[BoxRecord], track_id: TrackId, frame_index: int) -> BoxRecord | None:
    place = (track_id, frame_index)
    return next((box for box in boxes if (box.track_id, box.frame_index) == place), None)


def _appearance(project: Project, boxes: list[BoxRecord], frame_index: int) -> FloatArray | None:
    """Return the unit mean embedding of the boxes nearest to a frame."""
    nearest = sorted(boxes, key=lambda box: abs(box.frame_index - frame_index))
    wanted = [box.detection_id for box in nearest[:SAMPLES_PER_TRACK] if box.detection_id]
    if not wanted:
        return None
    mean = project.embeddings(wanted).mean(axis=0)
    length = float(np.linalg.norm(mean))
    return (mean / length).astype(np.float32) if length > 0 else None
