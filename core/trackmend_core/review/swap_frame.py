"""The frame at which two tracks traded places, or at which one went over, as exactly as can be."""

from typing import Final

import numpy as np

from trackmend_core.review.appearance import clear_weights
from trackmend_core.review.ends import End
from trackmend_core.review.judge import Judge
from trackmend_core.review.links import USUAL_MISS, USUAL_MISS_PER_S
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import Float64Array, FloatArray, IntArray

_STEP_CAP = 8.0
_LOOK_BACK = 5
_NEIGHBOURS_REPEAT: Final = 0.2
"""Embeddings of neighbouring frames say nearly the same, so each counts for a part only."""


def swap_frame(
    judge: Judge,
    a: TrackView,
    b: TrackView,
    *,
    first: int,
    last: int,
    sides: tuple[End, End, End, End],
) -> tuple[int, float]:
    """Return the likeliest frame from which A and B carry each other's id, and what it gains.

    Args:
        judge: of the scene.
        a: one track.
        b: the other.
        first: the earliest frame possible.
        last: the latest.
        sides: A before, A after, B before, B after, as they look undisturbed.

    Returns:
        The frame, and how much smoother the paths are with the swap there (log-likelihood ratio).
    """
    a_before, a_after, b_before, b_after = sides
    person_a, person_b = a_before.near + b_after.near, b_before.near + a_after.near
    frames = np.arange(first, last + 1)
    leaning = _leaning(judge, a, frames, person_a, person_b)
    leaning -= _leaning(judge, b, frames, person_a, person_b)
    smoother = (
        _steps(judge, a, a, frames)
        + _steps(judge, b, b, frames)
        - _steps(judge, a, b, frames)
        - _steps(judge, b, a, frames)
    )
    best = int(np.argmax(_before_less_after(leaning) + smoother))
    return int(frames[best]), float(smoother[best])


def change_frame(
    judge: Judge, track: TrackView, *, first: int, last: int, before: End, after: End
) -> int:
    """Return the likeliest frame from which a track follows somebody else."""
    frames = np.arange(first, last + 1)
    leaning = _leaning(judge, track, frames, before.near, after.near)
    jumps = _steps(judge, track, track, frames)
    return int(frames[np.argmax(_before_less_after(leaning) + jumps)])


def _before_less_after(leaning: Float64Array) -> Float64Array:
    """Return for each frame what speaks for the first person before it, the second from it on."""
    running = np.concatenate([[0.0], np.cumsum(leaning)])
    gained: Float64Array = 2 * running[:-1] - running[-1]
    return gained


def _leaning(
    judge: Judge, track: TrackView, frames: IntArray, one: FloatArray, other: FloatArray
) -> Float64Array:
    """Return (F,) how much more the track looks like one person than like the other."""
    rows = np.minimum(track.rows_in(frames), len(track) - 1)
    present = track.frames[rows] == frames
    lengths = float(np.linalg.norm(one)), float(np.linalg.norm(other))
    if min(lengths) == 0:
        return np.zeros(len(frames))
    contrast = one / lengths[0] - other / lengths[1]
    cosines = (judge.scene.embeddings(track.embedding_rows[rows]) @ contrast).astype(np.float64)
    weights = clear_weights(track, rows) * present
    leaning: Float64Array = cosines * weights * judge.scale.slope * _NEIGHBOURS_REPEAT
    return leaning


def _steps(judge: Judge, here: TrackView, there: TrackView, frames: IntArray) -> Float64Array:
    """Return (F,) the cost of going over from the last box before a frame to the first one on it.

    Zero where one of the two is missing: nothing is known then.
    """
    previous = here.rows_in(frames) - 1
    following = there.rows_in(frames)
    known = (previous >= 0) & (following < len(there))
    previous, following = np.maximum(previous, 0), np.minimum(following, len(there) - 1)
    gaps = np.maximum(there.frames[following] - here.frames[previous], 1).astype(np.float64)
    earlier = np.maximum(previous - _LOOK_BACK, 0)
    passed = np.maximum(here.frames[previous] - here.frames[earlier], 1)
    velocity = (here.centres_of(previous) - here.centres_of(earlier)) / passed[:, None]
    step = there.centres_of(following) - here.centres_of(previous)
    reach = np.minimum(gaps, judge.scene.frame_rate)[:, None]
    miss = np.hypot(*(step - velocity * reach).T) / here.heights_of(previous)
    usual = USUAL_MISS + USUAL_MISS_PER_S * gaps / judge.scene.frame_rate
    return np.where(known, np.minimum(miss**2 / (2 * usual**2), _STEP_CAP), 0.0)
