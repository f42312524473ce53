"""What the window knows of the queue at one moment; frozen, so that threads may hand it on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from trackmend_core.project import ReviewAnswer
from trackmend_core.review import Decision, Proposal, ReviewIndex, Suspicion, SuspicionKind
from trackmend_core.types import FloatArray, TrackId

_SLOPE_S: Final = 0.2
"""So far to either side of an event its height falls off."""

_ALONG: Final = 0.3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class QueueSnapshot:
    """The queue after some edit or answer.

    Attributes:
        open: what waits, the most worthwhile first.
        answers: what people said of this video, the newest first.
        reopened: keys of what waits again because its repair was taken back.
    """

    open: Sequence[Suspicion] = ()
    answers: Sequence[ReviewAnswer] = ()
    reopened: Sequence[str] = ()

    @property
    def done_count(self) -> int:
        """Return how many suspicions were answered; an edit made by hand had none before it."""
        return sum(one.decision != Decision.SETTLED for one in self.answers)

    def find(self, key: str) -> Suspicion | None:
        """Return the waiting suspicion with this key."""
        return next((one for one in self.open if one.key == key), None)

    def place(self, key: str) -> int | None:
        """Return where in the queue a suspicion is, None if it does not wait."""
        return next((at for at, one in enumerate(self.open) if one.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspicionMap:
    """How suspicious tracks and frames are, for the track list and the timeline.

    Attributes:
        of_track: the largest probability of an open suspicion about a track.
        of_frame: (frame_count,) the largest probability of one that happens in a frame, falling
            off to both sides; along the whole of a long event, a share of it.
    """

    of_track: Mapping[TrackId, float] = field(default_factory=dict)
    of_frame: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))


def suspicion_map(
    suspicions: Sequence[Suspicion], *, frame_count: int, frame_rate: float
) -> SuspicionMap:
    """Return how suspicious each track and each frame is."""
    reach = max(1, round(_SLOPE_S * frame_rate))
    slope = (1 - np.abs(np.arange(-reach, reach + 1)) / (reach + 1)).astype(np.float32)
    of_track: dict[TrackId, float] = {}
    of_frame = np.zeros(frame_count, np.float32)
    for one in suspicions:
        for track_id in one.tracks:
            of_track[track_id] = max(of_track.get(track_id, 0.0), one.probability)
        along = of_frame[max(0, one.first_frame) : max(0, one.last_frame + 1)]
        np.maximum(along, np.float32(_ALONG * one.probability), out=along)
        for peak in _peaks(one):
            _raise(of_frame, peak - reach, slope * np.float32(one.probability))
    return SuspicionMap(of_track=of_track, of_frame=of_frame)


def _peaks(suspicion: Suspicion) -> tuple[int, ...]:
    """Return the frames in which something happens: a broken track has two ends."""
    if suspicion.kind is SuspicionKind.FRAGMENTATION:
        return suspicion.first_frame, suspicion.last_frame
    return (suspicion.frame,)


def _raise(of_frame: FloatArray, first: int, heights: FloatArray) -> None:
    stretch = of_frame[max(0, first) : max(0, first + len(heights))]
    inside = heights[max(0, -first) :][: len(stretch)]
    np.maximum(stretch, inside, out=stretch)


def frames_around(suspicion: Suspicion, *, frame_count: int, frame_rate: float) -> tuple[int, int]:
    """Return first and last frame around an event that are worth watching over and over."""
    frame, second = suspicion.frame, max(1, round(frame_rate))
    first = max(suspicion.first_frame - second, frame - 3 * second, 0)
    last = min(suspicion.last_frame + second, frame + 3 * second, frame_count - 1)
    return min(first, frame), max(last, frame)


def take_snapshot(index: ReviewIndex, reopened: Sequence[str]) -> QueueSnapshot:
    """Return the queue as it is now; `reopened` are the keys of what waits again."""
    return QueueSnapshot(
        open=tuple(index.suspicions()),
        answers=tuple(reversed(index.answers())),
        reopened=tuple(reopened),
    )


def choices(suspicion: Suspicion) -> tuple[Proposal, ...]:
    """Return the proposals that change something, the best first: one or two."""
    options = (suspicion.proposal, suspicion.runner_up)
    return tuple(one for one in options if one is not None and one.edit is not None)
