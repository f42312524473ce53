"""Go back to a moment that a person named, in one step that can itself be undone."""

from dataclasses import dataclass

from sqlalchemy import select

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.history import way_back
from trackmend_core.project.recorder import PlaceTakenError, play_inside
from trackmend_core.project.schema import checkpoints
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertTo:
    """Bring the layer of a run back to a checkpoint; `name` is that of the checkpoint."""

    run_id: RunId
    checkpoint_id: int
    name: str

    def title(self, _names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Go back to “before lunch”"."""
        return f"Go back to “{self.name}”"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run."""
        transaction.frame_size(self.run_id)
        return self.run_id

    def apply(self, transaction: Transaction) -> None:
        """Play the log back to the moment, and forward again along the branch it stood on.

        Raises:
            UserError: the checkpoint is gone, nothing changed since, or a run took the place.
        """
        connection = transaction.connection
        edit_id = connection.execute(
            select(checkpoints.c.edit_id).where(checkpoints.c.id == self.checkpoint_id)
        ).scalar()
        if edit_id is None:
            raise UserError("This named moment is not there any more.", "Pick another one.")
        back, forth = way_back(connection, self.run_id, edit_id)
        if not back and not forth:
            raise UserError(f"Nothing has changed since “{self.name}”.", "Pick an earlier moment.")
        try:
            for undone in back:
                play_inside(connection, undone, forward=False)
            for redone in forth:
                play_inside(connection, redone, forward=True)
        except PlaceTakenError as error:
            raise UserError(
                f"“{self.name}” cannot be reached: the run has gone on since and uses its tracks.",
                "Undo step by step as far as it goes, or pick a later moment.",
            ) from error
