"""Keeps the old tracks of whole stretches of boxes that an edit hands from track to track.

The recorder's triggers keep a row at a time, which takes three times as long as the change itself.
A stretch needs only its old tracks kept, in one statement; `write_log` puts both together.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Table,
    column,
    exists,
    insert,
    select,
    table,
)

from trackmend_core.project.schema import boxes
from trackmend_core.types import EditId

_MOVED: Final = Table(
    "moved_boxes",
    MetaData(schema="temp"),
    Column("id", Integer, primary_key=True),
    Column("track_id", Integer, nullable=False),
)
_RECORDED: Final = table("recorded_boxes", column("id"))

_MAKE_ROOM = (
    "CREATE TEMP TABLE IF NOT EXISTS moved_boxes"
    " (id INTEGER PRIMARY KEY, track_id INTEGER NOT NULL)"
)
_IN_BOTH = "EXISTS (SELECT 1 FROM temp.moved_boxes AS moved WHERE moved.id = recorded_boxes.id)"
_SET_RIGHT = (
    "UPDATE recorded_boxes SET track_id ="
    " (SELECT track_id FROM temp.moved_boxes AS moved WHERE moved.id = recorded_boxes.id)"
    f" WHERE {_IN_BOTH}"
)
_LOG = (
    "INSERT INTO box_moves (edit_id, box_id, from_track_id, to_track_id)"
    " SELECT ?, moved.id, moved.track_id, now.track_id"
    " FROM temp.moved_boxes AS moved CROSS JOIN boxes AS now ON now.id = moved.id"
    " WHERE moved.track_id <> now.track_id"
)
# The triggers record while the recorder holds the id of an edit, which is positive.
_TURN_TRIGGERS = "UPDATE recorder SET edit_id = -edit_id"


def make_room(connection: Connection) -> None:
    """Begin with no box kept; the table belongs to the connection, not to the file."""
    connection.exec_driver_sql(_MAKE_ROOM)
    connection.exec_driver_sql("DELETE FROM temp.moved_boxes")


@contextmanager
def keep_tracks_of(connection: Connection, which: ColumnElement[bool]) -> Iterator[None]:
    """Keep the tracks of some boxes; nothing but the track of these may change inside.

    A box that was kept or recorded before in this edit keeps its first state.
    """
    seen = exists().where(_RECORDED.c.id == boxes.c.id)
    found = select(boxes.c.id, boxes.c.track_id).where(which, ~seen)
    connection.execute(
        insert(_MOVED).prefix_with("OR IGNORE").from_select(["id", "track_id"], found)
    )
    with kept_before(connection):
        yield


@contextmanager
def kept_before(connection: Connection) -> Iterator[None]:
    """Turn the triggers away; nothing but the track of boxes kept or recorded may change inside."""
    connection.exec_driver_sql(_TURN_TRIGGERS)
    yield
    connection.exec_driver_sql(_TURN_TRIGGERS)


def settle_with_recorded(connection: Connection) -> None:
    """Leave to the triggers what was also changed otherwise, with the track it had at first."""
    connection.exec_driver_sql(_SET_RIGHT)
    connection.exec_driver_sql(
        "DELETE FROM temp.moved_boxes WHERE id IN (SELECT id FROM recorded_boxes)"
    )


def log_moved(connection: Connection, edit_id: EditId) -> None:
    """Write the boxes that are in another track now into the log, and forget all."""
    connection.exec_driver_sql(_LOG, (edit_id,))
    connection.exec_driver_sql("DELETE FROM temp.moved_boxes")
