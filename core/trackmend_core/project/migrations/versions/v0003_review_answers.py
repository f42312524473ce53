"""Room for what people answer to suspicions."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE review_answers (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        video_id INTEGER NOT NULL,
        run_id INTEGER,
        kind TEXT NOT NULL,
        family TEXT NOT NULL,
        frame_index INTEGER NOT NULL,
        decision TEXT NOT NULL,
        note TEXT NOT NULL,
        anchors JSON NOT NULL,
        features JSON NOT NULL,
        author TEXT NOT NULL,
        created_at FLOAT NOT NULL,
        FOREIGN KEY(video_id) REFERENCES videos (id) ON DELETE CASCADE,
        FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE SET NULL
    )
    """,
    "CREATE INDEX answers_by_video ON review_answers (video_id)",
)


def upgrade() -> None:
    """Add the table."""
    for statement in STATEMENTS:
        op.execute(statement)
