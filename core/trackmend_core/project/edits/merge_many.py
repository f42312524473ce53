"""Merge several tracks of one person in one step."""

from dataclasses import dataclass

from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import one_run_of, say_tracks
from trackmend_core.project.edits.merge_tracks import MergeTracks
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeMany:
    """Give all boxes of the tracks in `absorb` to `keep`; those tracks are gone then."""

    keep: TrackId
    absorb: tuple[TrackId, ...]

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Merge track 7 and track 9 into track 3"."""
        return f"Merge {say_tracks(names, self.absorb)} into {names.track(self.keep)}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of all of them."""
        return one_run_of(transaction, (self.keep, *self.absorb))

    def apply(self, transaction: Transaction) -> None:
        """Merge one after the other.

        Raises:
            UserError: two of them are seen in the same frame, so they cannot be one person.
        """
        one_run_of(transaction, (self.keep, *self.absorb))
        for track_id in self.absorb:
            MergeTracks(keep=self.keep, absorb=track_id).apply(transaction)
