"""Whether a track is in a frame, by its spans."""

from bisect import bisect_left

from trackmend_core.project import TrackSummary


def is_in_frame(track: TrackSummary, frame_index: int) -> bool:
    """Return whether the track has a box in that frame."""
    place = bisect_left(track.spans, frame_index, key=_last_frame)
    return place < len(track.spans) and track.spans[place][0] <= frame_index


def _last_frame(span: tuple[int, int]) -> int:
    return span[1]
