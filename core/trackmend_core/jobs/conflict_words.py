"""Why something could not be carried over to a newer run, and how that is said."""

from collections.abc import Sequence
from enum import StrEnum


class ConflictKind(StrEnum):
    """Why something could not be carried over."""

    MISSED = "missed"
    """The newer run has no box where the person had found somebody."""
    EXTRA = "extra"
    """The newer run sees somebody in frames that were verified without them."""
    UNCLEAR = "unclear"
    """Two boxes of the newer run fit about as well."""
    REFUSED = "refused"
    """The edit is not possible in the newer layer."""
    DECIDED = "decided"
    """It would change what a person has decided in the newer run itself."""


def say_conflict(kind: ConflictKind, number: int, frames: Sequence[int]) -> str:
    """Return the sentence about a track in frames that follow one another, 0-based."""
    where = say_frames(frames)
    if kind is ConflictKind.MISSED:
        return f"Track {number} of the earlier run is not seen in {where}."
    if kind is ConflictKind.EXTRA:
        return f"Track {number} is new in {where}, which were verified without it."
    return f"It is not clear which box is track {number} of the earlier run in {where}."


def say_decided(number: int, *, frame: int, decided: int) -> str:
    """Return that something said of a track in a frame would undo what was decided in another."""
    return (
        f"What was said of track {number} of the earlier run in frame {frame + 1} would change "
        f"what you decided in this run in frame {decided + 1}."
    )


def say_frames(frames: Sequence[int]) -> str:
    """Return frames that follow one another, 0-based, as people count them."""
    if len(frames) == 1:
        return f"frame {frames[0] + 1}"
    return f"frames {frames[0] + 1} to {frames[-1] + 1}"
