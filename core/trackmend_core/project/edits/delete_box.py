"""Delete one box."""

from dataclasses import dataclass

from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import BoxId, RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteBox:
    """Delete this one box; a track that loses its last box goes with it."""

    box_id: BoxId

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Delete the box of track 3 in frame 120"."""
        return f"Delete {names.box(self.box_id)}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the box."""
        return transaction.track(transaction.box(self.box_id).track_id).run_id

    def apply(self, transaction: Transaction) -> None:
        """Delete it.

        Raises:
            UserError: it is gone already.
        """
        box = transaction.box(self.box_id)
        transaction.delete_box(self.box_id)
        transaction.drop_if_empty(box.track_id)
