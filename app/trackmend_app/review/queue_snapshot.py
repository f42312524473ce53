"""What the window knows of the queue at one moment; frozen, so that threads may hand it on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from trackmend_core.project import ReviewAnswer
from trackmend_core.review import Proposal, ReviewIndex, Suspicion
from trackmend_core.types import FloatArray, TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
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
        of_frame: (frame_count,) the largest probability of one that concerns a frame.
    """

    of_track: Mapping[TrackId, float] = field(default_factory=dict)
    of_frame: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))


def suspicion_map(suspicions: Sequence[Suspicion], *, frame_count: int) -> SuspicionMap:
    """Return how suspicious each track and each frame is."""
    of_track: dict[TrackId, float] = {}
    of_frame = np.zeros(frame_count, np.float32)
    for one in suspicions:
        for track_id in one.tracks:
            of_track[track_id] = max(of_track.get(track_id, 0.0), one.probability)
        stretch = of_frame[max(0, one.first_frame) : one.last_frame + 1]
        np.maximum(stretch, one.probability, out=stretch)
        if 0 <= one.frame < frame_count:
            of_frame[one.frame] = max(float(of_frame[one.frame]), one.probability)
    return SuspicionMap(of_track=of_track, of_frame=of_frame)


def take_snapshot(index: ReviewIndex, *, reopened: Sequence[str] = ()) -> QueueSnapshot:
    """Return the queue as it is now."""
    return QueueSnapshot(
        open=tuple(index.suspicions()),
        answers=tuple(reversed(index.answers())),
        reopened=tuple(reopened),
    )


def choices(suspicion: Suspicion) -> tuple[Proposal, ...]:
    """Return the proposals that change something, the best first: one or two."""
    options = (suspicion.proposal, suspicion.runner_up)
    return tuple(one for one in options if one is not None and one.edit is not None)
