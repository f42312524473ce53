"""What the views need to know of a box; the project's `BoxRecord` has it, and so has any test's own."""

from collections.abc import Sequence
from typing import Protocol

from trackmend_core.types import BoxId, BoxSource, FloatArray, Float64Array, TrackId


class BoxLike(Protocol):
    """One box of one track in one frame.

    Attributes:
        box_id: row of the box.
        track_id: row of its track.
        number: the id that people see, unique in a run.
        frame_index: 0-based.
        box_xyxy: x1 y1 x2 y2 in pixels of the source frame, not clipped.
        score: of the detection, 0..1.
        source: who says that the box is there.
    """

    @property
    def box_id(self) -> BoxId: ...
    @property
    def track_id(self) -> TrackId: ...
    @property
    def number(self) -> int: ...
    @property
    def frame_index(self) -> int: ...
    @property
    def box_xyxy(self) -> Sequence[float] | FloatArray | Float64Array: ...
    @property
    def score(self) -> float | None: ...
    @property
    def source(self) -> BoxSource: ...
