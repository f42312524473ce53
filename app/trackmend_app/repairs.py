"""Keyframes, gaps, occlusion, labels: the finer repairs, each committed at once."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from trackmend_app.edit_plans import EditPlans
from trackmend_app.session import Session
from trackmend_core.errors import UserError
from trackmend_core.project.edits import DescribeTracks, RevertTo
from trackmend_core.types import TrackId


class Repairs(QObject):
    """Makes the edits of `EditPlans` that ask nothing first.

    Signals:
        refused(UserError): the edit is impossible; nothing has changed.
    """

    refused = Signal(object)

    def __init__(
        self, session: Session, plans: EditPlans, *, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._plans = plans

    def do(self, action_id: str) -> bool:
        """Make the edit that an action stands for; return whether it was made."""
        try:
            edit = self._plans.planned(action_id)
            if edit is None:
                raise ValueError(f"{action_id} makes no edit")
            self._session.edit(edit)
        except UserError as error:
            self.refused.emit(error)
            return False
        return True

    def describe(
        self,
        track_ids: tuple[TrackId, ...],
        *,
        label: str | None,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        """Give tracks a label and attributes; None leaves what is there."""
        try:
            self._session.edit(
                DescribeTracks(track_ids=track_ids, label=label, attributes=attributes)
            )
        except UserError as error:
            self.refused.emit(error)

    def go_back_to(self, checkpoint_id: int, name: str) -> None:
        """Bring the shown run back to a named moment; one step of undo brings the present back."""
        run_id = self._session.required_run().run_id
        try:
            self._session.edit(RevertTo(run_id=run_id, checkpoint_id=checkpoint_id, name=name))
        except UserError as error:
            self.refused.emit(error)
