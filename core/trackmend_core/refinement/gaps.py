"""Fills gaps between two boxes of one person on the straight line."""

from dataclasses import dataclass

import numpy as np

from trackmend_core.project.records import BoxXyxy
from trackmend_core.refinement.settings import RefinementSettings
from trackmend_core.refinement.view import RefinementView
from trackmend_core.review.links import Link
from trackmend_core.review.track_view import NO_ROW, TrackView
from trackmend_core.types import BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """Boxes for the frames of a gap.

    Attributes:
        frames: 0-based, rising.
        boxes_xyxy: one per frame, pixels of the source frame.
        scores: that of the less certain end, 0..1.
    """

    frames: tuple[int, ...]
    boxes_xyxy: tuple[BoxXyxy, ...]
    scores: tuple[float, ...]


def fill_between(
    view: RefinementView, before: TrackView, row: int, after: TrackView, other: int
) -> Filling | None:
    """Return boxes between the last sight before a gap and the first after it; None without a gap.

    Boxes where a tracker only expected somebody are laid anew: they follow the walk until then,
    and the line knows where it led.
    """
    if after.frames[other] - before.frames[row] < 2:
        return None
    back = np.flatnonzero(_is_sight(view, before)[: row + 1])
    ahead = np.flatnonzero(_is_sight(view, after)[other:])
    row = int(back[-1]) if len(back) else row
    other += int(ahead[0]) if len(ahead) else 0
    first, last = int(before.frames[row]), int(after.frames[other])
    frames = np.arange(first + 1, last)
    share = ((frames - first) / (last - first))[:, None]
    start, end = before.boxes_xyxy[row], after.boxes_xyxy[other]
    boxes = start + share * (end - start)
    score = float(min(before.scores[row], after.scores[other]))
    return Filling(
        frames=tuple(frames.tolist()),
        boxes_xyxy=tuple((x1, y1, x2, y2) for x1, y1, x2, y2 in boxes.tolist()),
        scores=(score,) * len(frames),
    )


def _is_sight(view: RefinementView, track: TrackView) -> BoolArray:
    """Return which boxes, (N,), were detected, set by a person, or found right by one."""
    is_sight: BoolArray = (track.embedding_rows != NO_ROW) | track.by_person
    for first, last, track_id in view.verified:
        if track_id in (None, track.track_id):
            is_sight |= (track.frames >= first) & (track.frames <= last)
    return is_sight


def gaps_of(
    view: RefinementView, track: TrackView, settings: RefinementSettings
) -> list[tuple[Filling, Link]]:
    """Return fillings of the gaps inside a track, and why both sides are one person.

    A gap stays open if it is too long, if a person has verified a frame of it, or if its sides
    would not be linked were they two tracks: the track may have gone over to somebody else there.
    """
    judge = view.judge
    found = []
    for row in np.flatnonzero(np.diff(track.frames) > 1).tolist():
        filling = fill_between(view, track, row, track, row + 1)
        if filling is None or len(filling.frames) > settings.fill_s_max * view.frame_rate:
            continue
        if view.is_settled(track.track_id, filling.frames[0], filling.frames[-1]):
            continue
        link = judge.link(judge.before(track, row + 1), judge.after(track, row + 1))
        if link.score >= settings.link_score_min:
            found.append((filling, link))
    return found
