"""Frame numbers and times, the same for every source."""

import numpy as np

from trackmend_core.types import Float64Array

_TOLERANCE_S = 1e-6


def require_frame(frame_index: int, frame_count: int) -> None:
    """Check a frame number.

    Raises:
        IndexError: it is outside the video.
    """
    if not 0 <= frame_index < frame_count:
        raise IndexError(f"frame {frame_index} of a video with frames 0..{frame_count - 1}")


def frame_at(times_s: Float64Array, time_s: float) -> int:
    """Return the last frame that is shown at or before a time; the first or last one outside."""
    later = int(np.searchsorted(times_s, time_s + _TOLERANCE_S, side="right"))
    return min(max(later - 1, 0), len(times_s) - 1)
