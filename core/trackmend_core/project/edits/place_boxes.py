"""Place boxes of one track in many frames: the result of interpolation or propagation."""

import math
from dataclasses import dataclass
from itertools import pairwise

from trackmend_core.errors import UserError
from trackmend_core.project.edits.base import PLAIN_NAMES, Names
from trackmend_core.project.edits.checks import check_box, say_frames
from trackmend_core.project.records import BoxXyxy
from trackmend_core.project.transaction import PlacedBox, Transaction
from trackmend_core.types import RunId, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceBoxes:
    """Put boxes where they were computed to be; a box by a person is never replaced.

    The boxes themselves are in the log, not the way they were found: a later version that finds
    them otherwise still replays the same.

    Attributes:
        frames: 0-based, rising.
        boxes_xyxy: one per frame, pixels of the source frame.
        scores: one per frame, 0..1.
        detection_ids: one per frame, the detection that the box follows, None for none.
        how: "interpolation" or "propagation", for the title.
    """

    track_id: TrackId
    frames: tuple[int, ...]
    boxes_xyxy: tuple[BoxXyxy, ...]
    scores: tuple[float, ...]
    detection_ids: tuple[int | None, ...]
    how: str = "interpolation"

    def title(self, names: Names = PLAIN_NAMES) -> str:
        """Return, say, "Interpolate track 3 in frames 10 to 20"."""
        stretch = say_frames(self.frames[0], self.frames[-1]) if self.frames else "nowhere"
        # Each written out: other languages put the verb elsewhere.
        if self.how == "interpolation":
            return f"Interpolate {names.track(self.track_id)} {stretch}"
        if self.how == "propagation":
            return f"Propagate {names.track(self.track_id)} {stretch}"
        return f"Place {names.track(self.track_id)} {stretch}"

    def run_of(self, transaction: Transaction) -> RunId:
        """Return the run of the track."""
        return transaction.track(self.track_id).run_id

    def apply(self, transaction: Transaction) -> None:
        """Put new boxes into empty frames and move those that no person has placed.

        Raises:
            UserError: nothing to place, or a box cannot be.
        """
        track = transaction.track(self.track_id)
        self._check(transaction, track.run_id)
        placed = [
            PlacedBox(frame, tuple(float(side) for side in box), float(score), detection)  # type: ignore[arg-type]
            for frame, box, score, detection in zip(
                self.frames, self.boxes_xyxy, self.scores, self.detection_ids, strict=True
            )
        ]
        transaction.place_boxes(track, placed)

    def _check(self, transaction: Transaction, run_id: RunId) -> None:
        lengths = {len(self.boxes_xyxy), len(self.scores), len(self.detection_ids)}
        if not self.frames or lengths != {len(self.frames)}:
            raise UserError("There is nothing to place.", "Go to a gap of the track.")
        if any(after <= before for before, after in pairwise(self.frames)):
            raise UserError("The frames must rise.", "Give each frame once, in order.")
        for frame in (self.frames[0], self.frames[-1]):
            transaction.check_frame(run_id, frame)
        if not all(0 <= score <= 1 for score in self.scores if math.isfinite(score)):
            raise UserError("A score lies between 0 and 1.", "Give scores in that range.")
        for box in self.boxes_xyxy:
            check_box(transaction, run_id, box)
