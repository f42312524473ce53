"""Fills gaps between two boxes of one person on the straight line."""

from dataclasses import dataclass

import numpy as np

from trackmend_core.project.records import BoxXyxy
from trackmend_core.refinement.settings import RefinementSettings
from trackmend_core.refinement.view import RefinementView
from trackmend_core.review.links import Link
from trackmend_core.review.track_view import NO_ROW, TrackView
from trackmend_core.types import IntArray


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


def fill_between(before: TrackView, row: int, after: TrackView, other: int) -> Filling | None:
    """Return boxes between a box of one track and a later one; None if there is no gap."""
    first, last = int(before.frames[row]), int(after.frames[other])
    if last - first < 2:
        return None
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


def unseen_frames(before: TrackView, row: int, after: TrackView, other: int) -> int:
    """Return for how many frames nobody saw a person between a box of one track and a later one.

    A tracker keeps boxes for the hidden where it expects them; they are nobody's sight.
    """
    back, ahead = _seen_frames(before), _seen_frames(after)
    last = back[back <= before.frames[row]]
    first = ahead[ahead >= after.frames[other]]
    left = last[-1] if len(last) else before.frames[row]
    returned = first[0] if len(first) else after.frames[other]
    return int(returned - left - 1)


def _seen_frames(track: TrackView) -> IntArray:
    """Return the frames with a box that was detected or set by a person; all where none was."""
    is_seen = (track.embedding_rows != NO_ROW) | track.by_person
    return track.frames[is_seen] if is_seen.any() else track.frames


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
        filling = fill_between(track, row, track, row + 1)
        unseen = unseen_frames(track, row, track, row + 1)
        if filling is None or unseen > settings.fill_s_max * view.frame_rate:
            continue
        if view.is_settled(track.track_id, filling.frames[0], filling.frames[-1]):
            continue
        link = judge.link(judge.before(track, row + 1), judge.after(track, row + 1))
        if link.score >= settings.link_score_min:
            found.append((filling, link))
    return found
