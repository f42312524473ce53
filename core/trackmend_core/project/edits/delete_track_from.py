"""Delete the rest of a track from a frame on."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.records import frame_number
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTrackFrom:
    """Delete the boxes of a track in `from_frame` and later."""

    track_id: TrackId
    from_frame: int

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Delete track 3 from frame 120 on"."""
        return f"Delete {names.track(self.track_id)} from frame {frame_number(self.from_frame)} on"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the track."""
        return transaction.track(self.track_id).run_id

    def apply(self, transaction: Transaction) -> None:
        """Delete the boxes, and the track if none is left.

        Raises:
            UserError: the track ends before that frame.
        """
        track = transaction.track(self.track_id)
        if not transaction.delete_boxes(self.track_id, first_frame=self.from_frame):
            raise UserError(
                f"Track {track.number} has no box from frame {frame_number(self.from_frame)} on.",
                "Go to an earlier frame.",
            )
        transaction.drop_if_empty(self.track_id)
