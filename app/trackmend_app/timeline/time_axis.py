"""Which frames are in view and where they lie: zoom about a point, move, fit."""

from dataclasses import dataclass, replace

_FEWEST_FRAMES = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """A stretch of frames laid over a stretch of pixels. Frame i takes the space from i to i + 1.

    Attributes:
        frame_count: frames of the video.
        left: x of the left end.
        width: pixels from there to the right end.
        first: frame position at the left end, a fraction in general.
        span: how many frames are in view; 0 means all.
    """

    frame_count: int = 0
    left: float = 0.0
    width: float = 1.0
    first: float = 0.0
    span: float = 0.0

    @property
    def shown_span(self) -> float:
        """Return how many frames are in view."""
        return self.span or float(max(1, self.frame_count))

    @property
    def frame_width(self) -> float:
        """Return the width of one frame in pixels."""
        return self.width / self.shown_span

    @property
    def right(self) -> float:
        """Return the x of the right end."""
        return self.left + self.width

    @property
    def is_fitted(self) -> bool:
        """Return whether the whole video is in view."""
        return self.shown_span >= self.frame_count

    def x_of(self, position: float) -> float:
        """Return the x of a frame position (i is the left edge of frame i, i + 0.5 its middle)."""
        return self.left + (position - self.first) * self.frame_width

    def position_at(self, x: float) -> float:
        """Return the frame position at an x."""
        return self.first + (x - self.left) / self.frame_width

    def index_at(self, x: float) -> int:
        """Return the frame at an x, the nearest one outside the video."""
        return min(max(0, self.frame_count - 1), max(0, int(self.position_at(x) // 1)))

    def placed(self, *, left: float, width: float) -> "TimeAxis":
        """Lay the same frames over other pixels."""
        return replace(self, left=left, width=max(1.0, width))

    def zoomed(self, *, factor: float, about_x: float) -> "TimeAxis":
        """Show fewer frames (factor > 1) or more, leaving the frame at `about_x` where it is."""
        whole = float(max(1, self.frame_count))
        span = min(whole, max(min(_FEWEST_FRAMES, whole), self.shown_span / factor))
        share = (about_x - self.left) / self.width
        return replace(self, first=self.position_at(about_x) - share * span, span=span)._bounded()

    def moved(self, frames: float) -> "TimeAxis":
        """Show later frames (or earlier, when negative)."""
        return replace(self, first=self.first + frames)._bounded()

    def showing(self, frame_index: int) -> "TimeAxis":
        """Turn the page when a frame is out of view; it then stands near the edge it came from."""
        if self.first <= frame_index and frame_index + 1 <= self.first + self.shown_span:
            return self
        ahead = 0.1 if frame_index > self.first else 0.9
        return replace(self, first=frame_index - ahead * self.shown_span)._bounded()

    def fitted(self) -> "TimeAxis":
        """Show the whole video."""
        return replace(self, first=0.0, span=0.0)

    def _bounded(self) -> "TimeAxis":
        last_first = max(0.0, self.frame_count - self.shown_span)
        return replace(self, first=min(last_first, max(0.0, self.first)))
