"""Hands out the numbers that users read as track ids; a number is never given to two tracks."""

from sqlalchemy import Connection, func, select

from trackmend_core.project.schema import run_tracks, track_images, tracks
from trackmend_core.types import RunId


def free_number(connection: Connection, run_id: RunId, *, wanted: int | None = None) -> int:
    """Return `wanted` if no track of the run ever had it, otherwise the next after the largest.

    Numbers of tracks that were merged, deleted or undone stay theirs, so that undo and redo
    always find them free.
    """
    owners = (tracks, run_tracks, track_images)
    if wanted is not None:
        taken = any(
            connection.execute(
                select(table.c.id)
                .where(table.c.run_id == run_id, table.c.number == wanted)
                .limit(1)
            ).first()
            for table in owners
        )
        if not taken:
            return wanted
    largest = (
        connection.execute(
            select(func.coalesce(func.max(table.c.number), 0)).where(table.c.run_id == run_id)
        ).scalar_one()
        for table in owners
    )
    return int(max(largest)) + 1
