"""What the views need to know of a track; the project's `TrackSummary` has it, and so has any test's own."""

from collections.abc import Sequence
from typing import Protocol

from trackmend_core.types import TrackId


class TrackLike(Protocol):
    """One track, summed up.

    Attributes:
        track_id: row of the track.
        number: the id that people see, unique in a run.
        label: what a person called it, "" if nothing.
        box_count: how many boxes it has.
        first_frame: 0-based.
        last_frame: 0-based, inclusive.
        mean_score: of its boxes, 0..1; None when none has a score.
        spans: (first, last) frames, both inclusive, of each stretch without a gap, in order.
    """

    @property
    def track_id(self) -> TrackId: ...
    @property
    def number(self) -> int: ...
    @property
    def label(self) -> str: ...
    @property
    def box_count(self) -> int: ...
    @property
    def first_frame(self) -> int: ...
    @property
    def last_frame(self) -> int: ...
    @property
    def mean_score(self) -> float | None: ...
    @property
    def spans(self) -> Sequence[tuple[int, int]]: ...


def is_in_frame(track: TrackLike, frame_index: int) -> bool:
    """Return whether the track has a box in that frame."""
    if not track.first_frame <= frame_index <= track.last_frame:
        return False
    low, high = 0, len(track.spans)
    while low < high:
        middle = (low + high) // 2
        if track.spans[middle][1] < frame_index:
            low = middle + 1
        else:
            high = middle
    return low < len(track.spans) and track.spans[low][0] <= frame_index
