"""Delete a whole track."""

from dataclasses import dataclass

from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTrack:
    """Delete a track with all of its boxes."""

    track_id: TrackId

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Delete track 3"."""
        return f"Delete {names.track(self.track_id)}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the track."""
        return transaction.track(self.track_id).run_id

    def apply(self, transaction: Transaction) -> None:
        """Delete the boxes and the track.

        Raises:
            UserError: it is gone already.
        """
        transaction.track(self.track_id)
        transaction.delete_boxes(self.track_id, first_frame=0)
        transaction.drop_if_empty(self.track_id)
