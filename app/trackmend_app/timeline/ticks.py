"""Where the ruler has its marks, and how frames and times are written."""

from collections.abc import Iterator
from dataclasses import dataclass

from trackmend_app.timeline.time_axis import TimeAxis

_LABEL_GAP_PX = 92.0
_MINOR_GAP_PX = 9.0


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark of the ruler: the frame it stands at (0-based) and whether it is labelled."""

    frame_index: int
    labelled: bool


def shown_number(frame_index: int) -> int:
    """Return the number of a frame as people count, from 1."""
    return frame_index + 1


def clock(seconds: float, *, digits: int = 2) -> str:
    """Return a time as people write it: 0:03.68, 12:00.00, 1:02:03.50."""
    scale = 10**digits
    ticks = round(seconds * scale)
    minutes, rest = divmod(ticks, 60 * scale)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest / scale:0{digits + 3 if digits else 2}.{digits}f}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def tick_step(*, frame_width: float, gap: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50 ... frames that takes at least `gap` pixels."""
    decade = 1
    while True:
        for multiple in (1, 2, 5):
            if multiple * decade * frame_width >= gap:
                return multiple * decade
        decade *= 10


def ticks(axis: TimeAxis) -> Iterator[Tick]:
    """Yield the marks in view, at round numbers as people count."""
    major = tick_step(frame_width=axis.frame_width, gap=_LABEL_GAP_PX)
    minor = tick_step(frame_width=axis.frame_width, gap=_MINOR_GAP_PX)
    if major % minor:
        minor = major
    first = max(1, int(axis.first) // minor * minor)
    last = min(axis.frame_count, int(axis.first + axis.shown_span) + 1)
    numbers = [first, *range((first // minor + 1) * minor, last + 1, minor)]
    for number in numbers if axis.frame_count else ():
        if number % minor == 0 or number == 1:
            yield Tick(number - 1, number % major == 0 or number == 1)
