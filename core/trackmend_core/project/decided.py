"""Which boxes people have put in or taken out of a layer, for whoever computes it anew."""

import json
from dataclasses import dataclass

from sqlalchemy import Connection

from trackmend_core.project.history import REVERT, list_edits
from trackmend_core.types import BoxId, EditId, RunId

RETRACK = "retrack"
"""The name of `edits.Retrack` in the log: what an association made, another may unmake."""

_APPEARED = """
    SELECT DISTINCT after.id FROM box_images AS after
    WHERE after.is_after = 1 AND after.edit_id IN (SELECT value FROM json_each(?))
        AND NOT EXISTS (SELECT 1 FROM box_images AS before WHERE before.edit_id = after.edit_id
            AND before.is_after = 0 AND before.id = after.id)
"""
_VANISHED = """
    SELECT DISTINCT before.detection_id FROM box_images AS before
    WHERE before.is_after = 0 AND before.edit_id IN (SELECT value FROM json_each(?))
        AND before.detection_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM box_images AS after WHERE after.edit_id = before.edit_id
            AND after.is_after = 1 AND after.id = before.id)
        AND NOT EXISTS (SELECT 1 FROM boxes WHERE boxes.run_id = ?
            AND boxes.frame_index = before.frame_index
            AND boxes.detection_id = before.detection_id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedBoxes:
    """What edits that count now, re-tracking left out, have decided about single boxes.

    Attributes:
        edits: these edits, oldest first.
        put_in: boxes that the tracker had not made.
        taken_out: detections whose box is gone.
    """

    edits: tuple[EditId, ...]
    put_in: frozenset[BoxId]
    taken_out: frozenset[int]


def decided_boxes(connection: Connection, run_id: RunId) -> DecidedBoxes:
    """Read the log of a run."""
    counting = [
        edit.edit_id
        for edit in list_edits(connection)
        if edit.run_id == run_id and edit.is_in_effect and edit.kind not in (RETRACK, REVERT)
    ]
    wanted = json.dumps([int(edit_id) for edit_id in counting])
    appeared = connection.exec_driver_sql(_APPEARED, (wanted,)).scalars()
    vanished = connection.exec_driver_sql(_VANISHED, (wanted, run_id)).scalars()
    return DecidedBoxes(
        edits=tuple(counting),
        put_in=frozenset(BoxId(box_id) for box_id in appeared),
        taken_out=frozenset(int(detection) for detection in vanished),
    )
