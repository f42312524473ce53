"""Which frame a view shows while it keeps in step with the main one; no Qt."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Frame count and frames per second of a video."""

    frame_count: int
    frame_rate: float

    def bounded(self, frame_index: int) -> int:
        """Return the frame, or the nearest end."""
        return max(0, min(frame_index, self.frame_count - 1))


def same_time(frame_index: int, *, main: Pace, view: Pace) -> int:
    """Return the frame of the view's video that is shown at the time of a frame of the main one."""
    if main == view or main.frame_rate <= 0:
        return frame_index
    return round(frame_index / main.frame_rate * view.frame_rate)


def offset_text(offset: int) -> str:
    """Return an offset in frames as people read it: "+25", "-25", or "±0"."""
    return f"{offset:+d}" if offset else "±0"
