"""Turns what the recorder's triggers kept into the log of one edit, and the log back into rows.

A box that only changed its track becomes a `box_moves` row; anything else is kept as whole rows
before and after (`box_images`, `track_images`). Everything is copied column by column inside
SQLite, so reals keep all of their bits.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from trackmend_core.project.moved_boxes import log_moved, make_room, settle_with_recorded
from trackmend_core.project.schema import boxes, tracks
from trackmend_core.project.strands import move_stretch
from trackmend_core.project.transaction import PARKING_TRACK
from trackmend_core.project.ways import Way, few_ways
from trackmend_core.types import EditId

UNRECORDED = EditId(0)
"""Changes are allowed but not kept: a run is being written, or the log itself is played."""

_IMAGES = {"tracks": "track_images", "boxes": "box_images"}
_COLUMNS = {
    table.name: [column.name for column in table.columns if column.name != "id"]
    for table in (tracks, boxes)
}


class LogMismatchError(Exception):
    """The layer is not as the log says it is: something changed it behind the log's back."""


class PlaceTakenError(Exception):
    """Rows of the log cannot be written back: a run that went on uses their place."""


@contextmanager
def recording(connection: Connection, edit_id: EditId) -> Iterator[None]:
    """Allow changes to tracks and boxes, kept under this edit (`UNRECORDED`: not kept)."""
    make_room(connection)
    connection.exec_driver_sql("INSERT INTO recorder (edit_id) VALUES (?)", (edit_id,))
    yield
    connection.exec_driver_sql("DELETE FROM recorder")


def write_log(connection: Connection, edit_id: EditId) -> None:
    """Move the rows that were kept into the log of the edit."""
    run = connection.exec_driver_sql
    settle_with_recorded(connection)
    same = " AND ".join(
        f"kept.{name} IS now.{name}" for name in _COLUMNS["boxes"] if name != "track_id"
    )
    # CROSS JOIN keeps SQLite from walking the big table and looking up the small one.
    run(
        "INSERT INTO box_moves (edit_id, box_id, from_track_id, to_track_id)"
        " SELECT ?, kept.id, kept.track_id, now.track_id"
        " FROM recorded_boxes AS kept CROSS JOIN boxes AS now ON now.id = kept.id"
        f" WHERE NOT kept.is_new AND kept.track_id <> now.track_id AND {same}",
        (edit_id,),
    )
    logged = "SELECT count(*) FROM box_moves WHERE edit_id = ?"
    if run(logged, (edit_id,)).scalar() == run("SELECT count(*) FROM recorded_boxes").scalar():
        run("DELETE FROM recorded_boxes")
    else:
        moved = "SELECT box_id FROM box_moves WHERE edit_id = ?"
        run(f"DELETE FROM recorded_boxes WHERE id IN ({moved})", (edit_id,))
    for table, images in _IMAGES.items():
        names = ", ".join(_COLUMNS[table])
        now = ", ".join(f"now.{name}" for name in _COLUMNS[table])
        unchanged = " AND ".join(f"kept.{name} IS now.{name}" for name in _COLUMNS[table])
        kept_and_now = f"recorded_{table} AS kept CROSS JOIN {table} AS now ON now.id = kept.id"
        run(
            f"DELETE FROM recorded_{table} WHERE NOT is_new AND id IN"
            f" (SELECT kept.id FROM {kept_and_now} WHERE {unchanged})"
        )
        run(
            f"INSERT INTO {images} (edit_id, is_after, id, {names})"
            f" SELECT ?, 0, id, {names} FROM recorded_{table} WHERE NOT is_new",
            (edit_id,),
        )
        run(
            f"INSERT INTO {images} (edit_id, is_after, id, {names})"
            f" SELECT ?, 1, now.id, {now} FROM {kept_and_now}",
            (edit_id,),
        )
        run(f"DELETE FROM recorded_{table}")
    log_moved(connection, edit_id)


def play(connection: Connection, edit_id: EditId, *, forward: bool) -> list[Way] | None:
    """Write the rows of an edit as they were before it, or (`forward`) as they were after it.

    Returns:
        The ways that it took boxes, as they were before this; None if they are more than a few.

    Raises:
        LogMismatchError: the rows are not as the log left them.
        PlaceTakenError: another box has taken a place that is needed.
    """
    with recording(connection, UNRECORDED):
        return play_inside(connection, edit_id, forward=forward)


def play_inside(connection: Connection, edit_id: EditId, *, forward: bool) -> list[Way] | None:
    """Do the same where changes are allowed already: inside an edit they become part of it.

    Raises:
        LogMismatchError: the rows are not as the log left them.
        PlaceTakenError: another box has taken a place that is needed.
    """
    # Read once, also by who asked for this: looking up a hundred thousand boxes takes its time.
    ways = few_ways(connection, edit_id)
    _check_rows(connection, edit_id, ways, forward=forward)
    try:
        # Boxes that go make room before others come into their place.
        _take_boxes_away(connection, edit_id, forward=forward)
        _play_tracks(connection, edit_id, forward=forward)
        _play_moves(connection, edit_id, ways, forward=forward)
        _put_boxes_back(connection, edit_id, forward=forward)
    except IntegrityError as error:
        raise PlaceTakenError from error
    orphan = connection.exec_driver_sql(
        "SELECT 1 FROM boxes WHERE track_id IN"
        " (SELECT id FROM track_images WHERE edit_id = ? AND id NOT IN (SELECT id FROM tracks))",
        (edit_id,),
    ).first()
    if orphan:
        raise PlaceTakenError
    return ways


def _play_moves(
    connection: Connection, edit_id: EditId, ways: Sequence[Way] | None, *, forward: bool
) -> None:
    run = connection.exec_driver_sql
    moved = "id IN (SELECT box_id FROM box_moves WHERE edit_id = ?)"
    if ways is None:
        # Boxes of one frame may trade tracks: park each under an id of its own first.
        run(f"UPDATE boxes SET track_id = {PARKING_TRACK} - track_id WHERE {moved}", (edit_id,))
        target = "to_track_id" if forward else "from_track_id"
        run(
            f"UPDATE boxes SET track_id = (SELECT {target} FROM box_moves"
            f" WHERE edit_id = ? AND box_id = boxes.id) WHERE {moved}",
            (edit_id, edit_id),
        )
        return
    leads: dict[tuple[int, int], Way] = {
        (way.origin, way.target) if forward else (way.target, way.origin): way for way in ways
    }
    lies_in = {ends: ends[0] for ends in leads}
    for ends, lands_in in _in_order(list(leads)):
        _move_along(connection, edit_id, leads[ends], leaves=lies_in[ends], lands_in=lands_in)
        lies_in[ends] = lands_in


def _move_along(
    connection: Connection, edit_id: EditId, way: Way, *, leaves: int, lands_in: int
) -> None:
    """Put the boxes of a way, all in one track now, into another.

    Mostly they are all that this track has between their first and last frame. To name them so
    saves looking each of them up.
    """
    run = connection.exec_driver_sql
    between = "track_id = ? AND frame_index BETWEEN ? AND ?"
    stretch = (leaves, way.first_frame, way.last_frame)
    there = run(f"SELECT count(*) FROM boxes WHERE {between}", stretch).scalar_one()
    if there == way.box_count:
        move_stretch(
            connection,
            leaves,
            to_track_id=lands_in,
            first_frame=way.first_frame,
            last_frame=way.last_frame,
        )
        return
    run(
        "UPDATE boxes SET track_id = ? WHERE id IN (SELECT box_id FROM box_moves"
        " WHERE edit_id = ? AND from_track_id = ? AND to_track_id = ?)",
        (lands_in, edit_id, way.origin, way.target),
    )


def _in_order(ways: Sequence[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], int]]:
    """Give ways from track to track, and the track to put the boxes of each into, step by step.

    A way waits until the track it leads to has been left; where ways lead in a circle, the boxes
    of one are parked and follow when there is room.
    """
    waiting = dict.fromkeys(ways, False)
    while waiting:
        left = {way[0] for way, is_parked in waiting.items() if not is_parked}
        free = next((way for way in waiting if way[1] not in left), None)
        if free is not None:
            yield free, free[1]
            del waiting[free]
            continue
        parked = next(way for way, is_parked in waiting.items() if not is_parked)
        yield parked, PARKING_TRACK - parked[0]
        waiting[parked] = True


def _play_tracks(connection: Connection, edit_id: EditId, *, forward: bool) -> None:
    """Tracks on both sides are updated in place: deleting one would touch all of its boxes."""
    names = _COLUMNS["tracks"]
    sides = {"e": edit_id, "wanted": int(forward), "present": int(not forward)}
    wanted = "SELECT id FROM track_images WHERE edit_id = :e AND is_after = :wanted"
    present = "SELECT id FROM track_images WHERE edit_id = :e AND is_after = :present"
    run = connection.exec_driver_sql
    run(f"DELETE FROM tracks WHERE id IN ({present}) AND id NOT IN ({wanted})", sides)
    run(
        f"UPDATE tracks SET {', '.join(f'{name} = image.{name}' for name in names)}"
        " FROM track_images AS image WHERE image.edit_id = :e AND image.is_after = :wanted"
        f" AND image.id = tracks.id AND tracks.id IN ({present})",
        sides,
    )
    run(
        f"INSERT INTO tracks (id, {', '.join(names)}) SELECT id, {', '.join(names)}"
        f" FROM track_images WHERE edit_id = :e AND is_after = :wanted AND id NOT IN ({present})",
        sides,
    )


def _take_boxes_away(connection: Connection, edit_id: EditId, *, forward: bool) -> None:
    connection.exec_driver_sql(
        "DELETE FROM boxes WHERE id IN"
        " (SELECT id FROM box_images WHERE edit_id = ? AND is_after = ?)",
        (edit_id, int(not forward)),
    )


def _put_boxes_back(connection: Connection, edit_id: EditId, *, forward: bool) -> None:
    names = ", ".join(_COLUMNS["boxes"])
    connection.exec_driver_sql(
        f"INSERT INTO boxes (id, {names}) SELECT id, {names} FROM box_images"
        " WHERE edit_id = ? AND is_after = ?",
        (edit_id, int(forward)),
    )


def _check_rows(
    connection: Connection, edit_id: EditId, ways: Sequence[Way] | None, *, forward: bool
) -> None:
    """Compare the layer with the side of the log that it should be on now.

    Rows that are as logged are counted, not those that are not: an outer join with `boxes`, which
    is a view, would have SQLite walk all boxes.
    """
    run = connection.exec_driver_sql
    strayed = run("SELECT count(*) FROM box_moves WHERE edit_id = ?", (edit_id,)).scalar_one()
    if ways is None:
        here = "from_track_id" if forward else "to_track_id"
        strayed -= run(
            "SELECT count(*) FROM box_moves CROSS JOIN boxes ON boxes.id = box_id"
            f" WHERE edit_id = ? AND boxes.track_id = {here}",
            (edit_id,),
        ).scalar_one()
    else:
        strayed -= sum(way.at_origin if forward else way.at_target for way in ways)
    side = (edit_id, int(not forward))
    for table, images in _IMAGES.items():
        same = " AND ".join(f"image.{name} IS now.{name}" for name in _COLUMNS[table])
        of_edit = "WHERE edit_id = ? AND is_after = ?"
        strayed += run(f"SELECT count(*) FROM {images} {of_edit}", side).scalar_one()
        strayed -= run(
            f"SELECT count(*) FROM {images} AS image CROSS JOIN {table} AS now"
            f" ON now.id = image.id {of_edit} AND {same}",
            side,
        ).scalar_one()
    if strayed:
        raise LogMismatchError(f"{strayed} rows are not as edit {edit_id} left them")
