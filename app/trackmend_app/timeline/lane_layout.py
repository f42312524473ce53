"""Which lanes are in view and where."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

_LEAST_PITCH_PX = 20.0
_MOST_PITCH_PX = 28.0
_MOST_FIXED = 0.5
"""The share of the room that lanes which stay may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLayout:
    """Lanes of equal height under a fixed header.

    Attributes:
        count: lanes in all.
        top: y of the first lane when nothing is scrolled.
        height: pixels from there to the bottom of the view.
        scrolled: pixels scrolled down.
        fixed: so many lanes stay on top whatever is scrolled.
    """

    count: int = 0
    top: float = 0.0
    height: float = 1.0
    scrolled: float = 0.0
    fixed: int = 0

    @property
    def pitch(self) -> float:
        """Return the height of one lane with its gap: few lanes use the room there is."""
        roomy = self.height / max(1, self.count)
        return float(int(min(_MOST_PITCH_PX, max(_LEAST_PITCH_PX, roomy))))

    @property
    def overflow(self) -> int:
        """Return how many pixels do not fit."""
        return max(0, round(self.count * self.pitch - self.height))

    def holding(self, rows: int) -> "LaneLayout":
        """Return a layout whose first lanes stay on top, as many as leave room for others."""
        return replace(self, fixed=min(rows, int(self.height / self.pitch * _MOST_FIXED)))

    @property
    def moving_top(self) -> float:
        """Return the y below the lanes that stay."""
        return self.top + self.fixed * self.pitch

    @property
    def fixed_rows(self) -> range:
        """Return the lanes that stay."""
        return range(min(self.fixed, self.count))

    @property
    def moving_rows(self) -> range:
        """Return the lanes that are scrolled, as far as something of them is in view."""
        first = int(self.scrolled // self.pitch) + self.fixed
        last = int((self.scrolled + self.height) // self.pitch) + 1
        return range(max(0, first), max(first, min(self.count, last)))

    @property
    def visible_rows(self) -> Sequence[int]:
        """Return the lanes of which something is in view."""
        return (*self.fixed_rows, *self.moving_rows) if self.fixed else self.moving_rows

    def y_of(self, row: int) -> float:
        """Return the y of the top of a lane."""
        return self.top + row * self.pitch - (self.scrolled if row >= self.fixed else 0.0)

    def row_at(self, y: float) -> int | None:
        """Return the lane at a y, None on the header and below the last lane."""
        if y < self.top:
            return None
        row = int((y - self.top + (self.scrolled if y >= self.moving_top else 0.0)) // self.pitch)
        return row if 0 <= row < self.count else None

    def scroll_to_show(self, row: int) -> float:
        """Return the nearest scroll position at which a lane is wholly in view."""
        if row < self.fixed:
            return self.scrolled
        low = (row + 1) * self.pitch - self.height
        high = (row - self.fixed) * self.pitch
        return max(0.0, max(low, min(high, self.scrolled)))
