"""What was worked out about other tracks, each until an edit touches it."""

from collections.abc import Callable
from typing import Generic, TypeVar

from trackmend_core.review.judge import Judge
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import TrackId

_Found = TypeVar("_Found")


class KeptByTrack(Generic[_Found]):
    """One answer to one question, for each track that it was asked about."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._known: dict[TrackId, tuple[int, _Found]] = {}

    def of(self, other: TrackView, work_out: Callable[[TrackView], _Found]) -> _Found:
        """Return what is known of a track; it is worked out if an edit has touched it since."""
        version = self._judge.version(other)
        known = self._known.get(other.track_id)
        if known is None or known[0] != version:
            known = self._known[other.track_id] = (version, work_out(other))
        return known[1]
