"""Split a track that follows two people in turn."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.records import frame_number
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitTrack:
    """Cut a track in two; boxes from `at_frame` on get a new id."""

    track_id: TrackId
    at_frame: int

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Split track 3 at frame 120"."""
        return f"Split {names.track(self.track_id)} at frame {frame_number(self.at_frame)}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the track."""
        return transaction.track(self.track_id).run_id

    def apply(self, transaction: Transaction) -> None:
        """Move the later boxes to a new track.

        Raises:
            UserError: all boxes lie on one side of the cut.
        """
        track = transaction.track(self.track_id)
        total = transaction.count_boxes(self.track_id, first_frame=0)
        later = transaction.count_boxes(self.track_id, first_frame=self.at_frame)
        if later in (0, total):
            side = "before" if later == 0 else "from"
            raise UserError(
                f"All boxes of track {track.number} lie {side} frame {frame_number(self.at_frame)}"
                f"{'' if later == 0 else ' on'}.",
                "Go to a frame in the middle of the track and split there.",
            )
        new = transaction.new_track(track.run_id)
        transaction.move_boxes(self.track_id, to_track_id=new.track_id, first_frame=self.at_frame)
