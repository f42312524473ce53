"""Boxes lie on strands and strands belong to tracks: a long stretch changes hands in a few rows."""

from alembic import op

from trackmend_core.project.strands import (
    TABLES,
    fill_statements,
    guard_statements,
    view_statements,
)

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lay the boxes on strands, then put a view in the place of the table they were in."""
    for what in ("guard", "record"):
        for when in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER boxes_{what}_{when}")
    for statement in (*TABLES, *fill_statements()):
        op.execute(statement)
    _check_all_are_there()
    op.execute("DROP TABLE boxes")
    for statement in (*view_statements(), *guard_statements()):
        op.execute(statement)


def _check_all_are_there() -> None:
    """Refuse to go on, and so leave the file as it was, if a box was not taken over.

    Raises:
        RuntimeError: a box is missing; the migration is rolled back.
    """
    run = op.get_bind().exec_driver_sql
    before = run("SELECT count(*) FROM boxes").scalar_one()
    after = run("SELECT count(*) FROM laid_boxes").scalar_one()
    if before != after:
        raise RuntimeError(f"{before - after} boxes were not taken over.")
