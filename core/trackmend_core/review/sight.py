"""What a reviewer has before the eyes: the tracks and moments of the card answered last."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

from trackmend_core.types import TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Some tracks within a second of video.

    Attributes:
        tracks: looked at, with those that a repair made of them.
        moments: frames in the middle of what is seen, 0-based.
        reach: so many frames before and after a moment are seen.
    """

    tracks: frozenset[TrackId]
    moments: tuple[int, ...]
    reach: float

    @classmethod
    def around(cls, moments: tuple[int, ...], tracks: Iterable[TrackId], *, length: float) -> Self:
        """Return what is seen of tracks in so many frames around each moment."""
        return cls(tracks=frozenset(tracks), moments=moments, reach=length / 2)

    def has(self, tracks: Collection[TrackId], moments: Iterable[int]) -> bool:
        """Return whether one of these tracks is seen at one of these moments."""
        return not self.tracks.isdisjoint(tracks) and any(
            abs(there - here) <= self.reach for there in moments for here in self.moments
        )

    def with_tracks(self, tracks: Iterable[TrackId]) -> Self:
        """Return the same second, with more tracks known in it."""
        return type(self)(tracks=self.tracks.union(tracks), moments=self.moments, reach=self.reach)
