"""Finds gaps in a track, and what fills them: detections of nobody, and the straight line between.

Beyond the ends of a track only detections count. Inside it both sides are known: somebody who was
hidden meanwhile was between them, so a gap is filled as a whole.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from trackmend_core.project import BoxXyxy
from trackmend_core.project.edits import PlaceBoxes
from trackmend_core.review.alternatives import Alternative, nothing
from trackmend_core.review.contacts import Neighbours
from trackmend_core.review.duplicates import paired_iou
from trackmend_core.review.fillings import Filling, at_one_look, filling
from trackmend_core.review.finding import Finding, ordered
from trackmend_core.review.judge import Judge
from trackmend_core.review.kinds import Action, SuspicionKind
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import BoolArray, Float64Array, IntArray

LONGEST_GAP_S: Final = 2.0
LONGEST_TAIL_S: Final = 1.0
ONE_LOOK_S: Final = 1.0
"""So much of one track is seen at a look."""

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


class MissedBoxes:
    """The gaps and ends of a track that itself does not change, and what continues it there.

    After an edit of other tracks the walks are done anew only if detections became free or were
    taken where this track lacks boxes, and a gap is judged anew only if it now looks otherwise.
    """

    def __init__(self, judge: Judge, track: TrackView) -> None:
        self._judge = judge
        self._track = track
        self._gaps, self._tails = _inside(judge, track), _beyond(judge, track)
        self._tried = np.concatenate([*self._gaps, *self._tails, np.zeros(0, np.int64)])
        self._holes: list[_Hole] | None = None

    def look(
        self,
        neighbours: Neighbours,
        is_free: BoolArray,
        changed: IntArray | None = None,
    ) -> list[Finding]:
        """Return the gaps and ends that unused detections continue.

        Args:
            neighbours: finds the tracks around.
            is_free: (E,) which detections of the scene belong to no track.
            changed: frames in which that has changed since the last look; None if it is not known.
        """
        if self._holes is None or changed is None or np.isin(self._tried, changed).any():
            self._holes = list(self._fill(is_free))
        found = (hole.look(neighbours) for hole in self._holes)
        return [one for one in found if one is not None]

    def _fill(self, is_free: BoolArray) -> "Iterator[_Hole]":
        judge, track = self._judge, self._track
        gaps, tails = (
            [filling(judge.scene, track, frames, is_free) for frames in places]
            for places in (self._gaps, self._tails)
        )
        reach = ONE_LOOK_S * judge.scene.frame_rate
        for one in (*at_one_look(gaps, reach=reach), *tails):
            yield _Hole(judge, track, one)


def _inside(judge: Judge, track: TrackView) -> list[IntArray]:
    """Return the frames of each gap that is not too long."""
    gaps = []
    for row in np.flatnonzero(np.diff(track.frames) > 1).tolist():
        first, last = int(track.frames[row]) + 1, int(track.frames[row + 1]) - 1
        if last - first < LONGEST_GAP_S * judge.scene.frame_rate:
            gaps.append(np.arange(first, last + 1))
    return gaps


def _beyond(judge: Judge, track: TrackView) -> list[IntArray]:
    """Return the frames behind and before a track, going away from it."""
    if len(track) < _LEAST_BOXES:
        return []
    tail, limit = round(LONGEST_TAIL_S * judge.scene.frame_rate), judge.scene.frame_count
    first, last = track.first_frame, track.last_frame
    return [
        np.arange(last + 1, min(limit, last + 1 + tail)),
        np.arange(first - 1, max(-1, first - 1 - tail), -1),
    ]


class _Hole:
    """What is missing at one look, and which of the detections may be used for it.

    In a crowd dozens of tracks live beside a hole, and an edit of two of them seldom changes what
    is left of its detections: only then a finding is made anew.
    """

    def __init__(self, judge: Judge, track: TrackView, found: Filling) -> None:
        self._judge = judge
        self._track = track
        self._found = found
        self._beside: dict[TrackView, Float64Array | None] = {}
        if found.inside:
            self._found = _with_sides(judge, track, found)
        if len(found):
            seen = judge.scene.detections
            boxes = self._boxes = seen.boxes_xyxy[found.rows].astype(np.float64)
            low, high = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
            self._reach = (*low, *high)
            self._vectors = seen.embeddings[found.rows].astype(np.float32)
            self._mine = self._vectors @ judge.before(track, len(track)).gallery
        self._nobody = np.repeat([[0.0], [-1.0], [-1.0]], len(found), axis=1)
        self._said: Float64Array | None = None
        self._usable: Filling | None = None
        self._finding: Finding | None = None

    def look(self, neighbours: Neighbours) -> Finding | None:
        """Return what is missing, None if too little; the same as before if nothing changed."""
        around = self._tracks_around(neighbours)
        known = self._beside  # of tracks as they are: one that was edited is another one
        if self._said is not None and around == [*known]:
            return self._finding
        self._beside = {
            other: known[other] if other in known else self._compared(other) for other in around
        }
        said: Float64Array = np.maximum.reduce(
            [self._nobody, *(one for one in self._beside.values() if one is not None)]
        )
        if self._said is None or not np.array_equal(said, self._said):
            usable = self._usable_beside(said)
            if self._usable is None or not usable.is_same_choice(self._usable):
                enough = usable.box_count >= _LEAST_BOXES
                self._finding = _finding(self._judge, self._track, usable) if enough else None
                self._usable = usable
            self._said = said
        return self._finding

    def _tracks_around(self, neighbours: Neighbours) -> list[TrackView]:
        frames = self._found.frames
        if not len(frames):
            return []
        return neighbours.around(
            first_frame=int(frames[0]),
            last_frame=int(frames[-1]),
            box_xyxy=self._reach,
            but=self._track.track_id,
        )

    def _usable_beside(self, said: Float64Array) -> Filling:
        """Leave detections alone that another track covers, or that look more like one around.

        A wrong box costs two switches, so that it is better to leave a frame empty.
        """
        found = self._found
        if not len(found):
            return found
        mine, (crowding, theirs, doubled) = self._mine, said
        kept = (crowding <= _TAKEN) & (theirs - mine < _RIVAL_SPREADS * self._judge.scale.spread)
        kept &= doubled <= mine
        if found.inside:
            # The straight line is as good a guess, and it is nobody else's box.
            kept &= mine >= self._judge.scale.middle
        return found.only(kept, crowding)

    def _compared(self, other: TrackView) -> Float64Array | None:
        """Return (3, N) what another track has to do with the detections; None if nothing.

        The overlap of its box in that frame (IoU), and the cosine of the detection with the whole
        track where it has no box, and where its box overlaps too much; -1 elsewhere.
        """
        rows = np.minimum(other.rows_in(self._found.frames), len(other) - 1)
        is_away = other.frames[rows] != self._found.frames
        boxes, mine = other.boxes_xyxy[rows], self._boxes
        low = np.maximum(boxes[:, :2], mine[:, :2])
        size = np.minimum(boxes[:, 2:], mine[:, 2:]) - low
        touching = (size.min(axis=1) > 0) & ~is_away
        touches, anywhere_else = touching.any(), is_away.any()
        if not touches and not anywhere_else:
            return None  # of most tracks in a crowd
        said = self._nobody.copy()
        if touches:
            said[0, touching] = paired_iou(boxes[touching], mine[touching])
        is_rival = said[0] >= _CROWDED
        if anywhere_else or is_rival.any():
            looks = self._vectors @ self._judge.before(other, len(other)).gallery
            said[1, is_away] = looks[is_away]
            said[2, is_rival] = looks[is_rival]
        return said


def _with_sides(judge: Judge, track: TrackView, found: Filling) -> Filling:
    """Return a filling of every frame if both sides of the gaps look and move like one person."""
    beside = np.unique(track.rows_in(found.tried)).tolist()
    links = (judge.link(judge.before(track, row), judge.after(track, row)) for row in beside)
    alike = [(link.score, judge.scale.evidence(link.cosine)) for link in links]
    itself = min(score for score, _ in alike)
    is_one = itself > 0 and min(looks for _, looks in alike) > _STRANGER
    return replace(found, itself=itself, is_whole=is_one)


def _finding(judge: Judge, track: TrackView, filling: Filling) -> Finding:
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


def _placed(judge: Judge, track: TrackView, filling: Filling) -> PlaceBoxes:
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


def _corners(box: Float64Array) -> BoxXyxy:
    x1, y1, x2, y2 = box.tolist()
    return x1, y1, x2, y2
