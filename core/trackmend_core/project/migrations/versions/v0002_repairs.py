"""Room for repairs: occlusion, attributes, what an edit touched, verified stretches."""

from alembic import op

from trackmend_core.project.triggers import recorder_statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TRACK_COLUMNS = ("id", "run_id", "number", "label", "attributes")
BOX_COLUMNS = (
    *("id", "run_id", "track_id", "frame_index", "x1", "y1", "x2", "y2"),
    *("score", "source", "class_id", "detection_id", "is_occluded"),
)
NEW_COLUMNS = {
    "tracks": "attributes JSON NOT NULL DEFAULT '{}'",
    "track_images": "attributes JSON NOT NULL DEFAULT '{}'",
    "boxes": "is_occluded BOOLEAN NOT NULL DEFAULT 0",
    "box_images": "is_occluded BOOLEAN NOT NULL DEFAULT 0",
    "edits": "superseded_by INTEGER",
}
TABLES = (
    """
    CREATE TABLE edit_tracks (
        edit_id INTEGER NOT NULL,
        track_id INTEGER NOT NULL,
        first_frame INTEGER,
        last_frame INTEGER,
        PRIMARY KEY (edit_id, track_id),
        FOREIGN KEY(edit_id) REFERENCES edits (id) ON DELETE CASCADE
    )
     WITHOUT ROWID
    """,
    "CREATE INDEX edits_by_track ON edit_tracks (track_id)",
    """
    CREATE TABLE verified_stretches (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        run_id INTEGER NOT NULL,
        track_id INTEGER,
        first_frame INTEGER NOT NULL,
        last_frame INTEGER NOT NULL,
        fingerprint_then TEXT NOT NULL,
        fingerprint_now TEXT NOT NULL,
        author TEXT NOT NULL,
        created_at FLOAT NOT NULL,
        FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX stretches_by_run ON verified_stretches (run_id)",
)
FILL_EDIT_TRACKS = """
    INSERT INTO edit_tracks (edit_id, track_id, first_frame, last_frame)
    SELECT edit_id, track_id, min(frame_index), max(frame_index) FROM (
        SELECT edit_id, from_track_id AS track_id, frame_index
            FROM box_moves JOIN boxes ON boxes.id = box_id
        UNION ALL SELECT edit_id, to_track_id, frame_index
            FROM box_moves JOIN boxes ON boxes.id = box_id
        UNION ALL SELECT edit_id, track_id, frame_index FROM box_images
        UNION ALL SELECT edit_id, id, NULL FROM track_images)
    GROUP BY edit_id, track_id
"""


def upgrade() -> None:
    """Add the columns, teach the recorder to keep them, and make the new tables."""
    for table, column in NEW_COLUMNS.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    for table, columns in (("tracks", TRACK_COLUMNS), ("boxes", BOX_COLUMNS)):
        for what in ("guard", "record"):
            for when in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER {table}_{what}_{when}")
        op.execute(f"DROP TABLE recorded_{table}")
        for statement in recorder_statements(table, columns=columns):
            op.execute(statement)
    for statement in (*TABLES, FILL_EDIT_TRACKS):
        op.execute(statement)
