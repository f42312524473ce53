"""Take over what a new association makes of the same detections, in one step."""

from dataclasses import dataclass

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.reassign_pieces import NEW_TRACK, Piece, hand_over
from trackmend_core.project.records import BoxXyxy, frame_number
from trackmend_core.project.transaction import PlacedBox, Transaction
from trackmend_core.types import RunId, TrackId

AddedBox = tuple[int, int, BoxXyxy, float, int]
"""Target as in a piece, frame, box, score, detection."""

Stretch = tuple[TrackId, int, int]
"""Track, first frame, last frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrack:
    """Hand stretches to other tracks, take away what is tracked no more, add what is tracked now.

    Attributes:
        run_id: whose layer.
        from_frame: nothing before it changes.
        pieces: see `ReassignPieces`.
        removed: stretches that the new association leaves out.
        added: boxes that it has in addition; a negative target is the new track of that name.
    """

    run_id: RunId
    from_frame: int
    pieces: tuple[Piece, ...]
    removed: tuple[Stretch, ...] = ()
    added: tuple[AddedBox, ...] = ()

    def title(self, _names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Re-track from frame 120 on"."""
        return f"Re-track from frame {frame_number(self.from_frame)} on"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run."""
        transaction.frame_size(self.run_id)
        return self.run_id

    def apply(self, transaction: Transaction) -> None:
        """Remove, hand over, add.

        Raises:
            UserError: the layer has changed since this was computed.
        """
        for track_id, first, last in self.removed:
            if not transaction.delete_boxes(track_id, first_frame=first, last_frame=last):
                raise UserError(
                    "The tracks have changed since this was computed.", "Compute it anew."
                )
        fresh = hand_over(transaction, self.pieces, run_id=self.run_id)
        by_target: dict[int, list[PlacedBox]] = {}
        for target, frame, box, score, detection in self.added:
            placed = PlacedBox(frame, box, float(score), detection)
            by_target.setdefault(target, []).append(placed)
        for target, boxes in sorted(by_target.items()):
            if target <= NEW_TRACK and target not in fresh:
                fresh[target] = transaction.new_track(self.run_id).track_id
            track = transaction.track(fresh.get(target, TrackId(target)))
            transaction.place_boxes(track, sorted(boxes, key=lambda box: box.frame_index))
        losers = {piece[0] for piece in self.pieces} | {stretch[0] for stretch in self.removed}
        for track_id in sorted(losers):
            transaction.drop_if_empty(track_id)
