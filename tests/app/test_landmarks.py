"""Where a jump leads, from boxes and tracks alone."""

import pytest
from view_records import make_box, make_track

from trackmend_app.landmarks import births_and_deaths, gap_ends, next_crossing, next_of
from trackmend_core.project import BoxRecord
from trackmend_core.types import RunId


class Street:
    """Track 1 stands still; track 2 walks over it in frames 450 to 459 and 700 to 709."""

    def __init__(self) -> None:
        self.read: list[tuple[int, int]] = []

    def boxes_in_range(self, run_id: RunId, first: int, last: int) -> list[BoxRecord]:
        self.read.append((first, last))
        found = []
        for frame in range(first, last + 1):
            crossing = 450 <= frame < 460 or 700 <= frame < 710
            left = 110.0 if crossing else 400.0
            found.append(make_box(1, (100, 0, 140, 100), frame_index=frame))
            found.append(make_box(2, (left, 0, left + 40, 100), frame_index=frame))
        return found


@pytest.mark.parametrize(
    ("start", "step", "expected"),
    [(0, 1, 450), (450, 1, 700), (455, 1, 700), (700, 1, None), (999, -1, 700), (700, -1, 450),
     (450, -1, None)],
)  # fmt: skip
def test_a_crossing_is_found_where_it_begins(start: int, step: int, expected: int | None) -> None:
    street, track = Street(), make_track(1, ((0, 999),))
    assert next_crossing(street, RunId(1), track, start, step=step) == expected


def test_looking_for_a_crossing_reads_no_more_than_it_needs() -> None:
    street, track = Street(), make_track(1, ((0, 999),))
    next_crossing(street, RunId(1), track, 440, step=1)
    assert len(street.read) == 1


def test_gaps_births_and_deaths() -> None:
    track = make_track(1, ((5, 9), (20, 30), (40, 50)))
    assert gap_ends(track) == [10, 20, 31, 40]
    assert births_and_deaths([track, make_track(2, ((3, 60),))]) == {5, 50, 3, 60}
    assert next_of([5, 3, 60], 5, step=1) == 60
    assert next_of([5, 3, 60], 5, step=-1) == 3
    assert next_of([5], 5, step=1) is None
