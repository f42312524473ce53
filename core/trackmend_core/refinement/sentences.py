"""Says why something is proposed: each reason a sentence of its own, in plain words."""

from trackmend_core.project.records import frame_number
from trackmend_core.refinement.doubles import Double, Ghost
from trackmend_core.refinement.gaps import Filling
from trackmend_core.refinement.linking import TrackletLink
from trackmend_core.review.track_view import TrackView


def say_link(one: TrackletLink) -> tuple[str, ...]:
    """Return why two tracklets are probably of one person."""
    link, missing = one.link, one.link.gap - 1
    where = f"after {_frames(missing)} without it" if missing else "in the next frame"
    said = [
        f"Track {one.after.number} seems to go on with track {one.before.number}, which ends in"
        f" frame {frame_number(one.before.last_frame)}: it begins {where}, {link.miss:.1f} heights"
        " from where that was heading."
    ]
    if link.cosine:
        said.append(f"Both look alike by {link.cosine:.2f}.")
    if one.rival is not None:
        said.append(f"The next best would be track {one.rival.number}.")
    return tuple(said)


def say_gap(track: TrackView, filling: Filling) -> tuple[str, ...]:
    """Return where nobody was seen, and what is laid there."""
    return (
        f"Track {track.number} is not seen in {_frames(len(filling.frames))} from frame"
        f" {frame_number(filling.frames[0])} on.",
        "They can be filled on the line between its boxes.",
    )


def say_double(one: Double) -> tuple[str, ...]:
    """Return how much of a track lies on another one."""
    return (
        f"Track {one.track.number} lies on track {one.original.number} in {one.share:.0%} of its"
        f" {_frames(len(one.track))} and overlaps it by {one.overlap:.0%}: it can go.",
    )


def say_ghost(one: Ghost) -> tuple[str, ...]:
    """Return how short and unsure a track is."""
    return (
        f"Track {one.track.number} lives for {_frames(len(one.track))} only, with a mean score of"
        f" {one.score:.2f} where {one.usual:.2f} is usual: it may be of nobody.",
    )


def _frames(number: int) -> str:
    return "1 frame" if number == 1 else f"{number} frames"
