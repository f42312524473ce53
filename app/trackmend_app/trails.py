"""Where tracks were over the last frames, read once per frame: a step reads one frame more."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import Protocol

from PySide6.QtCore import QSettings

from trackmend_core.types import RunId, TrackId

TRAIL_FRAMES = 60
LENGTHS = (10, 25, TRAIL_FRAMES, 150, 400)
"""How far back trails may go, in frames."""

MOST_KEPT = 1000
_SETTING = "canvas/trail_frames"


def next_length(frames: int, step: int) -> int:
    """Return the next longer (1) or shorter (-1) length; beyond an end, that end."""
    at = bisect_right(LENGTHS, frames) if step > 0 else bisect_left(LENGTHS, frames) - 1
    return LENGTHS[max(0, min(at, len(LENGTHS) - 1))]


def kept_trail_frames() -> int:
    """Return the length that was chosen last."""
    kept = str(QSettings().value(_SETTING, TRAIL_FRAMES))
    return int(kept) if kept.isdigit() else TRAIL_FRAMES


def keep_trail_frames(frames: int) -> None:
    """Remember the chosen length."""
    QSettings().setValue(_SETTING, frames)


Point = tuple[int, float, float]
"""Frame, x and y of the foot of a box in pixels of the source frame."""


class Feet(Protocol):
    """What is read of a project."""

    def feet_in_range(
        self, run_id: RunId, first: int, last: int, /
    ) -> list[tuple[int, TrackId, int, float, float]]:
        """Return (frame, track, number, x, y) of the foot of every box."""
        ...


class Trails:
    """Keeps the feet of all boxes of the frames looked at lately.

    Attributes:
        frames: how far back trails go.
    """

    def __init__(self, frames: int = TRAIL_FRAMES) -> None:
        self.frames = frames
        self._feet: dict[int, list[tuple[TrackId, int, float, float]]] = {}

    def forget(self, frames: tuple[int, int] | None = None) -> None:
        """Drop what is known, or only of frames first..last: tracks have changed."""
        if frames is None:
            self._feet.clear()
            return
        for frame in range(frames[0], frames[1] + 1):
            self._feet.pop(frame, None)

    def until(
        self, feet: Feet, run_id: RunId, frame_index: int
    ) -> tuple[dict[TrackId, list[Point]], dict[TrackId, int]]:
        """Return the points of every track up to a frame, in order, and the tracks' numbers."""
        if len(self._feet) > MOST_KEPT:
            self._feet.clear()
        frames = range(max(0, frame_index - self.frames), frame_index + 1)
        missing = [frame for frame in frames if frame not in self._feet]
        if missing:
            self._read(feet, run_id, missing[0], missing[-1])
        trails: dict[TrackId, list[Point]] = defaultdict(list)
        numbers: dict[TrackId, int] = {}
        for frame in frames:
            for track_id, number, x, y in self._feet[frame]:
                trails[track_id].append((frame, x, y))
                numbers[track_id] = number
        return trails, numbers

    def _read(self, feet: Feet, run_id: RunId, first: int, last: int) -> None:
        for frame in range(first, last + 1):
            self._feet[frame] = []
        for frame, track_id, number, x, y in feet.feet_in_range(run_id, first, last):
            self._feet[frame].append((track_id, number, x, y))
