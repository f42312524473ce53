"""Delete the boxes of a track in some frames."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import check_stretch, say_frames
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteStretch:
    """Delete the boxes of a track in frames first..last; a track that loses all goes with them."""

    track_id: TrackId
    first_frame: int
    last_frame: int

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Delete track 3 in frames 10 to 20"."""
        stretch = say_frames(self.first_frame, self.last_frame)
        return f"Delete {names.track(self.track_id)} {stretch}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the track."""
        return transaction.track(self.track_id).run_id

    def apply(self, transaction: Transaction) -> None:
        """Delete the boxes, and the track if none is left.

        Raises:
            UserError: the track has no box there.
        """
        check_stretch(self.first_frame, self.last_frame)
        track = transaction.track(self.track_id)
        first, last = self.first_frame, self.last_frame
        if not transaction.delete_boxes(self.track_id, first_frame=first, last_frame=last):
            raise UserError(
                f"Track {track.number} has no box {say_frames(first, last)}.",
                "Go to a frame where it has one.",
            )
        transaction.drop_if_empty(self.track_id)
