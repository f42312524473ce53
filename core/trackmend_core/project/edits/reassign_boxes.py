"""Give one box or a stretch of boxes to another track, or to a new one."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import check_stretch, say_frames, say_shared
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassignBoxes:
    """Hand the boxes of a track in frames first..last to another track (None: a new one)."""

    track_id: TrackId
    to_track_id: TrackId | None
    first_frame: int
    last_frame: int

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Give track 3 to track 7 in frames 10 to 20"."""
        to = "a new track" if self.to_track_id is None else names.track(self.to_track_id)
        stretch = say_frames(self.first_frame, self.last_frame)
        return f"Give {names.track(self.track_id)} to {to} {stretch}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the track."""
        return transaction.track(self.track_id).run_id

    def apply(self, transaction: Transaction) -> None:
        """Move the boxes; a track that loses its last one goes.

        Raises:
            UserError: nothing to move, or the other track already has boxes there.
        """
        check_stretch(self.first_frame, self.last_frame)
        source = transaction.track(self.track_id)
        first, last = self.first_frame, self.last_frame
        if not transaction.count_boxes(self.track_id, first_frame=first, last_frame=last):
            raise UserError(
                f"Track {source.number} has no box {say_frames(first, last)}.",
                "Pick frames in which it is seen.",
            )
        if self.to_track_id is None:
            target = transaction.new_track(source.run_id)
        else:
            _, target = transaction.tracks_of_one_run(self.track_id, self.to_track_id)
            shared = transaction.shared_frames(
                self.track_id, target.track_id, first_frame=first, last_frame=last
            )
            if shared:
                raise UserError(
                    f"Track {target.number} already has a box in {say_shared(shared)}.",
                    "Swap the two tracks there, or delete the boxes of one of them first.",
                )
        transaction.move_boxes(
            self.track_id, to_track_id=target.track_id, first_frame=first, last_frame=last
        )
        transaction.drop_if_empty(self.track_id)
