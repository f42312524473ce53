"""In how many rows views stand so that their pictures are largest; no Qt."""

from dataclasses import dataclass

WORTH_A_ROW = 1.05
"""Another row has to make pictures so much larger: views side by side compare more easily."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What views share, in pixels.

    Attributes:
        width, height: of all views together.
        head_height: of the line above each picture.
        least_width: of one view.
        aspect: width of a picture divided by its height.
    """

    width: int
    height: int
    head_height: int
    least_width: int
    aspect: float


def columns_in(count: int, rows: int) -> int:
    """Return how many views the fullest of so many rows holds."""
    return -(-count // rows)


def rows_for(count: int, room: Room) -> int:
    """Return one row or two, whichever shows larger pictures; two if one has no room."""
    if count < 2:
        return 1
    if room.width < count * room.least_width:
        return 2
    larger = _picture_width(count, 2, room) > WORTH_A_ROW * _picture_width(count, 1, room)
    return 2 if larger else 1


def _picture_width(count: int, rows: int, room: Room) -> float:
    width = room.width / columns_in(count, rows)
    height = max(0.0, room.height / rows - room.head_height)
    return min(width, height * room.aspect)
