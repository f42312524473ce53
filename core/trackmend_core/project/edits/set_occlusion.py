"""Say that something hides an object in some frames, or no longer does."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import check_stretch, say_frames
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOcclusion:
    """Mark the boxes of a track in frames first..last as occluded, or as seen."""

    track_id: TrackId
    first_frame: int
    last_frame: int
    is_occluded: bool

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Mark track 3 as occluded in frames 10 to 20"."""
        stretch = say_frames(self.first_frame, self.last_frame)
        if self.is_occluded:
            return f"Mark {names.track(self.track_id)} as occluded {stretch}"
        return f"Mark {names.track(self.track_id)} as seen {stretch}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the track."""
        return transaction.track(self.track_id).run_id

    def apply(self, transaction: Transaction) -> None:
        """Set the mark.

        Raises:
            UserError: no box there, or all are marked so already.
        """
        check_stretch(self.first_frame, self.last_frame)
        track = transaction.track(self.track_id)
        changed = transaction.set_occluded(
            self.track_id,
            first_frame=self.first_frame,
            last_frame=self.last_frame,
            is_occluded=bool(self.is_occluded),
        )
        if not changed:
            raise UserError(
                f"Track {track.number} has no box to mark"
                f" {say_frames(self.first_frame, self.last_frame)}.",
                "Go to a frame where it is seen, or mark a range that holds it.",
            )
