"""Where on the timeline a person has mended something: read from the edit history; no Qt."""

from trackmend_core.project import Changes, Project
from trackmend_core.types import RunId, TrackId

NEWEST_EDITS = 500

Mark = tuple[TrackId, int]


class EditMarks:
    """The (track, first frame) of the edits of one run, read whole only when one must.

    Reading the history after every edit would take ever longer.
    """

    def __init__(self) -> None:
        self._run_id: RunId | None = None
        self._marks: dict[Mark, None] = {}

    def forget(self) -> None:
        """Read all anew next time."""
        self._run_id = None

    def of(self, project: Project, run_id: RunId) -> list[Mark]:
        """Return the marks of the newest edits that count now."""
        if run_id != self._run_id:
            self._run_id, self._marks = run_id, dict.fromkeys(edit_marks(project, run_id))
        return list(self._marks)

    def add(self, project: Project, changes: Changes) -> None:
        """Take over an edit just made that takes no other one back."""
        if changes.edit_id is None or changes.run_id != self._run_id:
            self.forget()
            return
        for one in project.tracks_of_edit(changes.edit_id):
            if one.frames is not None:
                self._marks[one.track_id, one.frames[0]] = None


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
