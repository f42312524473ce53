"""The one line of what people did: edits and answers, for undo and redo in the order of doing.

An answer stands after the newest edit that counted when it was given. Edits that are undone by then
come after it when they are redone, so what is undone always is the end of the line.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from trackmend_core.project.edit_log import edit_title, next_redo, next_undo
from trackmend_core.project.records import EditState, ReviewAnswer
from trackmend_core.project.review_answers import ACCEPTED, answer_of
from trackmend_core.project.schema import review_answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that can be taken back, or done again.

    Attributes:
        title: what a person is told it is; empty for an answer of an older version.
        answer: None if it is an edit.
    """

    title: str
    answer: ReviewAnswer | None = None


def newest_edit(connection: Connection) -> int:
    """Return the newest edit that counts, 0 for none."""
    return int(next_undo(connection) or 0)


def last_step(connection: Connection) -> Step | None:
    """Return what undo takes back."""
    edit_id = next_undo(connection)
    answer = _end_of_answers(connection, EditState.APPLIED, newest=True)
    if answer is not None and (edit_id is None or answer.after_edit_id >= edit_id):
        return Step(title=answer.title, answer=answer)
    return None if edit_id is None else Step(title=edit_title(connection, edit_id))


def next_step(connection: Connection) -> Step | None:
    """Return what redo does again."""
    edit_id = next_redo(connection)
    answer = _end_of_answers(connection, EditState.UNDONE, newest=False)
    if answer is not None and (edit_id is None or answer.after_edit_id < edit_id):
        return Step(title=answer.title, answer=answer)
    return None if edit_id is None else Step(title=edit_title(connection, edit_id))


def _end_of_answers(
    connection: Connection, state: EditState, *, newest: bool
) -> ReviewAnswer | None:
    table = review_answers.c
    order = [column.desc() if newest else column for column in (table.after_edit_id, table.id)]
    query = (
        select(review_answers)
        .where(table.state == state.value, table.decision != ACCEPTED)
        .order_by(*order)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else answer_of(row)
