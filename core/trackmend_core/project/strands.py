"""The strands that boxes lie on: a strand holds one track's boxes in one stretch of frames.

A box names its strand, and a strand its track, so a long stretch goes from track to track in a few
rows. `boxes` is a view over both whose triggers take what is written to it, so that everybody else
reads and writes boxes that name their track. The triggers on `laid_boxes` and `strands` make a
change impossible to miss, as `triggers` says; a strand is never without boxes once an edit is done.
"""

from typing import Final

from sqlalchemy import Connection

from trackmend_core.types import TrackId

SHIFT: Final = 8
"""A strand has room for 2**SHIFT frames: 0 to 255, 256 to 511 and so on. It is part of a file: the
triggers that a file was made with hold it, so another number needs a migration."""

_LAST_FRAME: Final = 2**40
"""No video is as long."""

_COLUMNS = (
    *("x1", "y1", "x2", "y2", "score"),
    *("source", "class_id", "detection_id", "is_occluded"),
)
_NAMES = ", ".join(_COLUMNS)
_NEW = ", ".join(f"NEW.{name}" for name in _COLUMNS)
_OLD = ", ".join(f"OLD.{name}" for name in _COLUMNS)
_OLD_TRACK = "(SELECT track_id FROM strands WHERE id = OLD.strand_id)"

_CLOSED = "NOT EXISTS (SELECT 1 FROM recorder)"
_RECORDING = "EXISTS (SELECT 1 FROM recorder WHERE edit_id > 0)"
_RUN_IS_THERE = "EXISTS (SELECT 1 FROM runs WHERE id = OLD.run_id)"
_REFUSE = "SELECT RAISE(ABORT, 'boxes change only inside an edit')"
_WRONG_FRAMES = "SELECT RAISE(ABORT, 'a strand has the boxes of its own frames only')"
_HAS_BOXES = "EXISTS (SELECT 1 FROM laid_boxes WHERE strand_id = OLD.{})"

_KEEP_OLD = (
    f"INSERT INTO recorded_boxes (id, run_id, track_id, frame_index, {_NAMES}, is_new)"
    f" SELECT OLD.id, OLD.run_id, {_OLD_TRACK}, OLD.frame_index, {_OLD}, 0 WHERE {_RECORDING}"
    " AND NOT EXISTS (SELECT 1 FROM recorded_boxes WHERE id = OLD.id)"
)
_KEEP_ALL_OF_STRAND = (
    f"INSERT INTO recorded_boxes (id, run_id, track_id, frame_index, {_NAMES}, is_new)"
    f" SELECT id, run_id, OLD.track_id, frame_index, {_NAMES}, 0 FROM laid_boxes AS laid"
    " WHERE strand_id = OLD.id"
    " AND NOT EXISTS (SELECT 1 FROM recorded_boxes AS kept WHERE kept.id = laid.id)"
)
_KEEP_NEW = (
    "INSERT INTO recorded_boxes (id, is_new) SELECT NEW.id, 1"
    " WHERE NOT EXISTS (SELECT 1 FROM recorded_boxes WHERE id = NEW.id)"
)
_DROP_EMPTY = (
    f"DELETE FROM strands WHERE id = OLD.strand_id AND NOT {_HAS_BOXES.format('strand_id')}"
)

TABLES: Final = (
    """
    CREATE TABLE strands (
        id INTEGER NOT NULL PRIMARY KEY,
        track_id INTEGER NOT NULL,
        chunk INTEGER NOT NULL,
        UNIQUE (track_id, chunk),
        FOREIGN KEY(track_id) REFERENCES tracks (id) DEFERRABLE INITIALLY DEFERRED
    )
    """,
    """
    CREATE TABLE laid_boxes (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        run_id INTEGER NOT NULL,
        strand_id INTEGER NOT NULL,
        frame_index INTEGER NOT NULL,
        x1 FLOAT NOT NULL,
        y1 FLOAT NOT NULL,
        x2 FLOAT NOT NULL,
        y2 FLOAT NOT NULL,
        score FLOAT NOT NULL,
        source TEXT NOT NULL,
        class_id INTEGER NOT NULL,
        detection_id INTEGER,
        is_occluded BOOLEAN NOT NULL DEFAULT 0,
        UNIQUE (strand_id, frame_index),
        CONSTRAINT known_source CHECK (source IN ('model', 'interpolated', 'person')),
        FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE,
        FOREIGN KEY(strand_id) REFERENCES strands (id) DEFERRABLE INITIALLY DEFERRED
    )
    """,
)


def fill_statements() -> list[str]:
    """Return what lays the boxes of an older file on strands."""
    return [
        f"INSERT INTO strands (track_id, chunk) SELECT DISTINCT track_id, frame_index >> {SHIFT}"
        " FROM boxes ORDER BY 1, 2",
        f"INSERT INTO laid_boxes (id, run_id, strand_id, frame_index, {_NAMES})"
        f" SELECT boxes.id, run_id, strands.id, frame_index, {_NAMES} FROM boxes"
        " CROSS JOIN strands ON strands.track_id = boxes.track_id"
        f" AND strands.chunk = frame_index >> {SHIFT} ORDER BY boxes.id",
        "CREATE INDEX laid_by_frame ON laid_boxes (run_id, frame_index)",
        # Ids are never given twice, also those of boxes that are gone.
        "DELETE FROM sqlite_sequence WHERE name = 'laid_boxes'",
        "INSERT INTO sqlite_sequence (name, seq)"
        " SELECT 'laid_boxes', seq FROM sqlite_sequence WHERE name = 'boxes'",
    ]


def view_statements() -> list[str]:
    """Return the DDL of the view and of its triggers."""
    here = f"(NEW.frame_index >> {SHIFT})"
    strand = f"(SELECT id FROM strands WHERE track_id = NEW.track_id AND chunk = {here})"
    make_strand = (
        f"INSERT INTO strands (track_id, chunk) SELECT NEW.track_id, {here}"
        f" WHERE NOT EXISTS {strand}"
    )
    columns = ", ".join(f"laid.{name}" for name in _COLUMNS)
    values = _NEW.replace("NEW.is_occluded", "ifnull(NEW.is_occluded, 0)")
    return [
        f"CREATE VIEW boxes AS SELECT laid.id, laid.run_id, strands.track_id, laid.frame_index,"
        f" {columns} FROM laid_boxes AS laid JOIN strands ON strands.id = laid.strand_id",
        f"CREATE TRIGGER boxes_insert INSTEAD OF INSERT ON boxes BEGIN {make_strand};"
        f" INSERT INTO laid_boxes (id, run_id, strand_id, frame_index, {_NAMES})"
        f" SELECT NEW.id, NEW.run_id, {strand}, NEW.frame_index, {values}; END",
        "CREATE TRIGGER boxes_update INSTEAD OF UPDATE ON boxes BEGIN"
        f" {_REFUSE} WHERE NEW.id IS NOT OLD.id; {make_strand};"
        f" UPDATE laid_boxes SET run_id = NEW.run_id, strand_id = {strand},"
        f" frame_index = NEW.frame_index, {', '.join(f'{name} = NEW.{name}' for name in _COLUMNS)}"
        " WHERE id = OLD.id; END",
        "CREATE TRIGGER boxes_delete INSTEAD OF DELETE ON boxes BEGIN"
        " DELETE FROM laid_boxes WHERE id = OLD.id; END",
    ]


def guard_statements() -> list[str]:
    """Return the DDL that guards and records boxes, and keeps every box on the right strand."""
    misplaced = (
        f"(SELECT chunk FROM strands WHERE id = NEW.strand_id) IS NOT (NEW.frame_index >> {SHIFT})"
    )
    return [
        f"CREATE TRIGGER laid_boxes_guard_insert BEFORE INSERT ON laid_boxes WHEN {_CLOSED}"
        f" BEGIN {_REFUSE}; END",
        f"CREATE TRIGGER laid_boxes_guard_update BEFORE UPDATE ON laid_boxes"
        f" WHEN {_CLOSED} OR NEW.id <> OLD.id BEGIN {_REFUSE}; END",
        f"CREATE TRIGGER laid_boxes_guard_delete BEFORE DELETE ON laid_boxes"
        f" WHEN {_CLOSED} AND {_RUN_IS_THERE} BEGIN {_REFUSE}; END",
        f"CREATE TRIGGER laid_boxes_placed_insert BEFORE INSERT ON laid_boxes WHEN {misplaced}"
        f" BEGIN {_WRONG_FRAMES}; END",
        f"CREATE TRIGGER laid_boxes_placed_update BEFORE UPDATE OF strand_id, frame_index"
        f" ON laid_boxes WHEN {misplaced} BEGIN {_WRONG_FRAMES}; END",
        f"CREATE TRIGGER strands_guard_insert BEFORE INSERT ON strands WHEN {_CLOSED}"
        f" BEGIN {_REFUSE}; END",
        f"CREATE TRIGGER strands_guard_update BEFORE UPDATE ON strands"
        f" WHEN {_CLOSED} OR NEW.id <> OLD.id OR NEW.chunk <> OLD.chunk BEGIN {_REFUSE}; END",
        f"CREATE TRIGGER strands_guard_delete BEFORE DELETE ON strands"
        f" WHEN {_HAS_BOXES.format('id')} BEGIN {_REFUSE}; END",
        f"CREATE TRIGGER strands_record_update AFTER UPDATE ON strands WHEN {_RECORDING}"
        f" BEGIN {_KEEP_ALL_OF_STRAND}; END",
        f"CREATE TRIGGER laid_boxes_record_insert AFTER INSERT ON laid_boxes WHEN {_RECORDING}"
        f" BEGIN {_KEEP_NEW}; END",
        # A strand that was left still says the track of the box while that is recorded.
        f"CREATE TRIGGER laid_boxes_record_update AFTER UPDATE ON laid_boxes"
        f" WHEN {_RECORDING} OR NEW.strand_id <> OLD.strand_id"
        f" BEGIN {_KEEP_OLD}; {_DROP_EMPTY}; END",
        f"CREATE TRIGGER laid_boxes_record_delete AFTER DELETE ON laid_boxes"
        f" BEGIN {_KEEP_OLD}; {_DROP_EMPTY}; END",
    ]


def move_stretch(
    connection: Connection,
    track_id: TrackId | int,
    *,
    to_track_id: TrackId | int,
    first_frame: int,
    last_frame: int | None = None,
) -> int:
    """Hand the boxes of a stretch to another track and return how many they are.

    Strands that have no box outside of it are handed over as such, unless the other track has one
    of the same frames; at the ends, and there, box by box.
    """
    run = connection.exec_driver_sql
    last = _LAST_FRAME if last_frame is None else last_frame
    named = {"origin": track_id, "target": to_track_id, "first": first_frame, "last": last}
    mine = (
        f"track_id = :origin AND chunk BETWEEN :first >> {SHIFT} AND :last >> {SHIFT}"
        " AND EXISTS (SELECT 1 FROM laid_boxes WHERE strand_id = strands.id"
        " AND frame_index BETWEEN :first AND :last)"
    )
    outside = "EXISTS (SELECT 1 FROM laid_boxes WHERE strand_id = strands.id AND frame_index {})"
    theirs = (
        "EXISTS (SELECT 1 FROM strands AS other"
        " WHERE other.track_id = :target AND other.chunk = strands.chunk)"
    )
    count = run(
        "SELECT count(*) FROM boxes WHERE track_id = :origin"
        " AND frame_index BETWEEN :first AND :last",
        named,
    ).scalar_one()
    run(
        f"UPDATE strands SET track_id = :target WHERE {mine} AND NOT {theirs}"
        f" AND NOT {outside.format('< :first')} AND NOT {outside.format('> :last')}",
        named,
    )
    run(
        f"INSERT INTO strands (track_id, chunk) SELECT :target, chunk FROM strands"
        f" WHERE {mine} AND NOT {theirs}",
        named,
    )
    run(
        "UPDATE laid_boxes SET strand_id = (SELECT other.id FROM strands AS mine CROSS JOIN strands"
        " AS other ON other.track_id = :target AND other.chunk = mine.chunk"
        f" WHERE mine.id = laid_boxes.strand_id) WHERE strand_id IN"
        f" (SELECT id FROM strands WHERE {mine}) AND frame_index BETWEEN :first AND :last",
        named,
    )
    return int(count)
