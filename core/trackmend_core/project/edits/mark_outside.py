"""Say that an object is not in the picture in some frames."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import check_stretch, say_frames
from trackmend_core.project.transaction import Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkOutside:
    """Take the boxes of a track out of frames first..last: the object has left the picture.

    A track has no box where its object is not: exports, scores and training then need no rule
    for boxes that are none.
    """

    track_id: TrackId
    first_frame: int
    last_frame: int

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Mark track 3 as outside in frames 10 to 20"."""
        stretch = say_frames(self.first_frame, self.last_frame)
        return f"Mark {names.track(self.track_id)} as outside {stretch}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the track."""
        return transaction.track(self.track_id).run_id

    def apply(self, transaction: Transaction) -> None:
        """Take the boxes away; others of the track must remain.

        Raises:
            UserError: no box there, or no other would remain.
        """
        check_stretch(self.first_frame, self.last_frame)
        track = transaction.track(self.track_id)
        first, last = self.first_frame, self.last_frame
        if not transaction.delete_boxes(self.track_id, first_frame=first, last_frame=last):
            raise UserError(
                f"Track {track.number} has no box {say_frames(first, last)}.",
                "Go to a frame where it has one.",
            )
        if not transaction.count_boxes(self.track_id, first_frame=0):
            raise UserError(
                f"Track {track.number} would have no box left.",
                "Delete the whole track if nobody is there.",
            )
