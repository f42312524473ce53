"""Notices that two tracks follow one person: they take turns, and are never seen together.

Two tracks on one person each explain every detection of it, so that now one of them goes on and now
the other, without end where tracks are long remembered. Real people who pass one another change
places once or twice and are seen side by side in between.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from trackmend_core.geometry import iou_matrix
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import Float64Array, IntArray

SAME_PLACE_IOU: Final = 0.5
"""Of the box of the one that is seen and the place where the other is expected."""


class Turns:
    """How often pairs of tracks took turns since both were seen; tracks go by their ids."""

    def __init__(self, turns_max: int) -> None:
        """Let pairs take at most `turns_max` turns."""
        self._turns_max = turns_max
        self._counts: dict[tuple[int, int], int] = {}

    def step(
        self, tracks: TrackTable, boxes_xyxy: Float64Array, returned: Sequence[int], *, frame: int
    ) -> IntArray:
        """Return the rows of tracks that are another one once more, to be dropped.

        The older track of two goes on: where it is the one that is missing, the row of the other
        becomes it. Tracks with pins are somebody for sure, and stay.

        Args:
            tracks: all that are alive; ids and first frames may be changed.
            boxes_xyxy: (N, 4) where they are.
            returned: ids of those that are seen again after having been lost.
            frame: counts up by one from call to call.
        """
        if self._counts:
            self._forget_who_is_apart(tracks)
        if not returned:
            return np.zeros(0, np.int64)
        free = tracks.pins == 0
        # Last seen in the frame before: whoever came back took over from them.
        left = (tracks.lost & free & (tracks.last_frames == frame - 1)).nonzero()[0]
        back = (np.isin(tracks.ids, returned) & free & ~tracks.lost).nonzero()[0]
        overlaps = iou_matrix(boxes_xyxy.take(back, axis=0), boxes_xyxy.take(left, axis=0))
        alike = tracks.class_ids[back][:, None] == tracks.class_ids[left]
        dropped: list[int] = []
        for row, column in zip(*((overlaps >= SAME_PLACE_IOU) & alike).nonzero(), strict=True):
            seen, missing = int(back[row]), int(left[column])
            if missing not in dropped and self._is_one_turn_too_many(tracks, seen, missing):
                if tracks.first_frames[missing] < tracks.first_frames[seen]:
                    tracks.ids[seen] = tracks.ids[missing]
                    tracks.first_frames[seen] = tracks.first_frames[missing]
                dropped.append(missing)
        return np.array(dropped, np.int64)

    def _is_one_turn_too_many(self, tracks: TrackTable, seen: int, missing: int) -> bool:
        one, other = sorted((int(tracks.ids[seen]), int(tracks.ids[missing])))
        count = self._counts.pop((one, other), 0) + 1
        if count > self._turns_max:
            return True
        self._counts[one, other] = count
        return False

    def _forget_who_is_apart(self, tracks: TrackTable) -> None:
        """Forget pairs of whom both are seen, or one is gone."""
        alive = set(tracks.ids.tolist())
        seen = set(tracks.ids[~tracks.lost].tolist())
        self._counts = {
            pair: count
            for pair, count in self._counts.items()
            if alive.issuperset(pair) and not seen.issuperset(pair)
        }
