"""A layer laid over the truth: who is under each track, and what an edit would change of that.

Everything is kept track by track and person by person, so that an edit costs what it touches.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

SHORTEST_RUN: Final = 5
"""Where boxes of several people overlap, a track seems to change its person for a few frames."""

Match = tuple[tuple[int, ...], int]
"""All people whom a box covers, and the one that it is best taken for, or 0."""

Matches = Mapping[int, Match]
"""By frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How good a layer is.

    Attributes:
        idf1: share of boxes with the right identity, 0..1.
        breaks: how often a person changes the track, plus how often a track the person, without
            changes for a few frames only.
        switches: how often a person is found on another track than the time before.
    """

    idf1: float
    breaks: int
    switches: int


@dataclass(frozen=True, slots=True, eq=False)
class _Track:
    """What counts of one track: people by frame, how often each is covered, changes of person."""

    people: dict[int, int]
    covered: Counter[int]
    breaks: int
    boxes: int

    @classmethod
    def of(cls, matches: Matches) -> "_Track":
        people = {frame: matches[frame][1] for frame in sorted(matches) if matches[frame][1]}
        covered = Counter(one for everybody, _ in matches.values() for one in everybody)
        return cls(people, covered, _changes(list(people.values())), len(matches))


class MatchedLayer:
    """Tracks with the people under them.

    Attributes:
        tracks: by track, what each of its boxes is on.
    """

    def __init__(self, tracks: Mapping[int, Matches], *, true_boxes: int) -> None:
        self.tracks = tracks
        self._true_boxes = true_boxes
        self._parts = {track: _Track.of(matches) for track, matches in tracks.items() if matches}
        self._tracks_of: dict[int, dict[int, int]] = {}
        for track, part in self._parts.items():
            for frame, person in part.people.items():
                self._tracks_of.setdefault(person, {})[frame] = track
        self._of_person = {one: _of_person(seen) for one, seen in self._tracks_of.items()}

    def standing(self, changed: Mapping[int, Matches] | None = None) -> Standing:
        """Return how good the layer is, or would be if some tracks were as they are here."""
        parts, of_person = self._parts, self._of_person
        if changed:
            parts = {track: part for track, part in parts.items() if track not in changed}
            fresh = {track: _Track.of(matches) for track, matches in changed.items() if matches}
            of_person = self._people_after(frozenset(changed), fresh)
            parts |= fresh
        boxes = sum(part.boxes for part in parts.values())
        return Standing(
            idf1=2 * _right_boxes(parts) / max(1, self._true_boxes + boxes),
            breaks=sum(part.breaks for part in parts.values())
            + sum(breaks for breaks, _ in of_person.values()),
            switches=sum(switches for _, switches in of_person.values()),
        )

    def _people_after(
        self, changed: frozenset[int], fresh: Mapping[int, _Track]
    ) -> dict[int, tuple[int, int]]:
        """Return breaks and switches of everybody once tracks have changed."""
        concerned: dict[int, dict[int, int]] = {}
        for track in changed:
            if track in self._parts:
                for person in set(self._parts[track].people.values()):
                    concerned.setdefault(person, {})
        for track, part in fresh.items():
            for frame, person in part.people.items():
                concerned.setdefault(person, {})[frame] = track
        after = dict(self._of_person)
        for person, found in concerned.items():
            known = self._tracks_of.get(person, {})
            stays = {frame: track for frame, track in known.items() if track not in changed}
            after[person] = _of_person(found | stays)
        return after


def _of_person(tracks: Mapping[int, int]) -> tuple[int, int]:
    """Return how often somebody changes the track: for a while, and at all."""
    sequence = [tracks[frame] for frame in sorted(tracks)]
    return _changes(sequence), sum(before != after for before, after in pairwise(sequence))


def _right_boxes(parts: Mapping[int, _Track]) -> float:
    """Return how many boxes carry the right identity if people and tracks are paired at best."""
    rows: dict[int, int] = {}
    cells = [
        (rows.setdefault(person, len(rows)), column, count)
        for column, part in enumerate(parts.values())
        for person, count in part.covered.items()
    ]
    table = np.zeros((len(rows), len(parts)))
    if cells:
        people, columns, counts = np.array(cells, np.int64).T
        table[people, columns] = counts
    return float(table[linear_sum_assignment(table, maximize=True)].sum())


def _changes(sequence: Iterable[int]) -> int:
    """Return how often a sequence changes its value, not counting runs that are very short."""
    runs = [(value, sum(1 for _ in run)) for value, run in groupby(sequence)]
    lasting = [value for value, length in runs if length >= SHORTEST_RUN]
    return sum(before != after for before, after in pairwise(lasting))
