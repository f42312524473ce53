"""The ways from track to track that an edit took boxes, each told in a few numbers."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy import Connection

from trackmend_core.types import EditId, IntArray, TrackId

FEW_WAYS: Final = 8
"""So many are told one by one; an edit that took more is read box by box."""

_ALONG = (
    " FROM box_moves CROSS JOIN boxes ON boxes.id = box_id"
    " WHERE edit_id = ? AND from_track_id = ? AND to_track_id = ?"
)


@dataclass(frozen=True, slots=True)
class Way:
    """All boxes that an edit took from one track to another and that are still there.

    Attributes:
        origin: the track before the edit.
        target: the track after it.
        first_frame: of the first of the boxes, 0-based; no two are in one frame.
        last_frame: of the last of them.
        score_sum: of their scores.
        at_origin: how many of them are in the track before the edit now.
        at_target: how many are in the track after it.
    """

    origin: TrackId
    target: TrackId
    box_count: int
    first_frame: int
    last_frame: int
    score_sum: float
    at_origin: int
    at_target: int


def few_ways(connection: Connection, edit_id: EditId) -> list[Way] | None:
    """Return the ways that an edit took boxes; None if they are more than a few."""
    run = connection.exec_driver_sql
    pairs = run(
        "SELECT DISTINCT from_track_id, to_track_id FROM box_moves WHERE edit_id = ? LIMIT ?",
        (edit_id, FEW_WAYS + 1),
    ).all()
    if len(pairs) > FEW_WAYS:
        return None
    found = []
    for origin, target in pairs:
        count, *rest = run(
            "SELECT count(*), min(frame_index), max(frame_index), total(score),"
            f" total(track_id = ?), total(track_id = ?){_ALONG}",
            (origin, target, edit_id, origin, target),
        ).one()
        if count:
            first, last, score_sum, at_origin, at_target = rest
            found.append(
                Way(
                    TrackId(origin),
                    TrackId(target),
                    box_count=count,
                    first_frame=first,
                    last_frame=last,
                    score_sum=score_sum,
                    at_origin=int(at_origin),
                    at_target=int(at_target),
                )
            )
    return found


def frames_along(connection: Connection, edit_id: EditId, way: Way) -> IntArray:
    """Return the frames of the boxes of a way in order, (N,) int64."""
    if way.last_frame - way.first_frame + 1 == way.box_count:
        return np.arange(way.first_frame, way.last_frame + 1, dtype=np.int64)
    rows = connection.exec_driver_sql(
        f"SELECT frame_index{_ALONG}", (edit_id, way.origin, way.target)
    )
    assert rows.cursor is not None
    # Past SQLAlchemy's rows: they may be a hundred thousand.
    frames = np.fromiter((row[0] for row in rows.cursor.fetchall()), np.int64, way.box_count)
    return np.sort(frames)
