"""What a new association would change: a diff per track, and the edit that takes it over."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from trackmend_core.project import BoxXyxy
from trackmend_core.project.edits import Retrack
from trackmend_core.types import RunId, TrackId

KEPT = 0
"""No track has this id: a box without a target stays where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A box as the tracker puts it out again.

    Attributes:
        frame: 0-based.
        detection_id: it follows.
        box_xyxy: pixels of the source frame.
        score: 0..1.
    """

    frame: int
    detection_id: int
    box_xyxy: BoxXyxy
    score: float


class ChangeKind(StrEnum):
    """What becomes of a track.

    - `unchanged`: nothing.
    - `extended`: it only gets boxes.
    - `cut`: it only gives boxes away, or loses those that are tracked no more.
    - `re-assigned`: it gives and gets, or goes over to others entirely.
    - `new`: it is not there yet.
    """

    UNCHANGED = "unchanged"
    EXTENDED = "extended"
    CUT = "cut"
    REASSIGNED = "re-assigned"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackChange:
    """What becomes of one track.

    Attributes:
        target: its id; negative for a new track.
        number: as people read it, None for a new track.
        kind: the most telling of what happens to it.
        group: changes of one group trade boxes and can only be accepted together.
        kept: boxes from the frame on that stay.
        gained: boxes that come from other tracks, or are new.
        lost: boxes that go to other tracks, or are tracked no more.
        frames: first and last in which something changes, None if nothing does.
        given_to: targets that get boxes of it.
        got_from: targets that it gets boxes of.
        dropped: boxes among those lost that no track has then.
        found: boxes among those gained that no track has now.
    """

    target: int
    number: int | None
    kind: ChangeKind
    group: int
    kept: int
    gained: int
    lost: int
    frames: tuple[int, int] | None = None
    given_to: tuple[int, ...] = ()
    got_from: tuple[int, ...] = ()
    dropped: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Retracked:
    """The outcome of a dry run.

    Attributes:
        run_id: of the layer.
        from_frame: nothing before it changes.
        changes: one for each track with boxes from that frame on, by number, new ones last.
        targets: (track, frame) -> new target of every box that moves.
        removed: (track, frame) of boxes that are tracked no more.
        added: target and box of what is tracked in addition.
    """

    run_id: RunId
    from_frame: int
    changes: tuple[TrackChange, ...]
    targets: Mapping[tuple[TrackId, int], int]
    removed: frozenset[tuple[TrackId, int]]
    added: tuple[tuple[int, Placed], ...]

    def edit(self, groups: Collection[int] | None = None) -> Retrack | None:
        """Return the one edit that takes over some groups of changes (None: all).

        Returns:
            None if nothing would change.
        """
        group_of = {change.target: change.group for change in self.changes}

        def is_wanted(target: int) -> bool:
            return groups is None or group_of[target] in groups

        moves = {place: to for place, to in self.targets.items() if is_wanted(int(place[0]))}
        gone = sorted(place for place in self.removed if is_wanted(int(place[0])))
        added = tuple(
            (target, box.frame, box.box_xyxy, box.score, box.detection_id)
            for target, box in self.added
            if is_wanted(target)
        )
        if not moves and not gone and not added:
            return None
        pieces = tuple(
            (track, first, last, to) for (track, to), first, last in _stretches(moves, self)
        )
        removed = tuple(
            (track, first, last)
            for (track, _), first, last in _stretches(dict.fromkeys(gone, KEPT), self)
        )
        return Retrack(
            run_id=self.run_id,
            from_frame=self.from_frame,
            pieces=pieces,
            removed=removed,
            added=added,
        )

    def radius(self, groups: Collection[int]) -> tuple[int, int]:
        """Return how many boxes and how many tracks some groups of changes touch."""
        wanted = [one for one in self.changes if one.frames is not None and one.group in groups]
        boxes = sum(one.lost + one.found for one in wanted)
        return boxes, len(wanted)


def _stretches(
    moves: Mapping[tuple[TrackId, int], int], outcome: Retracked
) -> list[tuple[tuple[TrackId, int], int, int]]:
    """Return ((track, target), first, last) so that no box that stays lies in between."""
    found = []
    boxes = sorted(moves)
    changed = set(outcome.targets) | set(outcome.removed)
    for track, places in groupby(boxes, key=lambda place: place[0]):
        frames = [frame for _, frame in places]
        start = frames[0]
        for before, after in zip(frames, [*frames[1:], None], strict=True):
            ends = (
                after is None
                or after != before + 1
                or moves[track, after] != moves[track, before]
                or (track, after) not in changed
            )
            if ends:
                found.append(((track, moves[track, before]), start, before))
                start = after if after is not None else start
    return found
