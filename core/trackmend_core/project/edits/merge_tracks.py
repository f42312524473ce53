"""Merge two tracks of one person that the tracker took for two."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import say_shared
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeTracks:
    """Give all boxes of `absorb` to `keep`; `absorb` is gone then."""

    keep: TrackId
    absorb: TrackId

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Merge track 7 into track 3"."""
        return f"Merge {names.track(self.absorb)} into {names.track(self.keep)}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of both tracks."""
        return transaction.tracks_of_one_run(self.keep, self.absorb)[0].run_id

    def apply(self, transaction: Transaction) -> None:
        """Move the boxes and drop the empty track.

        Raises:
            UserError: both are seen in the same frame, so they cannot be one person.
        """
        keep, absorb = transaction.tracks_of_one_run(self.keep, self.absorb)
        shared = transaction.shared_frames(self.keep, self.absorb, first_frame=0)
        if shared:
            raise UserError(
                f"Tracks {keep.number} and {absorb.number} are both seen in {say_shared(shared)},"
                " so they cannot be one.",
                "If they were mixed up, swap them from that frame on; if a box is double,"
                " delete it first.",
            )
        transaction.move_boxes(self.absorb, to_track_id=self.keep, first_frame=0)
        transaction.drop_if_empty(self.absorb)
