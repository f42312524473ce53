"""Puts known errors into true tracks: swaps, fragmentations and merges, as edits of a project."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final

import numpy as np

from trackmend_core.project import Project
from trackmend_core.project.edits import DeleteStretch, MergeTracks, SplitTrack, SwapTracks
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import RunId, TrackId

BOXES_PER_ERROR: Final = 150
LEAST_ERRORS: Final = 3
SPACING_S: Final = 1.0
"""Errors in one track lie at least so far apart and from its ends."""

_NEAR_HEIGHTS = 0.6


class ErrorKind(StrEnum):
    """What is done to the truth."""

    SWAP = "swap"
    FRAGMENTATION = "fragmentation"
    MERGE = "merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededError:
    """A known error.

    Attributes:
        kind: what was done.
        people: true identities concerned; of a merge first the earlier one.
        first_frame: the last frame before the error, 0-based.
        last_frame: the first frame behind it.
    """

    kind: ErrorKind
    people: tuple[int, ...]
    first_frame: int
    last_frame: int


def error_count(box_count: int) -> int:
    """Return K, how many errors are put into a video of so many boxes."""
    return max(LEAST_ERRORS, box_count // BOXES_PER_ERROR)


class Seeder:
    """Puts errors into the true tracks of a run, one edit or two each.

    Swaps happen where two people are near to each other, as those of a tracker do; half of the
    fragmentations lose up to a second of boxes; merges join people who are never seen together.
    """

    def __init__(self, project: Project, run_id: RunId, *, seed: int) -> None:
        self._project = project
        self._scene = Scene(project, run_id)
        self._rng = np.random.default_rng(seed)
        self._spacing = max(3, round(SPACING_S * self._scene.frame_rate))
        self._person_of: dict[TrackId, int] = {}
        self._touched: dict[TrackId, list[int]] = {}
        self.truth_of_box = {
            box_id: int(track.track_id)
            for track in self._scene.tracks.values()
            for box_id in track.box_ids.tolist()
        }

    def seed(self, count: int) -> list[SeededError]:
        """Put in up to `count` errors, the kinds in turn, and return those for which was room."""
        errors: list[SeededError] = []
        kinds = self._kinds()
        failed: set[ErrorKind] = set()
        while len(errors) < count and len(failed) < len(ErrorKind):
            kind = next(kinds)
            error = None if kind in failed else self._make(kind)
            if error is None:
                failed.add(kind)
            else:
                errors.append(error)
        return errors

    def _kinds(self) -> Iterator[ErrorKind]:
        while True:
            yield from self._rng.permutation(list(ErrorKind)).tolist()

    def _make(self, kind: ErrorKind) -> SeededError | None:
        """Try the kind on one track or pair after the other, in random order."""
        tracks = list(self._scene.tracks.values())
        order = [tracks[int(place)] for place in self._rng.permutation(len(tracks))]
        if kind == ErrorKind.FRAGMENTATION:
            made = (self._break(track) for track in order)
        else:
            make = self._swap if kind == ErrorKind.SWAP else self._merge
            pairs = list(combinations(order, 2))
            shuffled = (pairs[int(place)] for place in self._rng.permutation(len(pairs)))
            made = (make(one, other) for one, other in shuffled)
        return next((error for error in made if error is not None), None)

    def _swap(self, a: TrackView, b: TrackView) -> SeededError | None:
        frames, rows_a, rows_b = np.intersect1d(
            a.frames, b.frames, assume_unique=True, return_indices=True
        )
        free = [self._is_free(a, frame) and self._is_free(b, frame) for frame in frames.tolist()]
        if not any(free):
            return None
        apart = np.hypot(*(a.centres[rows_a] - b.centres[rows_b]).T) / a.heights[rows_a]
        near = np.flatnonzero(np.array(free) & (apart < _NEAR_HEIGHTS))
        if not len(near):
            return None
        frame = int(frames[self._rng.choice(near)])
        people = (self._person(a, frame), self._person(b, frame))
        before = int(max(a.frames[a.index_at(frame) - 1], b.frames[b.index_at(frame) - 1]))
        self._edit(SwapTracks(track_a=a.track_id, track_b=b.track_id, first_frame=frame))
        self._mark(a.track_id, frame)
        self._mark(b.track_id, frame)
        return SeededError(kind=ErrorKind.SWAP, people=people, first_frame=before, last_frame=frame)

    def _break(self, track: TrackView) -> SeededError | None:
        free = [frame for frame in track.frames.tolist() if self._is_free(track, frame)]
        if not free:
            return None
        frame = int(self._rng.choice(free))
        person = self._person(track, frame)
        lost = int(self._rng.integers(0, self._spacing)) if self._rng.random() < 0.5 else 0
        before = int(track.frames[track.index_at(frame) - 1])
        changes = self._edit(SplitTrack(track_id=track.track_id, at_frame=frame))
        (late,) = changes - {track.track_id}
        if lost:
            self._edit(DeleteStretch(track_id=late, first_frame=frame, last_frame=frame + lost - 1))
        after = self._scene.tracks[late].first_frame
        marks = self._touched.get(track.track_id, [])
        self._touched[late] = [mark for mark in marks if mark > frame]
        self._mark(track.track_id, before)
        self._mark(late, after)
        return SeededError(
            kind=ErrorKind.FRAGMENTATION, people=(person,), first_frame=before, last_frame=after
        )

    def _merge(self, a: TrackView, b: TrackView) -> SeededError | None:
        early, late = (a, b) if a.first_frame < b.first_frame else (b, a)
        end, start = early.last_frame, late.first_frame
        roomy = min(len(early), len(late)) >= self._spacing
        if start <= end or not roomy:
            return None
        people = (self._person(early, end), self._person(late, start))
        if people[0] == people[1]:
            return None
        self._edit(MergeTracks(keep=early.track_id, absorb=late.track_id))
        self._touched[early.track_id] = [
            *self._touched.get(early.track_id, []),
            *self._touched.pop(late.track_id, []),
            end,
            start,
        ]
        return SeededError(kind=ErrorKind.MERGE, people=people, first_frame=end, last_frame=start)

    def _edit(self, edit: SwapTracks | SplitTrack | DeleteStretch | MergeTracks) -> set[TrackId]:
        changes = self._project.edit(edit)
        self._scene.update(self._project, changes)
        return set(changes.tracks)

    def _person(self, track: TrackView, frame: int) -> int:
        row = min(track.index_at(frame), len(track) - 1)
        return self.truth_of_box[int(track.box_ids[row])]

    def _is_free(self, track: TrackView, frame: int) -> bool:
        """Return whether an error has room at a frame of a track."""
        row = track.index_at(frame)
        if min(row, len(track) - row) < self._spacing:
            return False
        marks = self._touched.get(track.track_id, [])
        return all(abs(mark - frame) >= self._spacing for mark in marks)

    def _mark(self, track_id: TrackId, frame: int) -> None:
        self._touched.setdefault(track_id, []).append(frame)
