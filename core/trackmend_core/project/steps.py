"""The one line of what people did: edits and verdicts, for undo and redo in the order of doing.

A verdict stands after the newest edit that counted when it was given. Edits that are undone by then
come after it when they are redone, so what is undone always is the end of the line.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from trackmend_core.project.edit_log import edit_title, next_redo, next_undo
from trackmend_core.project.records import EditState
from trackmend_core.project.verdicts import end_of_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that can be taken back, or done again.

    Attributes:
        title: what a person is told it is; empty for an answer of an older version.
        verdict_id: None if it is an edit.
    """

    title: str
    verdict_id: int | None = None


def newest_edit(connection: Connection) -> int:
    """Return the newest edit that counts, 0 for none."""
    return int(next_undo(connection) or 0)


def last_step(connection: Connection) -> Step | None:
    """Return what undo takes back."""
    edit_id = next_undo(connection)
    found = end_of_line(connection, EditState.APPLIED, newest=True)
    if found is not None and (edit_id is None or found.after_edit_id >= edit_id):
        return Step(title=found.title, verdict_id=found.verdict_id)
    return None if edit_id is None else Step(title=edit_title(connection, edit_id))


def next_step(connection: Connection) -> Step | None:
    """Return what redo does again."""
    edit_id = next_redo(connection)
    found = end_of_line(connection, EditState.UNDONE, newest=False)
    if found is not None and (edit_id is None or found.after_edit_id < edit_id):
        return Step(title=found.title, verdict_id=found.verdict_id)
    return None if edit_id is None else Step(title=edit_title(connection, edit_id))
