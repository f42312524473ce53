"""One line for edits and verdicts: answers, cards opened again, stretches verified or no longer.

Answers were steps of their own before; now a verdict names the rows that it lets count, and those
that it lets count no longer. Stretches that were verified before become verdicts as well, after the
edits that are older than they.
"""

from alembic import op
from sqlalchemy import Connection

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE answers_that_count (
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
        title TEXT NOT NULL DEFAULT '',
        counts BOOLEAN NOT NULL DEFAULT 1,
        FOREIGN KEY(video_id) REFERENCES videos (id) ON DELETE CASCADE,
        FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE SET NULL
    )
    """,
    "ALTER TABLE verified_stretches ADD COLUMN counts BOOLEAN NOT NULL DEFAULT 1",
    """
    CREATE TABLE verdicts (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        video_id INTEGER NOT NULL,
        run_id INTEGER,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        author TEXT NOT NULL,
        created_at FLOAT NOT NULL,
        state TEXT NOT NULL,
        after_edit_id INTEGER NOT NULL,
        FOREIGN KEY(video_id) REFERENCES videos (id) ON DELETE CASCADE,
        FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE SET NULL,
        CONSTRAINT known_state CHECK (state IN ('applied', 'undone', 'superseded'))
    )
    """,
    "CREATE INDEX verdicts_by_state ON verdicts (state, after_edit_id, id)",
)
ANSWERS = """
    SELECT id, video_id, run_id, kind, family, frame_index, decision, note, anchors, features,
           author, created_at, title, state = 'applied' FROM review_answers
"""
PUT_ANSWERS_IN_PLACE = (
    f"INSERT INTO answers_that_count {ANSWERS}",
    "CREATE TEMP TABLE answers_before AS SELECT * FROM review_answers",
    "DROP TABLE review_answers",
    "ALTER TABLE answers_that_count RENAME TO review_answers",
    "CREATE INDEX answers_by_video ON review_answers (video_id)",
    """
    CREATE TABLE verdict_rows (
        id INTEGER NOT NULL PRIMARY KEY,
        verdict_id INTEGER NOT NULL,
        answer_id INTEGER,
        stretch_id INTEGER,
        is_given BOOLEAN NOT NULL,
        FOREIGN KEY(verdict_id) REFERENCES verdicts (id) ON DELETE CASCADE,
        FOREIGN KEY(answer_id) REFERENCES review_answers (id) ON DELETE CASCADE,
        FOREIGN KEY(stretch_id) REFERENCES verified_stretches (id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX rows_by_verdict ON verdict_rows (verdict_id)",
    "CREATE INDEX rows_by_answer ON verdict_rows (answer_id)",
    "CREATE INDEX rows_by_stretch ON verdict_rows (stretch_id)",
)
GIVEN = """
    SELECT id, NULL, video_id, run_id, 'answered', title, author, created_at, state, after_edit_id
    FROM answers_before WHERE decision <> 'accepted' ORDER BY id
"""
VERIFIED = """
    SELECT NULL, stretch.id, runs.video_id, stretch.run_id, 'verified',
        'Verified: ' || CASE WHEN stretch.track_id IS NULL THEN 'all tracks' ELSE 'track '
            || coalesce((SELECT number FROM tracks WHERE id = stretch.track_id),
                        (SELECT max(number) FROM track_images WHERE id = stretch.track_id),
                        (SELECT number FROM run_tracks WHERE id = stretch.track_id), '?') END
            || ', frames ' || (stretch.first_frame + 1)
            || '–' || (stretch.last_frame + 1),
        stretch.author, stretch.created_at, 'applied',
        coalesce((SELECT max(edits.id) FROM edits
            WHERE edits.state = 'applied' AND edits.created_at <= stretch.created_at), 0)
    FROM verified_stretches AS stretch JOIN runs ON runs.id = stretch.run_id
    ORDER BY stretch.created_at, stretch.id
"""
ADD_VERDICT = """
    INSERT INTO verdicts (id, video_id, run_id, kind, title, author, created_at, state,
        after_edit_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
ADD_ROW = """
    INSERT INTO verdict_rows (verdict_id, answer_id, stretch_id, is_given) VALUES (?, ?, ?, 1)
"""


def upgrade() -> None:
    """Make the tables, then a verdict of every answer and of every verified stretch."""
    for statement in (*TABLES, *PUT_ANSWERS_IN_PLACE):
        op.execute(statement)
    connection = op.get_bind()
    for verdict_id, (answer_id, stretch_id, *columns) in enumerate(_in_order(connection), 1):
        connection.exec_driver_sql(ADD_VERDICT, (verdict_id, *columns))
        connection.exec_driver_sql(ADD_ROW, (verdict_id, answer_id, stretch_id))
    op.execute("DROP TABLE answers_before")


def _in_order(connection: Connection) -> list[tuple[object, ...]]:
    """Return answers in the order in which they were given, stretches where their time puts them.

    The clock may have gone back between two answers: their own order is the right one.
    """
    told: list[tuple[float, tuple[object, ...]]] = []
    now = 0.0
    for row in connection.exec_driver_sql(GIVEN):
        now = max(now, row.created_at)
        told.append((now, tuple(row)))
    told += [(row.created_at, tuple(row)) for row in connection.exec_driver_sql(VERIFIED)]
    return [row for _, row in sorted(told, key=lambda item: item[0])]
