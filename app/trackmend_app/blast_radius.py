"""How much an edit would change, found out by making it and rolling it back."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from trackmend_app.edit_plans import EditPlans
from trackmend_app.radius_text import radius_text
from trackmend_app.session import Session
from trackmend_core.errors import UserError
from trackmend_core.project import Changes
from trackmend_core.project.edits import Edit

SETTLE_MS = 250
MOST_BOXES = 60_000
"""Tracks with more boxes than these are counted when somebody asks, not while they are selected."""


class BlastRadius(QObject):
    """Foresees what the likeliest wide edit of the present selection would touch.

    Signals:
        foreseen(text): e.g. "412 boxes, 2 tracks"; empty when nothing wide is at hand.
    """

    foreseen = Signal(str)

    def __init__(
        self, session: Session, plans: EditPlans, *, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._plans = plans
        self._text = ""
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._on_settled)
        for signal in (session.selection_changed, session.tracks_changed, session.frame_changed):
            signal.connect(self._on_moved)

    @property
    def text(self) -> str:
        """Return what was foreseen last."""
        return self._text

    def of(self, edit: Edit) -> Changes:
        """Return what an edit would change.

        Raises:
            UserError: it cannot be made.
        """
        return self._session.required_project().preview(edit)

    def of_action(self, action_id: str) -> str:
        """Return in words what an action would change now; empty for one box, or nothing.

        What makes it impossible is said instead.
        """
        if self._session.run is None or not self._session.selection.track_ids:
            return ""
        try:
            edit = self._plans.planned(action_id)
            changes = self.of(edit) if edit is not None else None
        except UserError as error:
            return error.message
        if changes is None or (changes.box_count <= 1 and not changes.verified_changed):
            return ""
        return f"{changes.title}: {radius_text(changes)}"

    @Slot()
    def _on_moved(self) -> None:
        self._tell("")
        if len(self._session.selection.track_ids) > 1:
            self._settled.start()
        else:
            self._settled.stop()

    @Slot()
    def _on_settled(self) -> None:
        chosen = self._session.selection.track_ids
        found = [self._session.track(track_id) for track_id in chosen]
        boxes = sum(track.box_count for track in found if track is not None)
        if len(chosen) < 2 or self._session.run is None or boxes > MOST_BOXES:
            return
        try:
            edit = self._plans.planned("swap_from_here" if len(chosen) == 2 else "merge_commit")
            self._tell(radius_text(self.of(edit)) if edit is not None else "")
        except UserError:
            self._tell("")

    def _tell(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.foreseen.emit(text)
