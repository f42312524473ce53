"""Finds gaps in a track that detections of nobody would fill."""

from typing import Final

import numpy as np

from trackmend_core.geometry import iou_matrix
from trackmend_core.project import BoxXyxy
from trackmend_core.project.edits import PlaceBoxes
from trackmend_core.review.alternatives import Alternative, nothing
from trackmend_core.review.duplicates import paired_iou
from trackmend_core.review.finding import Finding, ordered
from trackmend_core.review.judge import Judge
from trackmend_core.review.kinds import Action, SuspicionKind
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import BoolArray, Float64Array, FloatArray, IntArray

LONGEST_GAP_S: Final = 2.0
LONGEST_TAIL_S: Final = 1.0
FITS: Final = 0.45
"""A detection fits the expected box if they overlap by so much (IoU)."""

_LEAST_SCORE: Final = 0.15
_LEAST_BOXES: Final = 2
_TAKEN: Final = 0.5


def missed_boxes(judge: Judge, track: TrackView, *, is_free: BoolArray) -> list[Finding]:
    """Return the gaps and ends of a track that unused detections continue.

    Args:
        judge: of the scene.
        track: that may have holes.
        is_free: (E,) which detections of the scene belong to no track.
    """
    rate = judge.scene.frame_rate
    found = []
    for row in np.flatnonzero(np.diff(track.frames) > _LEAST_BOXES).tolist():
        first, last = int(track.frames[row]) + 1, int(track.frames[row + 1]) - 1
        if last - first < LONGEST_GAP_S * rate:
            found.append(_fill(judge, track, np.arange(first, last + 1), is_free))
    tail = round(LONGEST_TAIL_S * rate)
    limit = judge.scene.frame_count
    after = np.arange(track.last_frame + 1, min(limit, track.last_frame + 1 + tail))
    before = np.arange(track.first_frame - 1, max(-1, track.first_frame - 1 - tail), -1)
    if len(track) >= _LEAST_BOXES:
        found += [_fill(judge, track, frames, is_free) for frames in (after, before)]
    return [finding for finding in found if finding is not None]


def _fill(judge: Judge, track: TrackView, frames: IntArray, is_free: BoolArray) -> Finding | None:
    """Walk from the known boxes into the unknown, one fitting detection after the other."""
    if not len(frames):
        return None
    inside = track.first_frame < frames[0] < track.last_frame
    seen = judge.scene.detections
    chosen: list[tuple[int, int, float]] = []
    recent = _Recent(track, forward=bool(frames[0] > track.first_frame), start=int(frames[0]))
    misses = 0
    for frame in frames.tolist():
        low, high = np.searchsorted(seen.frames, (frame, frame + 1))
        rows = np.flatnonzero(is_free[low:high]) + low
        expected = _between(track, frame) if inside else recent.expected(frame)
        overlaps = iou_matrix(expected[None], seen.boxes_xyxy[rows].astype(np.float64))[0]
        if not len(rows) or overlaps.max() < FITS:
            misses += 1
            if not inside and misses > 2:
                break
            continue
        misses = 0
        row = int(rows[np.argmax(overlaps)])
        chosen.append((frame, row, float(overlaps.max())))
        recent.take(frame, seen.boxes_xyxy[row].astype(np.float64))
    chosen = [one for one in chosen if not _is_taken(judge, track, one[0], one[1])]
    if len(chosen) < _LEAST_BOXES:
        return None
    return _finding(judge, track, frames, chosen, inside=inside)


def _finding(
    judge: Judge,
    track: TrackView,
    frames: IntArray,
    chosen: list[tuple[int, int, float]],
    *,
    inside: bool,
) -> Finding:
    seen = judge.scene.detections
    chosen = sorted(chosen)
    rows = np.array([row for _, row, _ in chosen], np.int64)
    vectors = seen.embeddings[rows].astype(np.float32)
    gallery = judge.before(track, len(track)).gallery
    cosine = float(np.mean(vectors @ gallery))
    fit = float(np.mean([overlap for *_, overlap in chosen]))
    mean_score = float(seen.scores[rows].mean())
    score = judge.scale.evidence(cosine) + 6 * (fit - 0.5) + (1.0 if inside else -1.0)
    option = Alternative(
        action=Action.EXTEND,
        score=score,
        frame=chosen[0][0],
        edit=PlaceBoxes(
            track_id=track.track_id,
            frames=tuple(frame for frame, *_ in chosen),
            boxes_xyxy=tuple(_corners(seen.boxes_xyxy[row]) for row in rows),
            scores=tuple(seen.scores[rows].tolist()),
            detection_ids=tuple(seen.ids[rows].tolist()),
            how="propagation",
        ),
        gain_boxes=len(chosen),
    )
    return Finding(
        kind=SuspicionKind.MISSED,
        tracks=(track.track_id,),
        frame=chosen[0][0],
        first_frame=chosen[0][0],
        last_frame=chosen[-1][0],
        alternatives=ordered([option, nothing(chosen[0][0])]),
        evidence={
            "boxes": float(len(chosen)),
            "filled": round(len(chosen) / len(frames), 4),
            "similarity_joins": round(cosine, 4),
            "overlap": round(fit, 4),
            "mean_score": round(mean_score, 4),
            "inside": float(inside),
            "similarity_evidence": round(judge.scale.evidence(cosine), 4),
            "crowding": round(_crowding(judge, track, chosen), 4),
        },
    )


class _Recent:
    """Where a track is expected beyond its end, from the boxes last seen or taken."""

    def __init__(self, track: TrackView, *, forward: bool, start: int) -> None:
        rows = slice(-6, None) if forward and start > track.last_frame else slice(0, 6)
        self._frames = track.frames[rows].tolist()
        self._boxes = list(track.boxes_xyxy[rows])
        if start < track.first_frame:
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


def _crowding(judge: Judge, track: TrackView, chosen: list[tuple[int, int, float]]) -> float:
    """Return how much the boxes of other tracks overlap the chosen detections on average (IoU)."""
    return float(
        np.mean([_overlap_of_others(judge, track, frame, row) for frame, row, _ in chosen])
    )


def _is_taken(judge: Judge, track: TrackView, frame: int, row: int) -> bool:
    """Return whether the box of another track already covers a detection."""
    return _overlap_of_others(judge, track, frame, row) > _TAKEN


def _overlap_of_others(judge: Judge, track: TrackView, frame: int, row: int) -> float:
    box = judge.scene.detections.boxes_xyxy[row].astype(np.float64)[None]
    largest = 0.0
    for other in judge.scene.tracks.values():
        if other.track_id == track.track_id or not other.first_frame <= frame <= other.last_frame:
            continue
        index = other.index_at(frame)
        if other.frames[index] == frame:
            largest = max(largest, float(paired_iou(other.boxes_xyxy[index][None], box)[0]))
    return largest


def _corners(box: FloatArray) -> BoxXyxy:
    x1, y1, x2, y2 = box.tolist()
    return x1, y1, x2, y2
