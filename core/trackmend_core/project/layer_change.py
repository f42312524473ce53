"""What one logged edit did to the layer, box by box, in either direction."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
from sqlalchemy import Connection

from trackmend_core.types import EditId, Float64Array, IntArray, TrackId


@dataclass(frozen=True, slots=True, eq=False)
class BoxesOnSide:
    """The boxes that an edit concerns as they were before it, or as they were after it.

    Attributes:
        track_ids: (N,) int64.
        frames: (N,) int64, 0-based.
        scores: (N,) float64.
    """

    track_ids: IntArray
    frames: IntArray
    scores: Float64Array

    def of_track(self, track_id: TrackId) -> "BoxesOnSide":
        """Return the boxes of one track in the order of frames."""
        mine = np.flatnonzero(self.track_ids == track_id)
        mine = mine[np.argsort(self.frames[mine], kind="stable")]
        return BoxesOnSide(self.track_ids[mine], self.frames[mine], self.scores[mine])


@dataclass(frozen=True, slots=True, eq=False)
class LayerChange:
    """What an edit takes out of its tracks and what it puts in.

    Attributes:
        tracks: all that are touched, also those that only changed their label.
        removed: boxes as they were.
        added: boxes as they are now.
        box_count: boxes that changed; one that moved is in both lists and counts once.
    """

    tracks: frozenset[TrackId]
    removed: BoxesOnSide
    added: BoxesOnSide
    box_count: int

    @property
    def frames(self) -> tuple[int, int] | None:
        """Return the first and last frame with a change, None if no box changed."""
        frames = np.concatenate([self.removed.frames, self.added.frames])
        return (int(frames.min()), int(frames.max())) if len(frames) else None

    def frames_of(self, track_id: TrackId) -> tuple[int, int] | None:
        """Return the first and last frame in which the edit changed a box of one track."""
        sides = (self.removed, self.added)
        frames = np.concatenate([side.frames[side.track_ids == track_id] for side in sides])
        return (int(frames.min()), int(frames.max())) if len(frames) else None


def read_change(connection: Connection, edit_id: EditId, *, forward: bool) -> LayerChange:
    """Read the log of an edit that has just been made (`forward`) or taken back."""
    run = connection.exec_driver_sql
    moves = run(
        "SELECT from_track_id, to_track_id, frame_index, score FROM box_moves"
        " CROSS JOIN boxes ON boxes.id = box_id WHERE edit_id = ?",
        (edit_id,),
    )
    assert moves.cursor is not None
    moved = _table(
        moves.cursor.fetchall()
    )  # past SQLAlchemy's rows: they may be a hundred thousand
    sides = [
        _table(
            run(
                "SELECT id, track_id, frame_index, score FROM box_images"
                " WHERE edit_id = ? AND is_after = ?",
                (edit_id, is_after),
            ).all()
        )
        for is_after in (0, 1)
    ]
    before = _side(np.concatenate([moved[:, (0, 2, 3)], sides[0][:, 1:]]))
    after = _side(np.concatenate([moved[:, (1, 2, 3)], sides[1][:, 1:]]))
    redrawn = np.union1d(sides[0][:, 0], sides[1][:, 0])
    named = run("SELECT id FROM track_images WHERE edit_id = ?", (edit_id,)).scalars()
    boxed = np.union1d(before.track_ids, after.track_ids)
    return LayerChange(
        tracks=frozenset(TrackId(track_id) for track_id in (*named, *boxed.tolist())),
        removed=before if forward else after,
        added=after if forward else before,
        box_count=len(moved) + len(redrawn),
    )


def _table(rows: Iterable[Iterable[float]]) -> Float64Array:
    """Return rows of four numbers as (N, 4); ids and frames are exact below 2**53."""
    return np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, 4)


def _side(columns: Float64Array) -> BoxesOnSide:
    return BoxesOnSide(
        track_ids=columns[:, 0].astype(np.int64),
        frames=columns[:, 1].astype(np.int64),
        scores=columns[:, 2],
    )
