"""Delete several tracks in one step."""

from dataclasses import dataclass

from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import one_run_of, say_tracks
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTracks:
    """Delete these tracks with all of their boxes."""

    track_ids: tuple[TrackId, ...]

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Delete track 3, track 4 and track 9"."""
        return f"Delete {say_tracks(names, self.track_ids)}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the tracks."""
        return one_run_of(transaction, self.track_ids)

    def apply(self, transaction: Transaction) -> None:
        """Delete the boxes and the tracks.

        Raises:
            UserError: none is given, one is gone already, or they are of different runs.
        """
        one_run_of(transaction, self.track_ids)
        for track_id in self.track_ids:
            transaction.delete_boxes(track_id, first_frame=0)
            transaction.drop_if_empty(track_id)
