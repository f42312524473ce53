"""The first schema of a project file."""

from alembic import op

from trackmend_core.project.triggers import (
    RECORDER_TABLE,
    RUN_SETTINGS_GUARD,
    immutable_statements,
    recorder_statements,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TRACK_COLUMNS = ("id", "run_id", "number", "label")
BOX_COLUMNS = (
    *("id", "run_id", "track_id", "frame_index", "x1", "y1", "x2", "y2"),
    *("score", "source", "class_id", "detection_id"),
)
TABLES = (
    """
    CREATE TABLE checkpoints (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        edit_id INTEGER NOT NULL,
        created_at FLOAT NOT NULL
    )
    """,
    """
    CREATE TABLE models (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        path TEXT NOT NULL,
        arch TEXT NOT NULL,
        metadata JSON NOT NULL,
        parent_id INTEGER,
        added_at FLOAT NOT NULL,
        FOREIGN KEY(parent_id) REFERENCES models (id)
    )
    """,
    """
    CREATE TABLE state (
        "key" TEXT NOT NULL,
        value JSON NOT NULL,
        PRIMARY KEY ("key")
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE videos (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        fingerprint TEXT NOT NULL,
        relative_path TEXT,
        absolute_path TEXT NOT NULL,
        frame_count INTEGER NOT NULL,
        frame_rate FLOAT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        added_at FLOAT NOT NULL,
        UNIQUE (fingerprint)
    )
    """,
    """
    CREATE TABLE runs (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        video_id INTEGER NOT NULL,
        model_id INTEGER,
        description TEXT NOT NULL,
        tracker_settings JSON NOT NULL,
        detector_settings JSON NOT NULL,
        status TEXT NOT NULL,
        message TEXT NOT NULL,
        owner TEXT,
        heartbeat_at FLOAT NOT NULL,
        first_frame INTEGER,
        next_frame INTEGER NOT NULL,
        is_active BOOLEAN NOT NULL,
        created_at FLOAT NOT NULL,
        ended_at FLOAT,
        FOREIGN KEY(video_id) REFERENCES videos (id),
        FOREIGN KEY(model_id) REFERENCES models (id)
    )
    """,
    "CREATE UNIQUE INDEX one_active_run ON runs (video_id) WHERE is_active",
    "CREATE INDEX runs_by_video ON runs (video_id)",
    """
    CREATE TABLE training_runs (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        base_model_id INTEGER,
        model_id INTEGER,
        config JSON NOT NULL,
        summary JSON NOT NULL,
        status TEXT NOT NULL,
        created_at FLOAT NOT NULL,
        FOREIGN KEY(base_model_id) REFERENCES models (id),
        FOREIGN KEY(model_id) REFERENCES models (id)
    )
    """,
    """
    CREATE TABLE edits (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        run_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        payload JSON NOT NULL,
        allotted JSON NOT NULL,
        author TEXT NOT NULL,
        created_at FLOAT NOT NULL,
        state TEXT NOT NULL,
        CONSTRAINT known_state CHECK (state IN ('applied', 'undone', 'superseded')),
        FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX edits_by_state ON edits (state, id)",
    """
    CREATE TABLE frame_detections (
        id INTEGER NOT NULL,
        run_id INTEGER NOT NULL,
        frame_index INTEGER NOT NULL,
        first_detection_id INTEGER NOT NULL,
        detection_count INTEGER NOT NULL,
        embedding_dim INTEGER NOT NULL,
        after_edit_id INTEGER NOT NULL,
        boxes BLOB NOT NULL,
        scores BLOB NOT NULL,
        class_ids BLOB NOT NULL,
        embeddings BLOB NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (run_id, frame_index),
        FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX frames_by_detection ON frame_detections (first_detection_id)"
    " WHERE detection_count > 0",
    """
    CREATE TABLE run_tracks (
        id INTEGER NOT NULL,
        run_id INTEGER NOT NULL,
        tracker_id INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (run_id, number),
        FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE suggestions (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        run_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        first_frame INTEGER NOT NULL,
        last_frame INTEGER NOT NULL,
        score FLOAT NOT NULL,
        reason TEXT NOT NULL,
        evidence JSON NOT NULL,
        state TEXT NOT NULL,
        created_at FLOAT NOT NULL,
        FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX suggestions_by_run ON suggestions (run_id, score)",
    """
    CREATE TABLE tracks (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        run_id INTEGER NOT NULL,
        number INTEGER NOT NULL,
        label TEXT NOT NULL,
        UNIQUE (run_id, number),
        FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE box_images (
        edit_id INTEGER NOT NULL,
        is_after BOOLEAN NOT NULL,
        id INTEGER NOT NULL,
        run_id INTEGER NOT NULL,
        track_id INTEGER NOT NULL,
        frame_index INTEGER NOT NULL,
        x1 FLOAT NOT NULL,
        y1 FLOAT NOT NULL,
        x2 FLOAT NOT NULL,
        y2 FLOAT NOT NULL,
        score FLOAT NOT NULL,
        source TEXT NOT NULL,
        class_id INTEGER NOT NULL,
        detection_id INTEGER,
        PRIMARY KEY (edit_id, is_after, id),
        FOREIGN KEY(edit_id) REFERENCES edits (id) ON DELETE CASCADE
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE box_moves (
        edit_id INTEGER NOT NULL,
        box_id INTEGER NOT NULL,
        from_track_id INTEGER NOT NULL,
        to_track_id INTEGER NOT NULL,
        PRIMARY KEY (edit_id, box_id),
        FOREIGN KEY(edit_id) REFERENCES edits (id) ON DELETE CASCADE
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE boxes (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        run_id INTEGER NOT NULL,
        track_id INTEGER NOT NULL,
        frame_index INTEGER NOT NULL,
        x1 FLOAT NOT NULL,
        y1 FLOAT NOT NULL,
        x2 FLOAT NOT NULL,
        y2 FLOAT NOT NULL,
        score FLOAT NOT NULL,
        source TEXT NOT NULL,
        class_id INTEGER NOT NULL,
        detection_id INTEGER,
        UNIQUE (track_id, frame_index),
        CONSTRAINT known_source CHECK (source IN ('model', 'interpolated', 'person')),
        FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE,
        FOREIGN KEY(track_id) REFERENCES tracks (id) DEFERRABLE INITIALLY DEFERRED
    )
    """,
    "CREATE INDEX boxes_by_frame ON boxes (run_id, frame_index)",
    """
    CREATE TABLE run_boxes (
        id INTEGER NOT NULL,
        run_track_id INTEGER NOT NULL,
        frame_index INTEGER NOT NULL,
        x1 FLOAT NOT NULL,
        y1 FLOAT NOT NULL,
        x2 FLOAT NOT NULL,
        y2 FLOAT NOT NULL,
        score FLOAT NOT NULL,
        class_id INTEGER NOT NULL,
        detection_id INTEGER,
        in_layer BOOLEAN NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (run_track_id, frame_index),
        FOREIGN KEY(run_track_id) REFERENCES run_tracks (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE track_images (
        edit_id INTEGER NOT NULL,
        is_after BOOLEAN NOT NULL,
        id INTEGER NOT NULL,
        run_id INTEGER NOT NULL,
        number INTEGER NOT NULL,
        label TEXT NOT NULL,
        PRIMARY KEY (edit_id, is_after, id),
        FOREIGN KEY(edit_id) REFERENCES edits (id) ON DELETE CASCADE
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE track_summaries (
        track_id INTEGER NOT NULL,
        box_count INTEGER NOT NULL,
        score_sum FLOAT NOT NULL,
        spans BLOB NOT NULL,
        PRIMARY KEY (track_id),
        FOREIGN KEY(track_id) REFERENCES tracks (id) ON DELETE CASCADE
    )
    """,
)


def upgrade() -> None:
    """Create every table, then the triggers that guard and record."""
    statements = [
        *TABLES,
        RECORDER_TABLE,
        *recorder_statements("tracks", columns=TRACK_COLUMNS),
        *recorder_statements("boxes", columns=BOX_COLUMNS),
        *immutable_statements("frame_detections", parent="runs", key="run_id"),
        *immutable_statements("run_tracks", parent="runs", key="run_id"),
        *immutable_statements("run_boxes", parent="run_tracks", key="run_track_id"),
        RUN_SETTINGS_GUARD,
    ]
    for statement in statements:
        op.execute(statement)
