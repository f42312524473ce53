"""Which edits take so long that the window says beforehand what it is doing; no Qt."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from trackmend_app.radius_text import boxes_text
from trackmend_app.wording import say
from trackmend_core.project import TouchedTrack, TrackSummary
from trackmend_core.project.edits import Edit
from trackmend_core.types import TrackId

LONG_EDIT_BOXES: Final = 20_000
"""So many take a fifth of a second or more."""

_FOR_EVER: Final = 1 << 60
_NAMES: Final = ("track_id", "track_a", "track_b", "keep", "absorb", "track_ids")


def boxes_named(edit: Edit, tracks: Sequence[TrackSummary]) -> int:
    """Return how many boxes the tracks that an edit names have in the frames that it names."""
    frames = getattr(edit, "frames", None)
    if isinstance(frames, tuple):
        return len(frames)
    first = getattr(edit, "first_frame", getattr(edit, "at_frame", 0))
    last = getattr(edit, "last_frame", None)
    until = _FOR_EVER if last is None else int(last)
    return _boxes_of(tracks, dict.fromkeys(_tracks_of(edit), (int(first), until)))


def boxes_touched(touched: Iterable[TouchedTrack], tracks: Sequence[TrackSummary]) -> int:
    """Return how many boxes an edit that was made can have touched."""
    return _boxes_of(tracks, {one.track_id: one.frames for one in touched if one.frames})


@contextmanager
def announced(
    boxes: int, *, begin: Callable[[str], object], end: Callable[[], object]
) -> Iterator[None]:
    """Tell `begin` what is being done, and `end` that it is, if so many boxes take a while."""
    if boxes < LONG_EDIT_BOXES:
        yield
        return
    begin(say("Changing {boxes}; this takes a moment…").format(boxes=boxes_text(boxes)))
    try:
        yield
    finally:
        end()


def _tracks_of(edit: Edit) -> Iterator[TrackId]:
    for name in _NAMES:
        value = getattr(edit, name, None)
        if isinstance(value, tuple):
            yield from value
        elif value is not None:
            yield value


def _boxes_of(tracks: Sequence[TrackSummary], reach: Mapping[TrackId, tuple[int, int]]) -> int:
    return sum(
        max(0, min(last, reach[track.track_id][1]) - max(first, reach[track.track_id][0]) + 1)
        for track in tracks
        if track.track_id in reach
        for first, last in track.spans
    )
