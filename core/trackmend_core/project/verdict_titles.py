"""What a person is told a verdict is, in English; the window says it in its language."""

from collections.abc import Sequence

from trackmend_core.project.records import frame_number

MOST_NAMED = 6
"""More tracks than these are counted."""


def say_verified(numbers: Sequence[int], frames: tuple[int, int]) -> str:
    """Return, say, "Verified: track 3, frames 1–40"; without numbers it is all tracks."""
    return f"Verified: {say_tracks(numbers)}, frames {_first(frames)}–{_last(frames)}"


def say_unverified(numbers: Sequence[int], frames: tuple[int, int]) -> str:
    """Return the same for stretches that were taken back."""
    return f"No longer verified: {say_tracks(numbers)}, frames {_first(frames)}–{_last(frames)}"


def say_opened(answer: str) -> str:
    """Return what opening an answered suspicion again is; empty if its answer has no title."""
    return f"Open again: {answer}" if answer else ""


def say_tracks(numbers: Sequence[int]) -> str:
    """Return, say, "tracks 1, 2"; without numbers it is all of them."""
    if not numbers:
        return "all tracks"
    if len(numbers) == 1:
        return f"track {numbers[0]}"
    if len(numbers) > MOST_NAMED:
        return f"{len(numbers)} tracks"
    return f"tracks {', '.join(map(str, numbers))}"


def _first(frames: tuple[int, int]) -> int:
    return frame_number(frames[0])


def _last(frames: tuple[int, int]) -> int:
    return frame_number(frames[1])
