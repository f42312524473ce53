"""The two sides of a cut through a track: who was seen there, where, and how it moved."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING, Final

import numpy as np

from trackmend_core.review.appearance import clear_weights, weighted_mean
from trackmend_core.review.motions import MOTION_S, Motion, Motions, Point
from trackmend_core.review.recent_looks import RecentLooks
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import Float64Array, FloatArray, IntArray

if TYPE_CHECKING:
    from trackmend_core.review.links import Link

NEAR_S: Final = 2.0
"""The appearance beside a cut is that of the clearest boxes within so many seconds."""

NEAR_BOXES: Final = 25
GALLERY_BOXES: Final = 60


@dataclass(frozen=True, eq=False, kw_only=True)
class End:
    """One side of a cut, seen from the cut.

    Its looks are worked out when they are first asked for: of most ends in a crowd it is only
    asked where they are.

    Attributes:
        whole: the ends of its track.
        row: of the box nearest to the cut.
        end_row: of the first box, away from the cut, that is no longer on this side.
        frame: of the box nearest to the cut.
        motion: beside the cut.
    """

    whole: "Ends"
    row: int
    end_row: int
    frame: int
    motion: Motion

    @property
    def near(self) -> FloatArray:
        """Return (D,) the appearance beside the cut, zero if unknown."""
        return self._beside[0]

    @property
    def certainty(self) -> float:
        """Return the sum of the weights behind `near`."""
        return self._beside[1]

    @cached_property
    def gallery(self) -> FloatArray:
        """Return (D,) the appearance of the whole side."""
        count = self.end_row - self.row  # below 0 if it lies before the cut
        step = max(1, abs(count) // GALLERY_BOXES)
        spread = np.arange(self.row, self.end_row, step if count > 0 else -step)
        return self.whole.look(spread)[0]

    @property
    def position(self) -> Point:
        """Return the centre at `frame`, pixels."""
        return self.motion.position

    @property
    def velocity(self) -> Point:
        """Return pixels per frame, 0 with fewer than three boxes."""
        return self.motion.velocity

    @property
    def height(self) -> float:
        """Return the usual height beside the cut, pixels."""
        return self.motion.height

    @property
    def at_border(self) -> bool:
        """Return whether the box touches the left or right border of the picture."""
        return self.motion.at_border

    @cached_property
    def _beside(self) -> tuple[FloatArray, float]:
        close = self._close()
        if len(close) > NEAR_BOXES:
            # The clearest count; among equally clear ones those nearest to the cut.
            clear = np.round(self.whole.weights[close], 1)
            close = close[np.argsort(-clear, kind="stable")[:NEAR_BOXES]]
        return self.whole.look(close)

    def _close(self) -> IntArray:
        """Return the rows of the boxes nearby, the nearest first."""
        frames, reach = self.whole.track.frames, NEAR_S * self.whole.scene.frame_rate
        here = int(frames[self.row])
        if self.end_row > self.row:
            last = int(frames.searchsorted(floor(here + reach), side="right"))
            return np.arange(self.row, min(last, self.end_row))
        first = int(frames.searchsorted(ceil(here - reach)))
        return np.arange(self.row, max(first - 1, self.end_row), -1)


class Ends:
    """The sides of every cut through one track that does not change, each described once.

    Attributes:
        scene: where the track is.
        track: that is cut.
        links: between sides of this track, filled by whoever judges them.
    """

    def __init__(self, looks: RecentLooks, track: TrackView) -> None:
        self.scene = looks.scene
        self.track = track
        self.links: dict[tuple[End, End], Link] = {}
        self._looks = looks
        self._motions = [Motions(self.scene, track, direction=direction) for direction in (-1, 1)]
        self._known: dict[tuple[int, int], End] = {}
        self._stretches: dict[tuple[int, int], tuple[End, End]] = {}

    def before(self, index: int) -> End:
        """Return the side of the boxes before row `index`; there must be one."""
        return self._end(index - 1, -1, 0)

    def after(self, index: int) -> End:
        """Return the side of the boxes from row `index` on; there must be one."""
        return self._end(index, len(self.track), 1)

    def of_stretch(self, first_row: int, end_row: int) -> tuple[End, End]:
        """Return a stretch of the track, seen from its beginning and from its end."""
        known = self._stretches.get((first_row, end_row))
        if known is None:
            known = self._stretches[first_row, end_row] = self._seen_alone(first_row, end_row)
        return known

    def look(self, rows: IntArray) -> tuple[FloatArray, float]:
        """Return (D,) the mean appearance of some boxes, and the sum of their weights."""
        return weighted_mean(self._looks.of(self.track, rows), self.weights[rows])

    @cached_property
    def weights(self) -> Float64Array:
        """Return (N,) how far the embedding of each box can be trusted."""
        return clear_weights(self.track)

    def _end(self, row: int, end_row: int, side: int) -> End:
        known = self._known.get((row, end_row))
        if known is None:
            known = self._known[row, end_row] = End(
                whole=self,
                row=row,
                end_row=end_row,
                frame=int(self.track.frames[row]),
                motion=self._motions[side].at(row),
            )
        return known

    def _seen_alone(self, first_row: int, end_row: int) -> tuple[End, End]:
        first, last = self.after(first_row), self.before(end_row)
        moves = [first.motion, last.motion]
        if last.frame - first.frame < MOTION_S * self.scene.frame_rate:
            part = self.track.part(first_row, end_row)  # what lies beside it has no say
            moves = [
                Motions(self.scene, part, direction=direction).at(row)
                for direction, row in ((1, 0), (-1, len(part) - 1))
            ]
        return (
            replace(first, end_row=end_row, motion=moves[0]),
            replace(last, end_row=first_row - 1, motion=moves[1]),
        )
