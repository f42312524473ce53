"""Small values that belong to the project file: counters, times, the frame last looked at."""

import time
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from trackmend_core.project.schema import state

LOG_VERSION = "log_version"
CHANGED_AT = "changed_at"
DAMAGE = "damage"
"""Message and hint that wait for the next opening, see `altered`."""
NEXT_DETECTION = "next_detection_id"
SPEED_OF_RUN = "frames_per_second of run "
"""With a run's id, which is never given again: how fast it was, if that was measured."""


def get_state(connection: Connection, key: str, default: Any = None) -> Any:
    """Return a stored JSON value (Any: it is the caller's), or the default."""
    row = connection.execute(select(state.c.value).where(state.c.key == key)).one_or_none()
    return default if row is None else row.value


def set_state(connection: Connection, key: str, value: Any) -> None:
    """Store a JSON value (Any: it is the caller's) under a key."""
    statement = insert(state).values(key=key, value=value)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"value": statement.excluded.value}
        )
    )


def mark_changed(connection: Connection) -> None:
    """Note that edits were made, undone or redone, for run writers and for backups."""
    set_state(connection, LOG_VERSION, get_state(connection, LOG_VERSION, 0) + 1)
    set_state(connection, CHANGED_AT, time.time())


def mark_written(connection: Connection) -> None:
    """Note that a run was written, for backups."""
    set_state(connection, CHANGED_AT, time.time())
