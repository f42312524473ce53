"""Which detections belong to no track, kept up to date edit by edit."""

from collections.abc import Collection
from typing import Final

import numpy as np

from trackmend_core.review.scene import Scene
from trackmend_core.types import BoolArray, IntArray, TrackId

LEAST_SCORE: Final = 0.15
"""A weaker detection is not worth a box."""


class FreeDetections:
    """Detections of a scene that no track has.

    Attributes:
        mask: (E,) True for a free one.
    """

    mask: BoolArray

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._rows: dict[TrackId, IntArray] = {}
        self._holders = np.zeros(len(scene.detections.scores), np.int32)
        self._is_good = scene.detections.scores >= LEAST_SCORE
        self.mask = self._is_good.copy()
        self.update(scene.tracks)

    def update(self, touched: Collection[TrackId]) -> IntArray:
        """Take over an edit, and return the frames in which detections became free or were taken.

        Most edits only move boxes from track to track.
        """
        concerned = [np.zeros(0, np.int64)]
        for track_id in touched:
            before = self._rows.pop(track_id, None)
            if before is not None:
                self._holders[before] -= 1
                concerned.append(before)
            track = self._scene.tracks.get(track_id)
            if track is not None:
                rows = track.embedding_rows[track.embedding_rows >= 0]
                self._rows[track_id] = rows
                self._holders[rows] += 1
                concerned.append(rows)
        held = np.unique(np.concatenate(concerned))
        free = self._is_good[held] & (self._holders[held] == 0)
        changed = held[free != self.mask[held]]
        self.mask[held] = free
        return np.unique(self._scene.detections.frames[changed])
