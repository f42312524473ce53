"""Make a box a keyframe: a person says that it is right as it is."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import BoxId, BoxSource, RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmBox:
    """Leave a box where it is; from then on it is a person's, and interpolation keeps to it."""

    box_id: BoxId

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Make the box of track 3 in frame 120 a keyframe"."""
        return f"Make {names.box(self.box_id)} a keyframe"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the box."""
        return transaction.track(transaction.box(self.box_id).track_id).run_id

    def apply(self, transaction: Transaction) -> None:
        """Note that the box is a person's.

        Raises:
            UserError: it is already.
        """
        box = transaction.box(self.box_id)
        if box.source is BoxSource.PERSON:
            raise UserError(
                "This box is a keyframe already.",
                "Drag it to change it, or go to another frame.",
            )
        transaction.reshape_box(self.box_id, box.box_xyxy)
