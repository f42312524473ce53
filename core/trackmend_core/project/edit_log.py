"""Runs edits, undoes and redoes them; each is one committed transaction that the log remembers."""

import time

from sqlalchemy import Connection, func, insert, select, update

from trackmend_core.errors import UserError
from trackmend_core.project.database import new_id
from trackmend_core.project.edits import Edit, from_payload, kind_of, to_payload
from trackmend_core.project.edits.base import Names
from trackmend_core.project.history import edits_in_effect, note_touched
from trackmend_core.project.layer_change import LayerChange, read_change
from trackmend_core.project.recorder import PlaceTakenError, play, recording, write_log
from trackmend_core.project.records import Changes, EditState, frame_number
from trackmend_core.project.review_answers import turn_settled
from trackmend_core.project.schema import edits
from trackmend_core.project.state import mark_changed
from trackmend_core.project.summaries import update_summaries
from trackmend_core.project.transaction import Allotments, Transaction
from trackmend_core.project.verdicts import overtake_undone
from trackmend_core.project.verified import follow_edit
from trackmend_core.types import BoxId, EditId, RunId, TrackId


class NamesInProject(Names):
    """Says tracks by their numbers."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def track(self, track_id: TrackId) -> str:
        """Return, say, "track 7"."""
        return f"track {self._transaction.track(track_id).number}"

    def box(self, box_id: BoxId) -> str:
        """Return, say, "the box of track 7 in frame 120"."""
        box = self._transaction.box(box_id)
        return f"the box of track {box.number} in frame {frame_number(box.frame_index)}"


def run_edit(connection: Connection, edit: Edit, *, author: str) -> Changes:
    """Apply an edit and log it; undone edits can no longer be redone but stay in the log.

    Args:
        connection: inside a write transaction; committing it acknowledges the edit.
        edit: taken as its logged form says, so that a replay does exactly the same.
        author: who does it.

    Raises:
        UserError: the edit cannot be done or would change nothing.
    """
    kind, payload = kind_of(edit), to_payload(edit)
    edit = from_payload(kind, payload)
    allotments = Allotments()
    transaction = Transaction(connection, allotments)
    run_id = edit.run_of(transaction)
    title = edit.title(NamesInProject(transaction))
    inserted = connection.execute(
        insert(edits).values(
            run_id=run_id,
            kind=kind,
            title=title,
            payload=payload,
            allotted=[],
            author=author,
            created_at=time.time(),
            state=EditState.APPLIED.value,
        )
    )
    edit_id = EditId(new_id(inserted))
    connection.execute(
        update(edits)
        .where(edits.c.state == EditState.UNDONE.value)
        .values(state=EditState.SUPERSEDED.value, superseded_by=edit_id)
    )
    overtake_undone(connection)
    apply_recorded(connection, edit, edit_id=edit_id, allotments=allotments)
    connection.execute(
        update(edits).where(edits.c.id == edit_id).values(allotted=allotments.handed_out)
    )
    change = read_change(connection, edit_id, forward=True)
    if not change.tracks:
        raise UserError("This would change nothing.", "Pick other frames or tracks.")
    note_touched(connection, edit_id, change)
    return _finish(
        connection, edit_id=edit_id, run_id=run_id, title=title, change=change, forward=True
    )


def apply_recorded(
    connection: Connection, edit: Edit, *, edit_id: EditId, allotments: Allotments
) -> None:
    """Apply an edit under the recorder and write its log rows."""
    with recording(connection, edit_id):
        edit.apply(Transaction(connection, allotments))
    write_log(connection, edit_id)


def undo_edit(connection: Connection) -> Changes | None:
    """Take back the newest applied edit; None if there is none."""
    edit_id = next_undo(connection)
    if edit_id is None:
        return None
    return _replay_one(connection, edit_id, forward=False)


def redo_edit(connection: Connection) -> Changes | None:
    """Do the oldest undone edit again; None if there is none.

    Raises:
        UserError: a run that went on meanwhile has taken the place.
    """
    edit_id = next_redo(connection)
    if edit_id is None:
        return None
    return _replay_one(connection, edit_id, forward=True)


def next_undo(connection: Connection) -> EditId | None:
    """Return the edit that undo takes back."""
    return _first(connection, EditState.APPLIED, newest=True)


def next_redo(connection: Connection) -> EditId | None:
    """Return the edit that redo does again."""
    return _first(connection, EditState.UNDONE, newest=False)


def position(connection: Connection) -> tuple[EditId | None, EditId | None, EditId | None]:
    """Return the newest edit, the one that undo takes back, and the one that redo does again."""
    newest = connection.execute(select(func.max(edits.c.id))).scalar()
    last = None if newest is None else EditId(newest)
    return last, next_undo(connection), next_redo(connection)


def edit_title(connection: Connection, edit_id: EditId) -> str:
    """Return the title that the edit had when it was made."""
    return str(connection.execute(select(edits.c.title).where(edits.c.id == edit_id)).scalar_one())


def frames_of_edits(connection: Connection, run_id: RunId) -> list[tuple[int, int]]:
    """Return first and last frame with a changed box of every edit of a run that counts now."""
    counting = edits_in_effect(connection, run_id)
    changes = (read_change(connection, edit_id, forward=True) for edit_id in counting)
    return [change.frames for change in changes if change.frames is not None]


def _first(connection: Connection, state: EditState, *, newest: bool) -> EditId | None:
    order = edits.c.id.desc() if newest else edits.c.id
    query = select(edits.c.id).where(edits.c.state == state.value).order_by(order).limit(1)
    found = connection.execute(query).scalar()
    return None if found is None else EditId(found)


def _replay_one(connection: Connection, edit_id: EditId, *, forward: bool) -> Changes:
    row = connection.execute(
        select(edits.c.run_id, edits.c.title).where(edits.c.id == edit_id)
    ).one()
    try:
        ways = play(connection, edit_id, forward=forward)
    except PlaceTakenError as error:
        verb = "redone" if forward else "undone"
        raise UserError(
            f"“{row.title}” cannot be {verb}: the run has gone on since and uses its tracks.",
            "Make the change anew.",
        ) from error
    state = EditState.APPLIED if forward else EditState.UNDONE
    connection.execute(update(edits).where(edits.c.id == edit_id).values(state=state.value))
    turn_settled(connection, edit_id, undone=not forward)
    return _finish(
        connection,
        edit_id=edit_id,
        run_id=RunId(row.run_id),
        title=row.title,
        change=read_change(connection, edit_id, forward=forward, ways=ways),
        forward=forward,
    )


def _finish(
    connection: Connection,
    *,
    edit_id: EditId,
    run_id: RunId,
    title: str,
    change: LayerChange,
    forward: bool,
) -> Changes:
    update_summaries(connection, change)
    broken = follow_edit(connection, edit_id, run_id=run_id, frames=change.frames, forward=forward)
    mark_changed(connection)
    return Changes(
        title=title,
        run_id=run_id,
        tracks=change.tracks,
        frames=change.frames,
        box_count=change.box_count,
        edit_id=edit_id,
        verified_changed=broken,
    )
