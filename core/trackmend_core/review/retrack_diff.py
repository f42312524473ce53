"""What a new association would change: a diff per track, and the edit that takes it over."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

import numpy as np

from trackmend_core.project import BoxXyxy
from trackmend_core.project.edits import Retrack
from trackmend_core.review.coverage import hidden_shares
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import BoxId, RunId, TrackId

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
    """What becomes of a track."""

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
    """

    target: int
    number: int | None
    kind: ChangeKind
    group: int
    kept: int
    gained: int
    lost: int


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


def compare(
    scene: Scene,
    *,
    from_frame: int,
    labels: Mapping[int, tuple[int, Placed]],
    frozen: frozenset[BoxId],
) -> Retracked:
    """Compare a new association with the layer.

    Args:
        scene: the layer.
        from_frame: nothing before it changes.
        labels: target and box by detection, from that frame on.
        frozen: boxes that stay whatever the association says.
    """
    held = _held(scene, from_frame, labels, frozen)
    seen: set[int] = set()
    targets: dict[tuple[TrackId, int], int] = {}
    removed: set[tuple[TrackId, int]] = set()
    for track in scene.tracks.values():
        for row in range(track.index_at(from_frame), len(track)):
            frame, place = int(track.frames[row]), (track.track_id, int(track.frames[row]))
            detection = _detection(scene, track, row)
            seen.add(detection)
            if place in held:
                continue
            if detection not in labels:
                removed.add(place)
                continue
            target = labels[detection][0]
            if target != track.track_id and (TrackId(target), frame) not in held:
                targets[place] = target
    added = tuple(
        (target, box)
        for detection, (target, box) in sorted(labels.items())
        if detection not in seen and (TrackId(target), box.frame) not in held
    )
    return Retracked(
        run_id=scene.run_id,
        from_frame=from_frame,
        changes=_changes(scene, from_frame, targets, removed, added),
        targets=targets,
        removed=frozenset(removed),
        added=added,
    )


def retracked_scene(scene: Scene, outcome: Retracked) -> Scene:
    """Return the scene as it would be, to count its suspicions; a box that is added has no number.

    The new scene shares the detections of the old one and is never written.
    """
    rows: dict[int, list[tuple[int, TrackView, int]]] = defaultdict(list)
    for track in scene.tracks.values():
        for row, frame in enumerate(track.frames.tolist()):
            place = (track.track_id, frame)
            if place not in outcome.removed:
                rows[outcome.targets.get(place, int(track.track_id))].append((frame, track, row))
    tracks = [
        _assembled(scene, target, sorted(parts, key=lambda part: part[0]), outcome)
        for target, parts in rows.items()
    ]
    frames = np.concatenate([track.frames for track in tracks]) if tracks else np.zeros(0, np.int64)
    boxes = [track.boxes_xyxy for track in tracks]
    hidden = hidden_shares(frames, np.concatenate(boxes)) if tracks else np.zeros(0)
    ends = np.cumsum([len(track) for track in tracks])[:-1]
    fresh = scene.copy_without_tracks()
    for track, shares in zip(tracks, np.split(hidden, ends), strict=True):
        fresh.tracks[track.track_id] = replace(track, coverage=shares)
    return fresh


def _assembled(
    scene: Scene, target: int, parts: list[tuple[int, TrackView, int]], outcome: Retracked
) -> TrackView:
    added = [box for to, box in outcome.added if to == target]
    frames = np.array([frame for frame, *_ in parts] + [box.frame for box in added], np.int64)
    order = np.argsort(frames, kind="stable")
    boxes = [track.boxes_xyxy[row] for _, track, row in parts]
    boxes += [np.array(box.box_xyxy) for box in added]
    scores = [track.scores[row] for _, track, row in parts] + [box.score for box in added]
    ids = [int(track.box_ids[row]) for _, track, row in parts] + [0] * len(added)
    known = [int(track.embedding_rows[row]) for _, track, row in parts]
    known += scene.detections.rows_of(
        np.array([box.detection_id for box in added], np.int64)
    ).tolist()
    by_person = [bool(track.by_person[row]) for _, track, row in parts] + [False] * len(added)
    existing = scene.tracks.get(TrackId(target))
    return TrackView(
        track_id=TrackId(target),
        number=target if existing is None else existing.number,
        box_ids=np.array(ids, np.int64)[order],
        frames=frames[order],
        boxes_xyxy=np.stack(boxes)[order],
        scores=np.array(scores, np.float64)[order],
        by_person=np.array(by_person, np.bool_)[order],
        embedding_rows=np.array(known, np.int64)[order],
        coverage=np.zeros(len(order)),
    )


def _held(
    scene: Scene,
    from_frame: int,
    labels: Mapping[int, tuple[int, Placed]],
    frozen: frozenset[BoxId],
) -> set[tuple[TrackId, int]]:
    """Return the places (track, frame) whose box stays: it is frozen, or follows no detection.

    A box that would move onto such a place stays too, which may hold another one in its turn.
    """
    held = {
        (track.track_id, int(track.frames[row]))
        for track in scene.tracks.values()
        for row in range(track.index_at(from_frame), len(track))
        if BoxId(int(track.box_ids[row])) in frozen or _detection(scene, track, row) < 0
    }
    waiting = set(held)
    while waiting:
        blocked = {
            (track.track_id, int(track.frames[row]))
            for track in scene.tracks.values()
            for row in range(track.index_at(from_frame), len(track))
            if (label := labels.get(_detection(scene, track, row))) is not None
            and (TrackId(label[0]), int(track.frames[row])) in waiting
        }
        waiting = blocked - held
        held |= waiting
    return held


def _detection(scene: Scene, track: TrackView, row: int) -> int:
    known = int(track.embedding_rows[row])
    return int(scene.detections.ids[known]) if known >= 0 else -1


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


def _changes(
    scene: Scene,
    from_frame: int,
    targets: Mapping[tuple[TrackId, int], int],
    removed: set[tuple[TrackId, int]],
    added: tuple[tuple[int, Placed], ...],
) -> tuple[TrackChange, ...]:
    lost: dict[int, int] = defaultdict(int)
    dropped: dict[int, int] = defaultdict(int)
    gained: dict[int, int] = defaultdict(int)
    group = _Groups()
    for (track, _), target in targets.items():
        lost[int(track)] += 1
        gained[target] += 1
        group.join(int(track), target)
    for track, _ in removed:
        dropped[int(track)] += 1
    extra: dict[int, int] = defaultdict(int)
    for target, _ in added:
        extra[target] += 1
    living = {
        int(track.track_id): len(track) - track.index_at(from_frame)
        for track in scene.tracks.values()
        if track.last_frame >= from_frame
    }
    everything = sorted(living.keys() | gained.keys() | extra.keys(), key=lambda t: (t < 0, abs(t)))
    changes = []
    for target in everything:
        existing = scene.tracks.get(TrackId(target))
        gone = lost[target] + dropped[target]
        come = gained[target] + extra[target]
        kind = ChangeKind.UNCHANGED
        if existing is None:
            kind = ChangeKind.NEW
        elif lost[target] or gained[target]:
            kind = ChangeKind.REASSIGNED
        elif dropped[target]:
            kind = ChangeKind.CUT
        elif extra[target]:
            kind = ChangeKind.EXTENDED
        changes.append(
            TrackChange(
                target=target,
                number=None if existing is None else existing.number,
                kind=kind,
                group=group.of(target),
                kept=living.get(target, 0) - gone,
                gained=come,
                lost=gone,
            )
        )
    return tuple(changes)


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
