"""Move or resize one box."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import check_box
from trackmend_core.project.records import BoxXyxy
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import BoxId, RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBox:
    """Give a box new corners (pixels of the source frame); from then on it is a person's."""

    box_id: BoxId
    box_xyxy: BoxXyxy

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Move or resize the box of track 3 in frame 120"."""
        return f"Move or resize {names.box(self.box_id)}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the box."""
        return transaction.track(transaction.box(self.box_id).track_id).run_id

    def apply(self, transaction: Transaction) -> None:
        """Set the corners.

        Raises:
            UserError: no area, not finite, outside the picture, or exactly as before.
        """
        box = transaction.box(self.box_id)
        check_box(transaction, self.run_of(transaction), self.box_xyxy)
        if tuple(self.box_xyxy) == box.box_xyxy:
            raise UserError("The box is already there.", "Drag it or one of its edges.")
        transaction.reshape_box(self.box_id, self.box_xyxy)
