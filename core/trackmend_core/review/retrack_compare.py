"""Compares a new association with the layer: which boxes go where, what becomes of each track."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from trackmend_core.project import LayerArrays
from trackmend_core.review.constraints import Constraints
from trackmend_core.review.retrack_diff import ChangeKind, Placed, Retracked, TrackChange
from trackmend_core.types import RunId, TrackId

Place = tuple[int, int]
"""Track and frame."""


def compare(
    layer: LayerArrays,
    run_id: RunId,
    *,
    from_frame: int,
    labels: Mapping[int, tuple[int, Placed]],
    constraints: Constraints,
) -> Retracked:
    """Compare a new association with the layer.

    Args:
        layer: as it is.
        run_id: whose it is.
        from_frame: nothing before it changes.
        labels: target and box by detection, from that frame on.
        constraints: what stays whatever the association says.
    """
    rows = np.flatnonzero(layer.frames >= from_frame).tolist()
    owners, frames = layer.track_ids.tolist(), layer.frames.tolist()
    detections = layer.detection_ids.tolist()
    wanted = _wanted(layer, rows, labels)
    held = _held(rows, owners, frames, wanted, constraints)
    targets: dict[tuple[TrackId, int], int] = {}
    removed: set[tuple[TrackId, int]] = set()
    for row in rows:
        place = (TrackId(owners[row]), frames[row])
        if place in held:
            continue
        if row not in wanted:
            removed.add(place)
        elif wanted[row] != owners[row]:
            targets[place] = wanted[row]
    seen = {detections[row] for row in rows}
    added = tuple(
        (target, box)
        for detection, (target, box) in sorted(labels.items())
        if detection not in seen
        and (target, box.frame) not in held
        and constraints.admits(target, box.frame)
        and not constraints.is_drawn(box.frame, box.box_xyxy)
    )
    return Retracked(
        run_id=run_id,
        from_frame=from_frame,
        changes=_changes(layer, from_frame, targets, removed, added),
        targets=targets,
        removed=frozenset(removed),
        added=added,
    )


def _wanted(
    layer: LayerArrays, rows: list[int], labels: Mapping[int, tuple[int, Placed]]
) -> dict[int, int]:
    """Return where each box is wanted; nobody wants those that are left out.

    A tracker shows a track from its second box on, so the box right before one that is wanted goes
    with it. A box that was expected, not seen, goes with the one before it.
    """
    detections, owners = layer.detection_ids.tolist(), layer.track_ids.tolist()
    frames = layer.frames.tolist()
    wanted = {row: labels[detections[row]][0] for row in rows if detections[row] in labels}
    taken = {(target, box.frame) for target, box in labels.values()}
    for row in reversed(rows):
        after = row + 1
        if row in wanted or detections[row] < 0 or after not in wanted:
            continue
        goes_on = owners[after] == owners[row] and frames[after] == frames[row] + 1
        place = (wanted[after], frames[row])
        if goes_on and place not in taken and detections[after] in labels:
            wanted[row] = wanted[after]
            taken.add(place)
    expected, chosen = layer.is_expected, set(rows)
    for row in rows:
        if not expected[row]:
            continue
        before = row - 1
        goes_on = owners[before] == owners[row] and frames[before] == frames[row] - 1
        # What lies before the frame from which everything is new stays in its track.
        leader = owners[row] if not goes_on or before not in chosen else wanted.get(before)
        if leader is not None and (leader, frames[row]) not in taken:
            wanted[row] = leader
            taken.add((leader, frames[row]))
    return wanted


def _held(
    rows: list[int],
    owners: list[int],
    frames: list[int],
    wanted: Mapping[int, int],
    constraints: Constraints,
) -> set[Place]:
    """Return the places whose box stays: it must, or it may not enter where it is wanted.

    A box that would move onto such a place stays too, which may hold another one in its turn.
    """
    movers: dict[Place, list[Place]] = defaultdict(list)
    waiting: list[Place] = []
    for row in rows:
        place, to = (owners[row], frames[row]), wanted.get(row)
        if to is not None and to != owners[row]:
            movers[to, frames[row]].append(place)
            if not constraints.admits(to, frames[row]):
                waiting.append(place)
        if constraints.held[row]:
            waiting.append(place)
    held: set[Place] = set()
    while waiting:
        place = waiting.pop()
        if place not in held:
            held.add(place)
            waiting += movers.get(place, [])
    return held


@dataclass(slots=True)
class _Balance:
    """What one track gives and gets."""

    lost: int = 0
    gained: int = 0
    dropped: int = 0
    found: int = 0
    given_to: set[int] = field(default_factory=set)
    got_from: set[int] = field(default_factory=set)
    frames: list[int] = field(default_factory=list)

    @property
    def span(self) -> tuple[int, int] | None:
        return (min(self.frames), max(self.frames)) if self.frames else None


def _changes(
    layer: LayerArrays,
    from_frame: int,
    targets: Mapping[tuple[TrackId, int], int],
    removed: set[tuple[TrackId, int]],
    added: tuple[tuple[int, Placed], ...],
) -> tuple[TrackChange, ...]:
    books: dict[int, _Balance] = defaultdict(_Balance)
    group = _Groups()
    for (track, frame), target in targets.items():
        loser, winner = books[int(track)], books[target]
        loser.lost += 1
        loser.given_to.add(target)
        winner.gained += 1
        winner.got_from.add(int(track))
        for one in (loser, winner):
            one.frames.append(frame)
        group.join(int(track), target)
    for track, frame in removed:
        books[int(track)].dropped += 1
        books[int(track)].frames.append(frame)
    for target, box in added:
        books[target].found += 1
        books[target].frames.append(box.frame)
    later = layer.frames >= from_frame
    living = _counts(layer.track_ids[later])
    earlier = _counts(layer.track_ids[~later])
    everything = sorted(living.keys() | books.keys(), key=lambda to: (to < 0, abs(to)))
    changes = []
    for target in everything:
        book = books[target]
        lost = book.lost + book.dropped
        kept = living.get(target, 0) - lost
        changes.append(
            TrackChange(
                target=target,
                number=layer.numbers.get(TrackId(target)),
                kind=_kind(book, is_new=target < 0, is_left=kept + earlier.get(target, 0) > 0),
                group=group.of(target),
                kept=kept,
                gained=book.gained + book.found,
                lost=lost,
                frames=book.span,
                given_to=tuple(sorted(book.given_to)),
                got_from=tuple(sorted(book.got_from)),
                dropped=book.dropped,
                found=book.found,
            )
        )
    return tuple(changes)


def _counts(track_ids: Iterable[int]) -> dict[int, int]:
    ids, counts = np.unique(np.asarray(track_ids), return_counts=True)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


def _kind(book: _Balance, *, is_new: bool, is_left: bool) -> ChangeKind:
    gets, gives = book.gained + book.found, book.lost + book.dropped
    if is_new:
        return ChangeKind.NEW
    if not gets and not gives:
        return ChangeKind.UNCHANGED
    if not gives:
        return ChangeKind.EXTENDED
    if gets:
        return ChangeKind.REASSIGNED
    return ChangeKind.REASSIGNED if book.lost and not is_left else ChangeKind.CUT


class _Groups:
    """Sets of tracks that trade boxes, by union and find."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def of(self, target: int) -> int:
        """Return the name of the group of a track."""
        while (parent := self._parent.get(target, target)) != target:
            target = parent
        return target

    def join(self, one: int, other: int) -> None:
        """Put two tracks into one group."""
        self._parent[self.of(one)] = self.of(other)
