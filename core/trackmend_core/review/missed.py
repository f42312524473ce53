"""Finds gaps in a track, and what fills them: detections of nobody, and the straight line between.

Beyond the ends of a track only detections count. Inside it both sides are known: somebody who was
hidden meanwhile was between them, so a gap is filled as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from trackmend_core.geometry import iou_matrix
from trackmend_core.project import BoxXyxy
from trackmend_core.project.edits import PlaceBoxes
from trackmend_core.review.alternatives import Alternative, nothing
from trackmend_core.review.contacts import Neighbours
from trackmend_core.review.duplicates import paired_iou
from trackmend_core.review.finding import Finding, ordered
from trackmend_core.review.judge import Judge
from trackmend_core.review.kinds import Action, SuspicionKind
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import BoolArray, Float64Array, IntArray

LONGEST_GAP_S: Final = 2.0
LONGEST_TAIL_S: Final = 1.0
ONE_LOOK_S: Final = 1.0
"""So much of one track is seen at a look."""

FITS: Final = 0.45
"""A detection fits the expected box if they overlap by so much (IoU)."""

_RIVAL_SPREADS: Final = 1.0
"""A detection that looks by so many standard deviations more like another track is that one's."""

_LEAST_BOXES: Final = 2
_TAKEN: Final = 0.5
_STRANGER: Final = -2.0
"""Where the sides of a gap look less alike than this (log-likelihood ratio), nothing is laid."""

_USUAL_FIT: Final = 0.7
_USUAL_SCORE: Final = 0.4
"""Told of a gap in which nothing was detected, so that it speaks neither for nor against."""

_CROWDED: Final = 0.2
"""A detection that overlaps a box of another track by so much may be that one's a second time."""


def missed_boxes(
    judge: Judge, track: TrackView, *, is_free: BoolArray, neighbours: Neighbours
) -> list[Finding]:
    """Return the gaps and ends of a track that unused detections continue.

    Args:
        judge: of the scene.
        track: that may have holes.
        is_free: (E,) which detections of the scene belong to no track.
        neighbours: finds the tracks around.
    """
    rate = judge.scene.frame_rate
    gaps = []
    for row in np.flatnonzero(np.diff(track.frames) > 1).tolist():
        first, last = int(track.frames[row]) + 1, int(track.frames[row + 1]) - 1
        if last - first < LONGEST_GAP_S * rate:
            gaps.append(_filling(judge, track, np.arange(first, last + 1), is_free))
    found = _at_one_look(gaps, reach=ONE_LOOK_S * rate)
    tail = round(LONGEST_TAIL_S * rate)
    limit = judge.scene.frame_count
    if len(track) >= _LEAST_BOXES:
        after = np.arange(track.last_frame + 1, min(limit, track.last_frame + 1 + tail))
        before = np.arange(track.first_frame - 1, max(-1, track.first_frame - 1 - tail), -1)
        found += [_filling(judge, track, frames, is_free) for frames in (after, before)]
    usable = (_whole(judge, track, _usable(judge, track, one, neighbours)) for one in found)
    return [_finding(judge, track, one) for one in usable if one.box_count >= _LEAST_BOXES]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Filling:
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

    def only(self, kept: BoolArray, crowding: Float64Array) -> "_Filling":
        """Return the detections that are kept, (N,)."""
        return replace(
            self,
            frames=self.frames[kept],
            rows=self.rows[kept],
            fits=self.fits[kept],
            crowding=crowding[kept],
        )

    def with_next(self, later: "_Filling") -> "_Filling":
        """Return the detections of both."""
        return _Filling(
            frames=np.concatenate([self.frames, later.frames]),
            rows=np.concatenate([self.rows, later.rows]),
            fits=np.concatenate([self.fits, later.fits]),
            crowding=np.concatenate([self.crowding, later.crowding]),
            tried=np.concatenate([self.tried, later.tried]),
            inside=self.inside,
        )


def _at_one_look(gaps: Sequence[_Filling], *, reach: float) -> list[_Filling]:
    """Put gaps together that are seen at one look, and so may be filled by one edit."""
    found: list[_Filling] = []
    for gap in gaps:
        if found and gap.tried[-1] - found[-1].tried[0] < reach:
            found[-1] = found[-1].with_next(gap)
        else:
            found.append(gap)
    return found


def _filling(judge: Judge, track: TrackView, frames: IntArray, is_free: BoolArray) -> _Filling:
    """Walk from the known boxes into the unknown, one fitting detection after the other."""
    inside = bool(len(frames)) and track.first_frame < frames[0] < track.last_frame
    seen = judge.scene.detections
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
    return _Filling(
        frames=np.array([frame for frame, *_ in chosen], np.int64),
        rows=np.array([row for _, row, _ in chosen], np.int64),
        fits=np.array([fit for *_, fit in chosen], np.float64),
        crowding=np.zeros(len(chosen)),
        tried=np.sort(frames),
        inside=inside,
    )


def _usable(judge: Judge, track: TrackView, filling: _Filling, neighbours: Neighbours) -> _Filling:
    """Leave detections alone that another track covers, or that look more like one around.

    A wrong box costs two switches, so that it is better to leave a frame empty.
    """
    if not len(filling):
        return filling
    seen = judge.scene.detections
    boxes = seen.boxes_xyxy[filling.rows].astype(np.float64)
    vectors = seen.embeddings[filling.rows].astype(np.float32)
    mine = vectors @ judge.before(track, len(track)).gallery
    crowding, theirs = np.zeros(len(filling)), np.full(len(filling), -1.0)
    doubled = np.full(len(filling), -1.0)
    around = neighbours.around(
        first_frame=int(filling.frames[0]),
        last_frame=int(filling.frames[-1]),
        box_xyxy=(*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()),
        but=track.track_id,
    )
    for other in around:
        rows = np.minimum(other.rows_in(filling.frames), len(other) - 1)
        is_here = other.frames[rows] == filling.frames
        here = np.flatnonzero(is_here)
        overlap = paired_iou(other.boxes_xyxy[rows[here]], boxes[here])
        crowding[here] = np.maximum(crowding[here], overlap)
        looks = vectors @ judge.before(other, len(other)).gallery
        theirs = np.where(is_here, theirs, np.maximum(theirs, looks))
        crowded = here[overlap >= _CROWDED]
        doubled[crowded] = np.maximum(doubled[crowded], looks[crowded])
    kept = (crowding <= _TAKEN) & (theirs - mine < _RIVAL_SPREADS * judge.scale.spread)
    kept &= doubled <= mine
    if filling.inside:
        # The straight line is as good a guess, and it is nobody else's box.
        kept &= mine >= judge.scale.middle
    return filling.only(kept, crowding)


def _whole(judge: Judge, track: TrackView, filling: _Filling) -> _Filling:
    """Return a filling of every frame if both sides of the gaps look and move like one person."""
    if not filling.inside:
        return filling
    beside = np.unique(track.rows_in(filling.tried)).tolist()
    links = (judge.link(judge.before(track, row), judge.after(track, row)) for row in beside)
    alike = [(link.score, judge.scale.evidence(link.cosine)) for link in links]
    itself = min(score for score, _ in alike)
    is_one = itself > 0 and min(looks for _, looks in alike) > _STRANGER
    return replace(filling, itself=itself, is_whole=is_one)


def _finding(judge: Judge, track: TrackView, filling: _Filling) -> Finding:
    placed = _placed(judge, track, filling)
    cosine, alike, fit, mean_score, crowding = 0.0, 0.0, _USUAL_FIT, _USUAL_SCORE, 0.0
    if len(filling):
        seen, rows = judge.scene.detections, filling.rows
        gallery = judge.before(track, len(track)).gallery
        cosine = float(np.mean(seen.embeddings[rows].astype(np.float32) @ gallery))
        alike = judge.scale.evidence(cosine)
        fit, mean_score = float(filling.fits.mean()), float(seen.scores[rows].mean())
        crowding = float(filling.crowding.mean())
    at_border, shorter = False, len(track)
    if filling.inside:
        beside = np.unique(track.rows_in(filling.tried)).tolist()
        shorter = min(beside[0], len(track) - beside[-1])
        sides = [(judge.before(track, row), judge.after(track, row)) for row in beside]
        at_border = any(one.at_border for both in sides for one in both)
    score = alike + 6 * (fit - 0.5) + (1.0 if filling.inside else -1.0)
    first, last = placed.frames[0], placed.frames[-1]
    option = Alternative(
        action=Action.EXTEND,
        score=score if len(filling) else filling.itself,
        frame=first,
        edit=placed,
        gain_boxes=len(placed.frames),
    )
    return Finding(
        kind=SuspicionKind.MISSED,
        tracks=(track.track_id,),
        frame=first,
        first_frame=first,
        last_frame=last,
        alternatives=ordered([option, nothing(first)]),
        evidence={
            "boxes": float(len(placed.frames)),
            "filled": round(len(filling) / len(filling.tried), 4),
            "similarity_joins": round(cosine, 4),
            "overlap": round(fit, 4),
            "mean_score": round(mean_score, 4),
            "inside": float(filling.inside),
            "similarity_evidence": round(alike, 4),
            "crowding": round(crowding, 4),
            "score_self": round(filling.itself, 4),
            "at_border": float(at_border),
            "shorter_side": float(shorter),
        },
    )


def _placed(judge: Judge, track: TrackView, filling: _Filling) -> PlaceBoxes:
    """Return the edit: the detections, and inside the track the straight lines between them."""
    seen = judge.scene.detections
    frames = filling.tried if filling.is_whole else filling.frames
    known = np.concatenate([track.frames, filling.frames])
    boxes = np.concatenate([track.boxes_xyxy, seen.boxes_xyxy[filling.rows].astype(np.float64)])
    scores = np.concatenate([track.scores, seen.scores[filling.rows].astype(np.float64)])
    order = np.argsort(known)
    sides = [np.interp(frames, known[order], boxes[order, side]) for side in range(4)]
    row_of = dict(zip(filling.frames.tolist(), filling.rows.tolist(), strict=True))
    ids = [int(seen.ids[row_of[one]]) if one in row_of else None for one in frames.tolist()]
    return PlaceBoxes(
        track_id=track.track_id,
        frames=tuple(frames.tolist()),
        boxes_xyxy=tuple(_corners(box) for box in np.column_stack(sides)),
        scores=tuple(np.interp(frames, known[order], scores[order]).tolist()),
        detection_ids=tuple(ids),
        how="propagation" if len(filling) else "interpolation",
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


def _corners(box: Float64Array) -> BoxXyxy:
    x1, y1, x2, y2 = box.tolist()
    return x1, y1, x2, y2
