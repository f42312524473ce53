"""Embeddings of the tracks that were asked about last, in the form in which they are compared.

They are stored as float16, and to make float32 of them takes longer than to compare them; a cut is
compared at both its sides, and a track has dozens of cuts.
"""

from collections import OrderedDict
from typing import Final

import numpy as np

from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import FloatArray, IntArray

ROOM: Final = 4_000_000
"""So many numbers are kept, 16 MB; a track that would take more than a quarter is read in parts."""


class RecentLooks:
    """The embeddings of tracks; for one thread.

    Attributes:
        scene: where the tracks are.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._kept: OrderedDict[TrackView, FloatArray] = OrderedDict()
        self._used = 0

    def of(self, track: TrackView, rows: IntArray) -> FloatArray:
        """Return (R, D) the embeddings of some boxes of a track, zeros where there is none."""
        known = self._kept.get(track)
        if known is None:
            size = len(track) * self.scene.detections.embeddings.shape[1]
            if size > ROOM // 4:
                return self.scene.embeddings(track.embedding_rows[rows])
            known = self._kept[track] = self.scene.embeddings(track.embedding_rows)
            self._used += known.size
            while self._used > ROOM:
                self._used -= self._kept.popitem(last=False)[1].size
        else:
            self._kept.move_to_end(track)
        return known[rows]

    def of_all(self, track: TrackView) -> FloatArray:
        """Return (N, D) the embeddings of all boxes of a track; not to be written to."""
        return self.of(track, np.arange(len(track)))

    def forget(self, track: TrackView) -> None:
        """Let go of a track that an edit has done away with."""
        known = self._kept.pop(track, None)
        if known is not None:
            self._used -= known.size
