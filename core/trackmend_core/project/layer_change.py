"""What one logged edit did to the layer, track by track, in either direction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from sqlalchemy import Connection

from trackmend_core.project.ways import Way, few_ways, frames_along
from trackmend_core.types import EditId, Float64Array, IntArray, TrackId


@dataclass(frozen=True, slots=True, eq=False)
class BoxesOfTrack:
    """The boxes of one track that an edit concerns, on one side of it.

    Attributes:
        frames: (N,) int64, 0-based, in order.
        score_sum: of their scores.
    """

    frames: IntArray
    score_sum: float


NO_BOXES = BoxesOfTrack(np.zeros(0, np.int64), 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class LayerChange:
    """What an edit takes out of its tracks and what it puts in.

    Attributes:
        tracks: all that are touched, also those that only changed their label.
        removed: boxes as they were, by track.
        added: boxes as they are now, by track.
        box_count: boxes that changed; one that moved is in both and counts once.
    """

    tracks: frozenset[TrackId]
    removed: Mapping[TrackId, BoxesOfTrack]
    added: Mapping[TrackId, BoxesOfTrack]
    box_count: int

    @property
    def frames(self) -> tuple[int, int] | None:
        """Return the first and last frame with a change, None if no box changed."""
        return _reach([*self.removed.values(), *self.added.values()])

    def frames_of(self, track_id: TrackId) -> tuple[int, int] | None:
        """Return the first and last frame in which the edit changed a box of one track."""
        sides = (self.removed, self.added)
        return _reach([side[track_id] for side in sides if track_id in side])


def read_change(
    connection: Connection, edit_id: EditId, *, forward: bool, ways: Sequence[Way] | None = None
) -> LayerChange:
    """Read the log of an edit that has just been made (`forward`) or taken back.

    Args:
        connection: inside a transaction.
        edit_id: which.
        forward: made, not taken back.
        ways: those of the edit, where they are known already.
    """
    run = connection.exec_driver_sql
    before, after, moved_count = _moves(connection, edit_id, ways)
    redrawn: list[Float64Array] = []
    for is_after, side in ((0, before), (1, after)):
        images = _table(
            run(
                "SELECT id, track_id, frame_index, score FROM box_images"
                " WHERE edit_id = ? AND is_after = ?",
                (edit_id, is_after),
            ).all()
        )
        redrawn.append(images[:, 0])
        _file(side, images[:, 1:])
    named = run("SELECT id FROM track_images WHERE edit_id = ?", (edit_id,)).scalars()
    was, is_now = _by_track(before), _by_track(after)
    return LayerChange(
        tracks=frozenset({*(TrackId(track_id) for track_id in named), *was, *is_now}),
        removed=was if forward else is_now,
        added=is_now if forward else was,
        box_count=moved_count + len(np.union1d(*redrawn)),
    )


_Parts = dict[TrackId, list[BoxesOfTrack]]


def _moves(
    connection: Connection, edit_id: EditId, ways: Sequence[Way] | None
) -> tuple[_Parts, _Parts, int]:
    """Return the boxes that only changed their track, before and after, and how many they are."""
    before: _Parts = {}
    after: _Parts = {}
    ways = few_ways(connection, edit_id) if ways is None else ways
    if ways is None:
        rows = connection.exec_driver_sql(
            "SELECT from_track_id, to_track_id, frame_index, score FROM box_moves"
            " CROSS JOIN boxes ON boxes.id = box_id WHERE edit_id = ?",
            (edit_id,),
        )
        assert rows.cursor is not None
        moved = _table(rows.cursor.fetchall())  # past SQLAlchemy's rows: they may be many
        _file(before, moved[:, (0, 2, 3)])
        _file(after, moved[:, (1, 2, 3)])
        return before, after, len(moved)
    for way in ways:
        part = BoxesOfTrack(frames_along(connection, edit_id, way), way.score_sum)
        before.setdefault(way.origin, []).append(part)
        after.setdefault(way.target, []).append(part)
    return before, after, sum(way.box_count for way in ways)


def _file(parts: _Parts, columns: Float64Array) -> None:
    """Put boxes, rows of track, frame and score, with those of their tracks."""
    if not len(columns):
        return
    columns = columns[np.argsort(columns[:, 0], kind="stable")]
    found, starts = np.unique(columns[:, 0], return_index=True)
    for track_id, rows in zip(found.tolist(), np.split(columns, starts[1:]), strict=True):
        part = BoxesOfTrack(rows[:, 1].astype(np.int64), float(rows[:, 2].sum()))
        parts.setdefault(TrackId(int(track_id)), []).append(part)


def _by_track(parts: _Parts) -> dict[TrackId, BoxesOfTrack]:
    return {
        track_id: BoxesOfTrack(
            np.sort(np.concatenate([part.frames for part in mine])),
            sum(part.score_sum for part in mine),
        )
        for track_id, mine in parts.items()
    }


def _reach(parts: Iterable[BoxesOfTrack]) -> tuple[int, int] | None:
    ends = [(int(part.frames[0]), int(part.frames[-1])) for part in parts]
    return (min(end[0] for end in ends), max(end[1] for end in ends)) if ends else None


def _table(rows: Iterable[Iterable[float]]) -> Float64Array:
    """Return rows of four numbers as (N, 4); ids and frames are exact below 2**53."""
    return np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, 4)
