"""Builds the layer a second time, from the runs and the edit log alone, in a scratch database.

Model boxes enter in the order in which they were written between the edits; edits are applied again
from their logged form, with the ids they were given the first time. Going back to a named moment is
itself made of the log, so it is played from its rows. What comes out must equal the project's layer
to the last bit: it proves that the log tells the whole story.
"""

from pathlib import Path

from sqlalchemy import Connection, select

from trackmend_core.project.database import Database
from trackmend_core.project.digest import layer_digest
from trackmend_core.project.edit_log import apply_recorded
from trackmend_core.project.edits import from_payload
from trackmend_core.project.history import REVERT
from trackmend_core.project.recorder import UNRECORDED, play, recording
from trackmend_core.project.records import EditState
from trackmend_core.project.schema import edits
from trackmend_core.project.transaction import Allotments
from trackmend_core.types import EditId

_COPIED = ("videos", "models", "runs", "run_tracks", "run_boxes", "edits")

_COPY_FRAMES = """
    INSERT INTO frame_detections (id, run_id, frame_index, first_detection_id, detection_count,
        embedding_dim, after_edit_id, boxes, scores, class_ids, embeddings)
    SELECT id, run_id, frame_index, first_detection_id, detection_count,
        embedding_dim, after_edit_id, x'', x'', x'', x'' FROM original.frame_detections
"""

# A box goes where the last applied edit put it that was made before the box was born: such log
# rows come from the run writer, which extends edits by the boxes that follow them.
_BIRTHS = """
    CREATE TEMP TABLE births AS
    SELECT rb.id, rt.run_id, rb.run_track_id, fd.after_edit_id,
        coalesce((SELECT move.to_track_id FROM original.box_moves AS move
            JOIN edits ON edits.id = move.edit_id AND edits.state = 'applied'
            WHERE move.box_id = rb.id AND move.edit_id <= fd.after_edit_id
            ORDER BY move.edit_id DESC LIMIT 1), rb.run_track_id) AS track_id
    FROM run_boxes AS rb JOIN run_tracks AS rt ON rt.id = rb.run_track_id
    JOIN frame_detections AS fd
        ON fd.run_id = rt.run_id AND fd.frame_index = rb.frame_index
    WHERE rb.in_layer
"""


def replay_digest(path: Path) -> str:
    """Return the digest of the layer as the runs and the log of a project file make it.

    Args:
        path: the project file; it is only read.
    """
    scratch = Database(None, journal_mode="MEMORY")
    try:
        with scratch.engine.connect() as plain:
            outside = plain.execution_options(isolation_level="AUTOCOMMIT")
            outside.exec_driver_sql("PRAGMA foreign_keys = OFF")
            outside.exec_driver_sql("ATTACH DATABASE ? AS original", (str(path),))
        with scratch.writing() as connection:
            _copy_schema(connection)
            _copy(connection)
            _replay(connection)
            return layer_digest(connection)
    finally:
        scratch.abandon()


def _copy_schema(connection: Connection) -> None:
    """Make the same tables and triggers; AUTOINCREMENT makes sqlite_sequence by itself."""
    statements = connection.exec_driver_sql(
        "SELECT sql FROM original.sqlite_master"
        " WHERE sql IS NOT NULL AND name <> 'sqlite_sequence' ORDER BY rowid"
    ).scalars()
    for statement in statements.all():
        connection.exec_driver_sql(statement)


def _copy(connection: Connection) -> None:
    for table in _COPIED:
        connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM original.{table}")
    connection.exec_driver_sql(_COPY_FRAMES)
    connection.exec_driver_sql(_BIRTHS)
    connection.exec_driver_sql("CREATE INDEX temp.births_in_order ON births (after_edit_id)")


def _replay(connection: Connection) -> None:
    applied = connection.execute(
        select(edits).where(edits.c.state == EditState.APPLIED.value).order_by(edits.c.id)
    ).all()
    for row in applied:
        _give_birth(connection, before_edit_id=row.id)
        if row.kind == REVERT:
            _copy_rows_of(connection, row.id)
            play(connection, EditId(row.id), forward=True)
            continue
        apply_recorded(
            connection,
            from_payload(row.kind, row.payload),
            edit_id=EditId(row.id),
            allotments=Allotments(row.allotted),
        )
    _give_birth(connection, before_edit_id=None)


def _copy_rows_of(connection: Connection, edit_id: int) -> None:
    """Take over the log of one edit, but for boxes that the run put there later."""
    run = connection.exec_driver_sql
    run(
        "INSERT INTO box_moves SELECT * FROM original.box_moves"
        " WHERE edit_id = ? AND box_id IN (SELECT id FROM boxes)",
        (edit_id,),
    )
    for images in ("box_images", "track_images"):
        run(f"INSERT INTO {images} SELECT * FROM original.{images} WHERE edit_id = ?", (edit_id,))


def _give_birth(connection: Connection, *, before_edit_id: int | None) -> None:
    """Put into the layer what the runs wrote before an edit (None: all the rest)."""
    limit = "" if before_edit_id is None else f" WHERE after_edit_id < {before_edit_id}"
    run = connection.exec_driver_sql
    with recording(connection, UNRECORDED):
        run(
            "INSERT INTO tracks (id, run_id, number, label) SELECT id, run_id, number, ''"
            " FROM run_tracks WHERE id IN (SELECT track_id FROM births" + limit + ")"
            " AND id NOT IN (SELECT id FROM tracks)"
        )
        run(
            "INSERT INTO boxes (id, run_id, track_id, frame_index, x1, y1, x2, y2, score, source,"
            " class_id, detection_id, is_occluded)"
            " SELECT births.id, births.run_id, births.track_id, frame_index, x1, y1, x2, y2, score,"
            " 'model', class_id, detection_id, detection_id IS NULL"
            " FROM births JOIN run_boxes ON run_boxes.id = births.id" + limit
        )
        run("DELETE FROM births" + limit)
