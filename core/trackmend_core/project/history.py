"""The history of edits as people read it: what counts now, and the way back to a named moment.

Undo and redo walk along one line; an edit made after an undo begins a new branch and the undone
edits become superseded (`superseded_by` names the edit that began the branch). A checkpoint stands
at the end of the line as it was then, so the line of then and the line of now share a beginning.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from trackmend_core.project.layer_change import LayerChange
from trackmend_core.project.records import EditRecord, EditState, TouchedTrack
from trackmend_core.project.schema import checkpoints, edit_tracks, edits
from trackmend_core.types import EditId, RunId, TrackId

REVERT = "revert_to"
"""The name of `edits.RevertTo` in the log; edits may import this module, not the other way."""


def list_edits(connection: Connection) -> list[EditRecord]:
    """Return the whole history, oldest first."""
    rows = connection.execute(select(edits).order_by(edits.c.id)).all()
    reverted = _reverted(connection, rows)
    return [
        EditRecord(
            edit_id=EditId(row.id),
            run_id=RunId(row.run_id),
            kind=row.kind,
            title=row.title,
            payload=row.payload,
            author=row.author,
            created_at=row.created_at,
            state=EditState(row.state),
            is_reverted=row.id in reverted,
        )
        for row in rows
    ]


def edits_in_effect(connection: Connection, run_id: RunId) -> list[EditId]:
    """Return the edits of a run that the layer shows now, oldest first."""
    return [
        edit.edit_id
        for edit in list_edits(connection)
        if edit.run_id == run_id and edit.is_in_effect and edit.kind != REVERT
    ]


def way_back(
    connection: Connection, run_id: RunId, checkpoint_edit_id: int
) -> tuple[list[EditId], list[EditId]]:
    """Return the edits of a run to take back, newest first, then those to make again, in order.

    Args:
        connection: inside a transaction.
        run_id: whose layer goes back.
        checkpoint_edit_id: the newest applied edit at that moment, 0 for "before all".
    """
    rows = connection.execute(
        select(edits.c.id, edits.c.state, edits.c.superseded_by)
        .where(edits.c.run_id == run_id)
        .order_by(edits.c.id)
    ).all()
    # The edit that goes back is itself in the log already, applied and without rows.
    newest = max((row.id for row in rows), default=0)
    rows = [row for row in rows if row.id != newest]
    now = {row.id for row in rows if row.state == EditState.APPLIED.value}
    then = {
        row.id
        for row in rows
        if row.id <= checkpoint_edit_id
        and (
            row.state != EditState.SUPERSEDED.value
            or (row.superseded_by is not None and row.superseded_by > checkpoint_edit_id)
        )
    }
    back = [EditId(edit_id) for edit_id in sorted(now - then, reverse=True)]
    return back, [EditId(edit_id) for edit_id in sorted(then - now)]


def note_touched(connection: Connection, edit_id: EditId, change: LayerChange) -> None:
    """Remember which tracks an edit touched and where."""
    rows = []
    for track_id in sorted(change.tracks):
        frames = change.frames_of(track_id)
        first, last = frames if frames is not None else (None, None)
        rows.append(
            {"edit_id": edit_id, "track_id": track_id, "first_frame": first, "last_frame": last}
        )
    connection.execute(delete(edit_tracks).where(edit_tracks.c.edit_id == edit_id))
    if rows:
        connection.execute(insert(edit_tracks), rows)


def touched_tracks(connection: Connection, run_id: RunId) -> dict[EditId, list[TouchedTrack]]:
    """Return what every edit of a run touched."""
    query = (
        select(edit_tracks)
        .join(edits, edits.c.id == edit_tracks.c.edit_id)
        .where(edits.c.run_id == run_id)
        .order_by(edit_tracks.c.edit_id, edit_tracks.c.track_id)
    )
    found: dict[EditId, list[TouchedTrack]] = {}
    for row in connection.execute(query):
        found.setdefault(EditId(row.edit_id), []).append(_touched(row))
    return found


def tracks_of_edit(connection: Connection, edit_id: EditId) -> list[TouchedTrack]:
    """Return what one edit touched."""
    query = (
        select(edit_tracks).where(edit_tracks.c.edit_id == edit_id).order_by(edit_tracks.c.track_id)
    )
    return [_touched(row) for row in connection.execute(query)]


def _touched(row: Row[Any]) -> TouchedTrack:
    """Any: the columns are taken by name."""
    frames = None if row.first_frame is None else (row.first_frame, row.last_frame)
    return TouchedTrack(track_id=TrackId(row.track_id), frames=frames)


def _reverted(connection: Connection, rows: Sequence[Row[tuple[int, ...]]]) -> frozenset[int]:
    """Return the applied edits that a later return to a named moment took out of effect."""
    returns = [row for row in rows if row.kind == REVERT and row.state == EditState.APPLIED.value]
    if not returns:
        return frozenset()
    moments = {row.id: row.edit_id for row in connection.execute(select(checkpoints)).all()}
    after: list[tuple[int, frozenset[int]]] = [(0, frozenset())]
    for row in returns:
        moment = moments.get(row.payload["checkpoint_id"], 0)
        at_moment = next(gone for edit_id, gone in reversed(after) if edit_id <= moment)
        since = {one.id for one in rows if one.run_id == row.run_id and moment < one.id < row.id}
        after.append((row.id, at_moment | since))
    return after[-1][1]
