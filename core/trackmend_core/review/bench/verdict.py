"""Whether an edit truly helps, told by ground truth: the conscience of the simulated reviewer."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from trackmend_core.geometry import iou_matrix
from trackmend_core.project.edits import Edit
from trackmend_core.review.bench.truth import TrueVideo
from trackmend_core.review.previews import ghost_boxes
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import Float64Array

IOU_MIN: Final = 0.5
LOST_SHARE: Final = 0.3
"""So many of the boxes deleted with a doubtful track may have been of somebody after all."""

PASSING_LOSS: Final = 0.05
SHORTEST_RUN: Final = 5
"""Where boxes of several people overlap, a track seems to change its person for a few frames."""

Place = tuple[int, int]
"""Track and frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How good a layer is.

    Attributes:
        idf1: share of boxes with the right identity, 0..1.
        breaks: how often a person changes the track, plus how often a track the person, without
            changes for a few frames only.
    """

    idf1: float
    breaks: int


class Verdict:
    """Compares layers with the truth, edit by edit, without writing anything."""

    def __init__(self, video: TrueVideo) -> None:
        self._video = video
        self._matches: dict[Place, tuple[tuple[int, ...], int]] = {}
        self._now: Standing | None = None

    def read(self, scene: Scene) -> None:
        """Take the layer as it is now."""
        self._matches = {}
        self._now = None
        by_frame: dict[int, list[tuple[int, Float64Array]]] = {}
        for track in scene.tracks.values():
            for row, frame in enumerate(track.frames.tolist()):
                by_frame.setdefault(frame, []).append((int(track.track_id), track.boxes_xyxy[row]))
        for frame, found in by_frame.items():
            boxes = np.stack([box for _, box in found])
            for (track_id, _), match in zip(found, self._match(frame, boxes), strict=True):
                self._matches[track_id, frame] = match

    def standing(self, scene: Scene, edit: Edit | None = None) -> Standing:
        """Return how good the layer is, or would be after an edit."""
        if edit is not None:
            return self._standing(self._after(scene, edit))
        if self._now is None:
            self._now = self._standing(self._matches)
        return self._now

    def people_of(self, track: TrackView) -> list[int]:
        """Return for each box of a track the person it is on, 0 for nobody."""
        return [self._matches[int(track.track_id), frame][1] for frame in track.frames.tolist()]

    def helps(self, scene: Scene, edit: Edit) -> bool:
        """Return whether an edit makes the layer truly better.

        It does if IDF1 rises, or if fewer people change their track and IDF1 falls a little: of two
        repairs that belong together the first may cost a little. Deleting boxes of people whom no
        other track covers is no help, even where IDF1 would rise by it.
        """
        removed, lost = self._lost(scene, edit)
        if lost > LOST_SHARE * removed:
            return False
        now, then = self.standing(scene), self.standing(scene, edit)
        if then.idf1 > now.idf1 + 1e-9:
            return then.breaks <= now.breaks
        return then.idf1 >= now.idf1 - PASSING_LOSS and then.breaks < now.breaks

    def _lost(self, scene: Scene, edit: Edit) -> tuple[int, int]:
        """Return how many boxes an edit deletes, and how many of them leave a person uncovered."""
        gone = {
            (int(ghost.from_track), ghost.frame)
            for ghost in ghost_boxes(scene, edit)
            if ghost.is_removed and ghost.from_track is not None
        }
        if not gone:
            return 0, 0
        frames = {frame for _, frame in gone}
        covered = {
            (person, place[1])
            for place, (people, _) in self._matches.items()
            if place[1] in frames and place not in gone
            for person in people
        }
        people = ((self._matches[place][1], place[1]) for place in gone)
        return len(gone), sum(who > 0 and (who, frame) not in covered for who, frame in people)

    def _after(self, scene: Scene, edit: Edit) -> dict[Place, tuple[tuple[int, ...], int]]:
        ghosts = ghost_boxes(scene, edit)
        changed = dict(self._matches)
        moved = []
        for ghost in ghosts:
            if ghost.from_track is None:
                (match,) = self._match(ghost.frame, np.array([ghost.box_xyxy]))
            else:
                match = changed.pop((int(ghost.from_track), ghost.frame))
            if not ghost.is_removed:
                moved.append((ghost, match))
        for ghost, match in moved:
            target = -1 if ghost.to_track is None else int(ghost.to_track)
            changed[target, ghost.frame] = match
        return changed

    def _match(self, frame: int, boxes: Float64Array) -> list[tuple[tuple[int, ...], int]]:
        """Return for each box all people it covers, and the one that it is best taken for, or 0."""
        truth = self._video.frames[frame]
        overlaps = iou_matrix(boxes, truth.boxes_xyxy)
        worth = np.where(overlaps >= IOU_MIN, overlaps, 0.0)
        rows, columns = linear_sum_assignment(worth, maximize=True)
        best = {
            row: int(truth.identities[column])
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            if worth[row, column] > 0
        }
        return [
            (tuple(truth.identities[overlaps[row] >= IOU_MIN].tolist()), best.get(row, 0))
            for row in range(len(boxes))
        ]

    def _standing(self, matches: Mapping[Place, tuple[tuple[int, ...], int]]) -> Standing:
        shared: dict[tuple[int, int], int] = {}
        tracks_of: dict[int, list[int]] = {}
        people_of: dict[int, list[int]] = {}
        for track, frame in sorted(matches, key=lambda place: place[1]):
            people, person = matches[track, frame]
            for one in people:
                shared[one, track] = shared.get((one, track), 0) + 1
            if person:
                tracks_of.setdefault(person, []).append(track)
                people_of.setdefault(track, []).append(person)
        breaks = sum(map(_changes, (*tracks_of.values(), *people_of.values())))
        rows = {person: row for row, person in enumerate(sorted({one for one, _ in shared}))}
        columns = {track: column for column, track in enumerate(sorted({t for _, t in shared}))}
        table = np.zeros((len(rows), len(columns)))
        for (person, track), count in shared.items():
            table[rows[person], columns[track]] = count
        paired = linear_sum_assignment(table, maximize=True)
        right = float(table[paired].sum())
        return Standing(
            idf1=2 * right / max(1, self._video.box_count + len(matches)), breaks=breaks
        )


def _changes(sequence: list[int]) -> int:
    """Return how often a sequence changes its value, not counting runs that are very short."""
    runs = [(value, sum(1 for _ in run)) for value, run in groupby(sequence)]
    lasting = [value for value, length in runs if length >= SHORTEST_RUN]
    return sum(before != after for before, after in pairwise(lasting))
