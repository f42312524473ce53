"""Room for answers to be taken back and given again in the order in which things were done."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NEW_COLUMNS = (
    "title TEXT NOT NULL DEFAULT ''",
    "state TEXT NOT NULL DEFAULT 'applied'",
    "after_edit_id INTEGER NOT NULL DEFAULT 0",
)
PLACE_OLD_ANSWERS = """
    UPDATE review_answers SET after_edit_id = coalesce((
        SELECT max(edits.id) FROM edits
        WHERE edits.state = 'applied' AND edits.created_at <= review_answers.created_at), 0)
"""


def upgrade() -> None:
    """Add the columns; answers given before come after the edits that are older than they."""
    for column in NEW_COLUMNS:
        op.execute(f"ALTER TABLE review_answers ADD COLUMN {column}")
    op.execute(PLACE_OLD_ANSWERS)
