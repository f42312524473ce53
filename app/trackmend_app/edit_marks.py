"""Where on the timeline a person has mended something: read from the edit history; no Qt."""

from trackmend_core.project import Project
from trackmend_core.types import RunId, TrackId

NEWEST_EDITS = 500

Mark = tuple[TrackId, int]


def edit_marks(project: Project, run_id: RunId) -> list[Mark]:
    """Return (track, first frame) of the newest edits that count now."""
    counting = [
        edit.edit_id for edit in project.edits() if edit.run_id == run_id and edit.is_in_effect
    ]
    touched = project.touched_tracks(run_id)
    marks: dict[Mark, None] = {}
    for edit_id in counting[-NEWEST_EDITS:]:
        for one in touched.get(edit_id, ()):
            if one.frames is not None:
                marks[one.track_id, one.frames[0]] = None
    return list(marks)
