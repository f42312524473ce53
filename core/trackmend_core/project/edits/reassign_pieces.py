"""Hand many stretches of boxes to other tracks at once: what a new association changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import one_run_of
from trackmend_core.project.records import frame_number
from trackmend_core.project.transaction import PARKING_TRACK, Transaction
from trackmend_core.types import RunId, TrackId

Piece = tuple[TrackId, int, int, int]
"""Track, first frame, last frame, and the target: a track id, or -1, -2 ... for new tracks."""

NEW_TRACK: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassignPieces:
    """Hand each piece to its target, all at the same time, so that pieces may trade places.

    Attributes:
        pieces: see `Piece`; pieces with the same negative target go to the same new track.
        reason: how it came about, for the title; empty for one stretch that is taken out.
    """

    pieces: tuple[Piece, ...]
    reason: str = "Re-track"

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Re-track: 12 stretches of 5 tracks"."""
        if not self.reason and len(self.pieces) == 1:
            track_id, first, last, _ = self.pieces[0]
            frames = f"frames {frame_number(first)} to {frame_number(last)}"
            return f"Take {frames} out of {names.track(track_id)}, into a new track"
        count = len(self.pieces)
        tracks = len({piece[0] for piece in self.pieces})
        stretches = "1 stretch" if count == 1 else f"{count} stretches"
        return f"{self.reason}: {stretches} of {'1 track' if tracks == 1 else f'{tracks} tracks'}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of all tracks that are named."""
        named = {track_id for track_id, *_ in self.pieces}
        named |= {TrackId(target) for *_, target in self.pieces if target > NEW_TRACK}
        return one_run_of(transaction, sorted(named))

    def apply(self, transaction: Transaction) -> None:
        """Park every piece under an id of its own, then hand them out.

        Raises:
            UserError: a piece has no box, or a target already has boxes there.
        """
        hand_over(transaction, self.pieces, run_id=self.run_of(transaction))
        for track_id in sorted({piece[0] for piece in self.pieces}):
            transaction.drop_if_empty(track_id)


def hand_over(
    transaction: Transaction, pieces: Sequence[Piece], *, run_id: RunId
) -> dict[int, TrackId]:
    """Move all pieces at the same time and return the new tracks by their negative targets.

    Raises:
        UserError: a piece has no box, or a target already has boxes there.
    """
    for row, (track_id, first, last, _) in enumerate(pieces):
        parking = TrackId(PARKING_TRACK - row)
        if not transaction.move_boxes(
            track_id, to_track_id=parking, first_frame=first, last_frame=last
        ):
            number = transaction.track(track_id).number
            raise UserError(
                f"Track {number} has changed since: a stretch of it is not there any more.",
                "Compute the proposal anew.",
            )
    fresh: dict[int, TrackId] = {}
    for row, (_, first, last, target) in enumerate(pieces):
        if target <= NEW_TRACK and target not in fresh:
            fresh[target] = transaction.new_track(run_id).track_id
        parking, to = TrackId(PARKING_TRACK - row), fresh.get(target, TrackId(target))
        if transaction.shared_frames(parking, to, first_frame=first, last_frame=last):
            raise UserError(
                f"Track {transaction.track(to).number} already has boxes there.",
                "Accept the stretches that trade places together.",
            )
        transaction.move_boxes(parking, to_track_id=to, first_frame=0)
    return fresh
