"""Finds two tracks on one object, and short doubtful tracks on none."""

from typing import Final

import numpy as np

from trackmend_core.project.edits import DeleteStretch, DeleteTrack, Edit, JoinOverlapping
from trackmend_core.review.alternatives import Alternative, nothing
from trackmend_core.review.contacts import areas, shared_areas
from trackmend_core.review.finding import Finding, ordered
from trackmend_core.review.judge import Judge
from trackmend_core.review.kinds import Action, SuspicionKind
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import Float64Array

DOUBLED: Final = 0.5
"""Boxes of two tracks that overlap by so much (IoU) may be of one object."""

LEAST_S: Final = 0.15
GHOST_S: Final = 0.8
STOPPED_S: Final = 0.2
"""So long before a run was stopped somebody may have been missed who goes on."""
_WHOLE: Final = 0.75


def duplicates(judge: Judge, a: TrackView, b: TrackView) -> Finding | None:
    """Return that two tracks are on one object, if they lie on each other for a while."""
    frames, rows_a, rows_b = a.common_frames(b)
    if not len(frames):
        return None
    overlap = paired_iou(a.boxes_xyxy[rows_a], b.boxes_xyxy[rows_b])
    doubled = overlap >= DOUBLED
    count = int(doubled.sum())
    if count < max(3, LEAST_S * judge.scene.frame_rate):
        return None
    shorter, longer = (a, b) if len(a) <= len(b) else (b, a)
    share = count / len(shorter)
    together = count / len(frames)
    if max(share, together) < 0.5:
        return None
    doubles = frames[doubled]
    first, last = int(doubles[0]), int(doubles[-1])
    action, edit, gain = _repair(shorter, longer, share=share, first=first, last=last, count=count)
    mean = float(overlap[doubled].mean())
    score = 8 * (mean - 0.65) + 3 * (share - 0.5) + 2 * (together - 0.5)
    apart = a.centres_of(rows_a) - b.centres_of(rows_b)
    wobble = float(np.hypot(*np.std(apart[doubled], axis=0))) / float(np.median(shorter.heights))
    cosine = float(judge.after(a, 0).gallery @ judge.after(b, 0).gallery)
    alike = judge.scale.evidence(cosine)
    option = Alternative(
        action=action,
        score=score,
        frame=first,
        edit=edit,
        partner=longer.track_id,
        gain_boxes=gain,
    )
    return Finding(
        kind=SuspicionKind.DUPLICATE,
        tracks=(shorter.track_id, longer.track_id),
        frame=first,
        first_frame=first,
        last_frame=last,
        alternatives=ordered([option, nothing(first)]),
        evidence={
            "overlap": round(mean, 4),
            "doubled_frames": float(count),
            "share_of_shorter": round(share, 4),
            "similarity_joins": round(cosine, 4),
            "similarity_evidence": round(alike, 4),
            "wobble_heights": round(wobble, 4),
            "share_together": round(together, 4),
            "score_difference": round(float(longer.scores.mean() - shorter.scores.mean()), 4),
        },
    )


def ghost(judge: Judge, track: TrackView, *, usual_score: float) -> Finding | None:
    """Return that a short track with little support may be of nobody.

    Whether one is short is not known yet where the run was stopped while it went on.
    """
    life_s = len(track) / judge.scene.frame_rate
    if life_s > GHOST_S or _goes_on(judge, track):
        return None
    doubt = usual_score - float(track.scores.mean())
    if doubt <= 0:
        return None
    speed = np.array(judge.after(track, 0).velocity) / float(np.median(track.heights))
    option = Alternative(
        action=Action.DELETE,
        score=8 * doubt + 2 * (GHOST_S - life_s) - 2,
        frame=track.first_frame,
        edit=DeleteTrack(track_id=track.track_id),
        gain_boxes=max(1, len(track) // 2),
    )
    return Finding(
        kind=SuspicionKind.GHOST,
        tracks=(track.track_id,),
        frame=track.first_frame,
        first_frame=track.first_frame,
        last_frame=track.last_frame,
        alternatives=ordered([option, nothing(track.first_frame)]),
        evidence={
            "boxes": float(len(track)),
            "life_s": round(life_s, 3),
            "mean_score": round(float(track.scores.mean()), 4),
            "doubt": round(doubt, 4),
            "hidden": round(float(track.coverage.mean()), 4),
            "speed_heights_per_s": round(float(np.hypot(*speed)) * judge.scene.frame_rate, 4),
        },
    )


def _goes_on(judge: Judge, track: TrackView) -> bool:
    stopped_at = judge.scene.stopped_at
    if stopped_at is None:
        return False
    return track.last_frame >= stopped_at - 1 - STOPPED_S * judge.scene.frame_rate


def paired_iou(boxes_a: Float64Array, boxes_b: Float64Array) -> Float64Array:
    """Return (N,) the overlap of the boxes of two lists, pair by pair."""
    shared, either = shared_areas(boxes_a, boxes_b), areas(boxes_a) + areas(boxes_b)
    overlap: Float64Array = shared / np.maximum(either - shared, 1e-9)
    return overlap


def _repair(
    shorter: TrackView, longer: TrackView, *, share: float, first: int, last: int, count: int
) -> tuple[Action, Edit, int]:
    """Return what makes one track of two: delete the copy, or join what overlaps at its ends."""
    if share >= _WHOLE:
        return Action.DELETE, DeleteTrack(track_id=shorter.track_id), max(1, len(shorter) // 2)
    earlier, later = (
        (shorter, longer) if shorter.first_frame < longer.first_frame else (longer, shorter)
    )
    if earlier.last_frame <= last + 2 and later.first_frame >= first - 2:
        joined = JoinOverlapping(keep=earlier.track_id, absorb=later.track_id)
        return Action.MERGE, joined, min(len(shorter), len(longer))
    copy = shorter if shorter.scores.mean() <= longer.scores.mean() else longer
    cut_out = DeleteStretch(track_id=copy.track_id, first_frame=first, last_frame=last)
    return Action.DELETE, cut_out, max(1, count // 2)
