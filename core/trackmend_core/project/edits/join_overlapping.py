"""Join two tracks of one person that run side by side for a while."""

from dataclasses import dataclass

from sqlalchemy import delete

from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.schema import boxes
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinOverlapping:
    """Give all boxes of `absorb` to `keep`; where both have one, that of `absorb` is deleted."""

    keep: TrackId
    absorb: TrackId

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Join track 7 into track 3 and drop double boxes"."""
        return (
            f"Join {names.track(self.absorb)} into {names.track(self.keep)} and drop double boxes"
        )

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of both tracks."""
        return transaction.tracks_of_one_run(self.keep, self.absorb)[0].run_id

    def apply(self, transaction: Transaction) -> None:
        """Delete the doubles, move the rest, drop the empty track.

        Raises:
            UserError: the tracks are the same, of different runs, or gone.
        """
        transaction.tracks_of_one_run(self.keep, self.absorb)
        shared = transaction.shared_frames(self.absorb, self.keep, first_frame=0)
        for frame_index in shared:
            transaction.connection.execute(
                delete(boxes).where(
                    boxes.c.track_id == self.absorb, boxes.c.frame_index == frame_index
                )
            )
        transaction.move_boxes(self.absorb, to_track_id=self.keep, first_frame=0)
        transaction.drop_if_empty(self.absorb)
