"""Swap two tracks: the repair of an identity switch."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import check_stretch, say_frames
from trackmend_core.project.transaction import PARKING_TRACK, Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapTracks:
    """Give the boxes of A to B and those of B to A, in frames first..last (None: to the end)."""

    track_a: TrackId
    track_b: TrackId
    first_frame: int
    last_frame: int | None = None

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Swap track 3 and track 7 from frame 120 on"."""
        pair = f"{names.track(self.track_a)} and {names.track(self.track_b)}"
        return f"Swap {pair} {say_frames(self.first_frame, self.last_frame)}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of both tracks."""
        return transaction.tracks_of_one_run(self.track_a, self.track_b)[0].run_id

    def apply(self, transaction: Transaction) -> None:
        """Swap by way of a parking id.

        Raises:
            UserError: neither track has a box there.
        """
        check_stretch(self.first_frame, self.last_frame)
        first, last = self.first_frame, self.last_frame
        parked = transaction.move_boxes(
            self.track_a, to_track_id=PARKING_TRACK, first_frame=first, last_frame=last
        )
        moved = transaction.move_boxes(
            self.track_b, to_track_id=self.track_a, first_frame=first, last_frame=last
        )
        if not parked + moved:
            raise UserError(
                f"Neither track has a box {say_frames(first, last)}.",
                "Go to a frame where one of them is seen.",
            )
        transaction.move_boxes(
            PARKING_TRACK, to_track_id=self.track_b, first_frame=first, last_frame=last
        )
        transaction.drop_if_empty(self.track_a)
        transaction.drop_if_empty(self.track_b)
