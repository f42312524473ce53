"""Where two tracks come so near to each other that a tracker could have swapped them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trackmend_core.review.contacts import Neighbours
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import BoolArray, IntArray, TrackId

NEAR_HEIGHTS: Final = 0.6
"""Two people meet when their centres are nearer than so many body heights."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Meeting:
    """Two tracks that come near to each other, and all frames in which a swap has room.

    Attributes:
        tracks: the two.
        frames: (F,) int64, 0-based, rising.
    """

    tracks: tuple[TrackId, TrackId]
    frames: IntArray


class Marks:
    """Moments of tracks from which errors keep away, so that one does not hide another."""

    def __init__(self, *, spacing_frames: int) -> None:
        self._spacing = spacing_frames
        self._of: dict[TrackId, list[int]] = {}

    def add(self, track_id: TrackId, *frames: int) -> None:
        """Keep away from these frames of a track."""
        self._of.setdefault(track_id, []).extend(frames)

    def exchange(self, one: TrackId, other: TrackId, *, since: int) -> None:
        """Let two tracks carry each other's marks from a frame on, as they carry their boxes."""
        here, there = self._of.get(one, []), self._of.get(other, [])
        self._of[one] = [m for m in here if m < since] + [m for m in there if m >= since]
        self._of[other] = [m for m in there if m < since] + [m for m in here if m >= since]

    def are_far(self, track: TrackView, frames: IntArray) -> BoolArray:
        """Return for each frame whether it is far from every mark and from the track's ends."""
        rows = track.rows_in(frames)
        far: BoolArray = np.minimum(rows, len(track) - rows) >= self._spacing
        for mark in self._of.get(track.track_id, ()):
            far &= np.abs(frames - mark) >= self._spacing
        return far


def meetings(scene: Scene, marks: Marks) -> list[Meeting]:
    """Return every pair of tracks that meets where no mark is near."""
    neighbours = Neighbours(scene.tracks)
    found = []
    for track in scene.tracks.values():
        for other in neighbours.of(track):
            if track.track_id < other.track_id:
                frames = meeting_frames(track, other)
                frames = frames[marks.are_far(track, frames) & marks.are_far(other, frames)]
                if len(frames):
                    found.append(Meeting(tracks=(track.track_id, other.track_id), frames=frames))
    return found


def meeting_frames(a: TrackView, b: TrackView) -> IntArray:
    """Return the frames in which two tracks are near to each other."""
    frames, rows_a, rows_b = a.common_frames(b)
    apart = np.hypot(*(a.centres_of(rows_a) - b.centres_of(rows_b)).T) / a.heights_of(rows_a)
    near: IntArray = frames[apart < NEAR_HEIGHTS]
    return near
