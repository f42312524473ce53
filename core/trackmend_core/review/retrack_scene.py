"""The scene as a new association would make it, to count the suspicions that are left then."""

from collections import defaultdict
from dataclasses import replace

import numpy as np

from trackmend_core.review.coverage import hidden_shares
from trackmend_core.review.retrack_diff import Placed, Retracked
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId


def retracked_scene(scene: Scene, outcome: Retracked) -> Scene:
    """Return the scene as it would be; a box that is added has the id 0.

    The new scene shares the detections of the old one, and the tracks that stay as they are; it is
    never written.
    """
    touched = {change.target for change in outcome.changes if change.frames is not None}
    added: dict[int, list[Placed]] = defaultdict(list)
    for target, box in outcome.added:
        added[target].append(box)
    rows: dict[int, list[tuple[int, TrackView, int]]] = defaultdict(list)
    fresh = scene.copy_without_tracks()
    for track in scene.tracks.values():
        if int(track.track_id) not in touched:
            fresh.tracks[track.track_id] = track
            continue
        for row, frame in enumerate(track.frames.tolist()):
            place = (track.track_id, frame)
            if place not in outcome.removed:
                rows[outcome.targets.get(place, int(track.track_id))].append((frame, track, row))
    for target in rows.keys() | added.keys():
        fresh.tracks[TrackId(target)] = _assembled(scene, target, rows[target], added[target])
    return _with_coverage(fresh) if outcome.removed or outcome.added else fresh


def _with_coverage(scene: Scene) -> Scene:
    """Compute anew how much of each box is hidden: there are others in front of it now."""
    tracks = [*scene.tracks.values()]
    if not tracks:
        return scene
    frames = np.concatenate([track.frames for track in tracks])
    hidden = hidden_shares(frames, np.concatenate([track.boxes_xyxy for track in tracks]))
    ends = np.cumsum([len(track) for track in tracks])[:-1]
    for track, shares in zip(tracks, np.split(hidden, ends), strict=True):
        scene.tracks[track.track_id] = replace(track, coverage=shares)
    return scene


def _assembled(
    scene: Scene, target: int, parts: list[tuple[int, TrackView, int]], added: list[Placed]
) -> TrackView:
    frames = np.array([frame for frame, *_ in parts] + [box.frame for box in added], np.int64)
    order = np.argsort(frames, kind="stable")
    boxes = [track.boxes_xyxy[row] for _, track, row in parts]
    boxes += [np.array(box.box_xyxy) for box in added]
    scores = [track.scores[row] for _, track, row in parts] + [box.score for box in added]
    ids = [int(track.box_ids[row]) for _, track, row in parts] + [0] * len(added)
    known = [int(track.embedding_rows[row]) for _, track, row in parts]
    known += scene.detections.rows_of(
        np.array([box.detection_id for box in added], np.int64)
    ).tolist()
    by_person = [bool(track.by_person[row]) for _, track, row in parts] + [False] * len(added)
    hidden = [float(track.coverage[row]) for _, track, row in parts] + [0.0] * len(added)
    existing = scene.tracks.get(TrackId(target))
    return TrackView(
        track_id=TrackId(target),
        number=target if existing is None else existing.number,
        box_ids=np.array(ids, np.int64)[order],
        frames=frames[order],
        boxes_xyxy=np.stack(boxes)[order],
        scores=np.array(scores, np.float64)[order],
        by_person=np.array(by_person, np.bool_)[order],
        embedding_rows=np.array(known, np.int64)[order],
        coverage=np.array(hidden, np.float64)[order],
    )
