"""Where on the timeline a person has mended something: read from the edit history; no Qt."""

from collections.abc import Iterable

from trackmend_core.errors import UserError
from trackmend_core.project import EditRecord, EditState, Project
from trackmend_core.types import BoxId, RunId, TrackId

NEWEST_EDITS = 500
_TRACK_FIELDS = ("track_a", "track_b", "track_id", "to_track_id", "keep")
_FRAME_FIELDS = ("first_frame", "at_frame", "from_frame", "frame_index")

Mark = tuple[TrackId, int]


def edit_marks(project: Project, run_id: RunId) -> list[Mark]:
    """Return (track, frame) of the newest edits that count now."""
    edits = [
        edit
        for edit in project.edits()
        if edit.run_id == run_id and edit.state is EditState.APPLIED
    ]
    marks: dict[Mark, None] = {}
    for edit in edits[-NEWEST_EDITS:]:
        marks.update(dict.fromkeys(_marks_of(project, edit)))
    return list(marks)


def _marks_of(project: Project, edit: EditRecord) -> Iterable[Mark]:
    box_id = edit.payload.get("box_id")
    if box_id is not None:
        try:
            box = project.box(BoxId(box_id))
        except UserError:
            return []
        return [(box.track_id, box.frame_index)]
    frames = [edit.payload[name] for name in _FRAME_FIELDS if edit.payload.get(name) is not None]
    tracks = [edit.payload[name] for name in _TRACK_FIELDS if edit.payload.get(name) is not None]
    return [(TrackId(track), frames[0]) for track in tracks] if frames else []
