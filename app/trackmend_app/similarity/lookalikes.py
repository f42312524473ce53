"""Ranks the tracks that a box might belong to by appearance; no Qt."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from trackmend_core.project import BoxRecord, Project
from trackmend_core.types import FloatArray, RunId, TrackId

WINDOW_FRAMES = 150
SAMPLES_PER_TRACK = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """A track, how much it resembles the asked one (cosine -1..1), and its box nearest in time."""

    track_id: TrackId
    number: int
    similarity: float
    box: BoxRecord


def rank_lookalikes(
    project: Project, *, run_id: RunId, track_id: TrackId, frame_index: int
) -> list[Lookalike]:
    """Return tracks that may own the track's boxes from a frame on, most alike first.

    Tracks that have a box in that very frame are left out: nobody is in two places. Each track is
    represented by its few boxes nearest in time within `WINDOW_FRAMES`.
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
        return []
    found = []
    for other, boxes in by_track.items():
        if other == track_id or other in taken:
            continue
        appearance = _appearance(project, boxes, frame_index)
        if appearance is not None and appearance.shape == query.shape:
            similarity = float(query @ appearance)
            nearest = min(boxes, key=lambda box: abs(box.frame_index - frame_index))
            found.append(
                Lookalike(track_id=other, number=nearest.number, similarity=similarity, box=nearest)
            )
    return sorted(found, key=lambda one: -one.similarity)


def _appearance(project: Project, boxes: list[BoxRecord], frame_index: int) -> FloatArray | None:
    """Return the unit mean embedding of the boxes nearest to a frame."""
    nearest = sorted(boxes, key=lambda box: abs(box.frame_index - frame_index))
    wanted = [box.detection_id for box in nearest[:SAMPLES_PER_TRACK] if box.detection_id]
    if not wanted:
        return None
    mean = project.embeddings(wanted).mean(axis=0)
    length = float(np.linalg.norm(mean))
    return (mean / length).astype(np.float32) if length > 0 else None
