"""How the layer would look after an edit, from the arrays alone: nothing is written."""

from collections.abc import Iterator

import numpy as np

from trackmend_core.project import BoxXyxy
from trackmend_core.project.edits import (
    DeleteStretch,
    DeleteTrack,
    Edit,
    JoinOverlapping,
    MergeTracks,
    PlaceBoxes,
    ReassignBoxes,
    ReassignPieces,
    Retrack,
    SplitTrack,
    SwapTracks,
)
from trackmend_core.review.scene import Scene
from trackmend_core.review.suspicion import BlastRadius, GhostBox
from trackmend_core.types import TrackId

_FOR_EVER = 1 << 60


def ghost_boxes(scene: Scene, edit: Edit) -> list[GhostBox]:
    """Return every box that an edit would move, delete or add, as it would be then.

    A track that has gone meanwhile (a question may be older than the layer) has no boxes to move.

    Raises:
        ValueError: no preview is known for this kind of edit.
    """
    return list(_ghosts(scene, edit))


def blast_radius(scene: Scene, edit: Edit) -> BlastRadius:
    """Return how many boxes and tracks an edit would touch."""
    boxes, tracks = 0, set[TrackId | None]()
    for ghost in _ghosts(scene, edit):
        boxes += 1
        tracks |= {ghost.from_track, ghost.to_track}
    return BlastRadius(boxes=boxes, tracks=len(tracks - {None}))


def _ghosts(scene: Scene, edit: Edit) -> Iterator[GhostBox]:
    match edit:
        case SwapTracks(track_a=a, track_b=b, first_frame=first, last_frame=last):
            until = _FOR_EVER if last is None else last
            yield from _moved(scene, a, first, until, to=b)
            yield from _moved(scene, b, first, until, to=a)
        case SplitTrack(track_id=track, at_frame=first):
            yield from _moved(scene, track, first, _FOR_EVER, to=None)
        case MergeTracks(keep=keep, absorb=absorb):
            yield from _moved(scene, absorb, 0, _FOR_EVER, to=keep)
        case ReassignBoxes(track_id=track, to_track_id=to, first_frame=first, last_frame=last):
            yield from _moved(scene, track, first, last, to=to)
        case ReassignPieces(pieces=pieces):
            for track, first, last, target in pieces:
                to = TrackId(target) if target > 0 else None
                yield from _moved(scene, track, first, last, to=to)
        case Retrack(pieces=pieces, removed=removed, added=added):
            for track, first, last, target in pieces:
                to = TrackId(target) if target > 0 else None
                yield from _moved(scene, track, first, last, to=to)
            for track, first, last in removed:
                yield from _moved(scene, track, first, last, to=None, is_removed=True)
            for target, frame, box, _, _ in added:
                to = TrackId(target) if target > 0 else None
                yield GhostBox(frame=frame, box_xyxy=box, from_track=None, to_track=to)
        case DeleteTrack(track_id=track):
            yield from _moved(scene, track, 0, _FOR_EVER, to=None, is_removed=True)
        case DeleteStretch(track_id=track, first_frame=first, last_frame=last):
            yield from _moved(scene, track, first, last, to=None, is_removed=True)
        case JoinOverlapping(keep=keep, absorb=absorb):
            taken = scene.tracks[keep].frames if keep in scene.tracks else np.zeros(0, np.int64)
            for ghost in _moved(scene, absorb, 0, _FOR_EVER, to=keep):
                row = int(np.searchsorted(taken, ghost.frame))
                is_double = row < len(taken) and taken[row] == ghost.frame
                yield _removed(ghost) if is_double else ghost
        case PlaceBoxes(track_id=track, frames=frames, boxes_xyxy=boxes):
            for frame, box in zip(frames, boxes, strict=True):
                yield GhostBox(frame=frame, box_xyxy=box, from_track=None, to_track=track)
        case _:
            raise ValueError(f"no preview of {type(edit).__name__}")


def _moved(
    scene: Scene,
    track_id: TrackId,
    first: int,
    last: int,
    *,
    to: TrackId | None,
    is_removed: bool = False,
) -> Iterator[GhostBox]:
    track = scene.tracks.get(track_id)
    if track is None:
        return
    low, high = np.searchsorted(track.frames, (first, last + 1))
    frames, boxes = track.frames[low:high].tolist(), track.boxes_xyxy[low:high].tolist()
    for frame, (x1, y1, x2, y2) in zip(frames, boxes, strict=True):
        box: BoxXyxy = (x1, y1, x2, y2)
        yield GhostBox(
            frame=frame, box_xyxy=box, from_track=track_id, to_track=to, is_removed=is_removed
        )


def _removed(ghost: GhostBox) -> GhostBox:
    return GhostBox(
        frame=ghost.frame,
        box_xyxy=ghost.box_xyxy,
        from_track=ghost.from_track,
        to_track=None,
        is_removed=True,
    )
