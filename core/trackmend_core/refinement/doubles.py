"""Finds tracks that are double or of nobody."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from trackmend_core.geometry import iou_matrix
from trackmend_core.refinement.settings import RefinementSettings
from trackmend_core.refinement.view import RefinementView
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Double:
    """A track that lies on another one; `share` of its frames, `overlap` the mean IoU there."""

    track: TrackView
    original: TrackView
    share: float
    overlap: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ghost:
    """A track that lived shortly and was never sure; `usual` is the median score of the run."""

    track: TrackView
    score: float
    usual: float


def find_doubles(view: RefinementView, settings: RefinementSettings) -> list[Double]:
    """Return tracks that overlap one longer track of their class nearly all of their life."""
    shared: Counter[tuple[TrackId, TrackId]] = Counter()
    overlaps: dict[tuple[TrackId, TrackId], float] = defaultdict(float)
    for one, other, iou in _overlapping(view, settings.duplicate_iou_min):
        shared[one, other] += 1
        overlaps[one, other] += iou
    tracks = view.judge.scene.tracks
    found: dict[TrackId, Double] = {}
    for (first, second), count in shared.items():
        short, long = sorted((tracks[first], tracks[second]), key=_worth)
        share = count / len(short)
        if share < settings.duplicate_share_min or not _is_free(view, short):
            continue
        double = Double(
            track=short, original=long, share=share, overlap=overlaps[first, second] / count
        )
        best = found.get(short.track_id)
        if best is None or double.share > best.share:
            found[short.track_id] = double
    # The original of a double must stay, even if it is itself a double of a third.
    return [one for one in found.values() if one.original.track_id not in found]


def find_ghosts(
    view: RefinementView, settings: RefinementSettings, *, without: frozenset[TrackId]
) -> list[Ghost]:
    """Return short tracks whose mean score is among the lowest of the run."""
    tracks = view.tracks
    if not tracks:
        return []
    scores = np.concatenate([track.scores for track in tracks])
    limit = float(np.quantile(scores, settings.ghost_score_quantile))
    usual = float(np.median(scores))
    longest = max(3.0, settings.ghost_s_max * view.frame_rate)
    return [
        Ghost(track=track, score=float(track.scores.mean()), usual=usual)
        for track in tracks
        if track.last_frame - track.first_frame < longest
        and float(track.scores.mean()) < limit
        and track.track_id not in without
        and _is_free(view, track)
    ]


def _overlapping(view: RefinementView, iou_min: float) -> list[tuple[TrackId, TrackId, float]]:
    """Return each pair of boxes of one frame that overlap so much, by track, the lower id first."""
    tracks = view.tracks
    if not tracks:
        return []
    ids = np.concatenate([np.full(len(track), track.track_id) for track in tracks])
    frames = np.concatenate([track.frames for track in tracks])
    boxes = np.concatenate([track.boxes_xyxy for track in tracks])
    order = np.argsort(frames, kind="stable")
    bounds = np.flatnonzero(np.diff(frames[order])) + 1
    found = []
    for rows in np.split(order, bounds):
        if len(rows) < 2:
            continue
        overlaps = np.triu(iou_matrix(boxes[rows], boxes[rows]), 1)
        for one, other in np.argwhere(overlaps >= iou_min).tolist():
            low, high = sorted((TrackId(int(ids[rows[one]])), TrackId(int(ids[rows[other]]))))
            if view.class_ids[low] == view.class_ids[high]:
                found.append((low, high, float(overlaps[one, other])))
    return found


def _worth(track: TrackView) -> tuple[int, float, int]:
    """Return what decides which of two tracks is the double: the shorter, the less certain."""
    return len(track), float(track.scores.mean()), -track.number


def _is_free(view: RefinementView, track: TrackView) -> bool:
    """Return whether no person has had a hand in a track."""
    is_settled = view.is_settled(track.track_id, track.first_frame, track.last_frame)
    return track.track_id not in view.by_person and not is_settled
