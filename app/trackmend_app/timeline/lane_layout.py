"""Which lanes are in view and where."""

from dataclasses import dataclass

_LEAST_PITCH_PX = 20.0
_MOST_PITCH_PX = 28.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLayout:
    """Lanes of equal height under a fixed header.

    Attributes:
        count: lanes in all.
        top: y of the first lane when nothing is scrolled.
        height: pixels from there to the bottom of the view.
        scrolled: pixels scrolled down.
    """

    count: int = 0
    top: float = 0.0
    height: float = 1.0
    scrolled: float = 0.0

    @property
    def pitch(self) -> float:
        """Return the height of one lane with its gap: few lanes use the room there is."""
        roomy = self.height / max(1, self.count)
        return float(int(min(_MOST_PITCH_PX, max(_LEAST_PITCH_PX, roomy))))

    @property
    def overflow(self) -> int:
        """Return how many pixels do not fit."""
        return max(0, round(self.count * self.pitch - self.height))

    @property
    def visible_rows(self) -> range:
        """Return the lanes of which something is in view."""
        first = int(self.scrolled // self.pitch)
        last = int((self.scrolled + self.height) // self.pitch) + 1
        return range(max(0, first), min(self.count, last))

    def y_of(self, row: int) -> float:
        """Return the y of the top of a lane."""
        return self.top + row * self.pitch - self.scrolled

    def row_at(self, y: float) -> int | None:
        """Return the lane at a y, None on the header and below the last lane."""
        if y < self.top:
            return None
        row = int((y - self.top + self.scrolled) // self.pitch)
        return row if 0 <= row < self.count else None

    def scroll_to_show(self, row: int) -> float:
        """Return the nearest scroll position at which a lane is wholly in view."""
        low = (row + 1) * self.pitch - self.height
        high = row * self.pitch
        return max(0.0, max(low, min(high, self.scrolled)))
