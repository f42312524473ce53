"""Add a box that the model missed."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import check_box
from trackmend_core.project.records import BoxXyxy, frame_number
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBox:
    """Draw a box (pixels of the source frame) for a track, or for a new one (None)."""

    run_id: RunId
    frame_index: int
    box_xyxy: BoxXyxy
    track_id: TrackId | None = None

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Add a box to track 3 in frame 120"."""
        to = "as a new track" if self.track_id is None else f"to {names.track(self.track_id)}"
        return f"Add a box {to} in frame {frame_number(self.frame_index)}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run that is drawn on."""
        transaction.frame_size(self.run_id)
        return self.run_id

    def apply(self, transaction: Transaction) -> None:
        """Insert the box, and the track if it is a new one.

        Raises:
            UserError: outside the video or picture, no area, or the track has a box there.
        """
        transaction.check_frame(self.run_id, self.frame_index)
        check_box(transaction, self.run_id, self.box_xyxy)
        if self.track_id is None:
            track = transaction.new_track(self.run_id)
        else:
            track = transaction.track(self.track_id)
            self._check_free(transaction, track.run_id, track.number)
        transaction.add_box(track, frame_index=self.frame_index, box_xyxy=self.box_xyxy)

    def _check_free(self, transaction: Transaction, run_id: RunId, number: int) -> None:
        assert self.track_id is not None
        if run_id != self.run_id:
            raise UserError("This track belongs to another run.", "Pick one of the run on screen.")
        here = self.frame_index
        if transaction.count_boxes(self.track_id, first_frame=here, last_frame=here):
            raise UserError(
                f"Track {number} already has a box in frame {frame_number(here)}.",
                "Move that box, or draw this one as a new track.",
            )
