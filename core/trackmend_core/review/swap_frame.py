"""The frame at which two tracks traded places, or at which one went over, as exactly as can be."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trackmend_core.review.appearance import clear_weights
from trackmend_core.review.ends import End
from trackmend_core.review.judge import Judge
from trackmend_core.review.links import USUAL_MISS, USUAL_MISS_PER_S
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import BoolArray, Float64Array, FloatArray, IntArray

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
    of_a, of_b = _course(a, frames), _course(b, frames)
    smoother = (
        _steps(judge, of_a, of_a)
        + _steps(judge, of_b, of_b)
        - _steps(judge, of_a, of_b)
        - _steps(judge, of_b, of_a)
    )
    best = int(np.argmax(_before_less_after(leaning) + smoother))
    return int(frames[best]), float(smoother[best])


def change_frame(
    judge: Judge, track: TrackView, *, first: int, last: int, before: End, after: End
) -> int:
    """Return the likeliest frame from which a track follows somebody else."""
    frames = np.arange(first, last + 1)
    leaning = _leaning(judge, track, frames, before.near, after.near)
    course = _course(track, frames)
    jumps = _steps(judge, course, course)
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
    cosines = (judge.looks.of(track, rows) @ contrast).astype(np.float64)
    weights = clear_weights(track, rows) * present
    leaning: Float64Array = cosines * weights * judge.scale.slope * _NEIGHBOURS_REPEAT
    return leaning


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """A track at F frames, each between two of its boxes: the last before it, the first on it.

    Attributes:
        is_before: (F,) whether there is a box before the frame.
        frame_before: (F,) of that box.
        before: (F, 2) its centre.
        height: (F,) of it.
        velocity: (F, 2) pixels per frame, of the boxes up to it.
        is_on: (F,) whether there is a box in the frame or after it.
        frame_on: (F,) of that box.
        on: (F, 2) its centre.
    """

    is_before: BoolArray
    frame_before: IntArray
    before: Float64Array
    height: Float64Array
    velocity: Float64Array
    is_on: BoolArray
    frame_on: IntArray
    on: Float64Array


def _course(track: TrackView, frames: IntArray) -> _Course:
    following = track.rows_in(frames)
    is_before, is_on = following > 0, following < len(track)
    previous = np.maximum(following - 1, 0)
    following = np.minimum(following, len(track) - 1)
    earlier = np.maximum(previous - _LOOK_BACK, 0)
    passed = np.maximum(track.frames[previous] - track.frames[earlier], 1)
    before = track.centres_of(previous)
    return _Course(
        is_before=is_before,
        frame_before=track.frames[previous],
        before=before,
        height=track.heights_of(previous),
        velocity=(before - track.centres_of(earlier)) / passed[:, None],
        is_on=is_on,
        frame_on=track.frames[following],
        on=track.centres_of(following),
    )


def _steps(judge: Judge, here: _Course, there: _Course) -> Float64Array:
    """Return (F,) the cost of going over from the last box before a frame to the first one on it.

    Zero where one of the two is missing: nothing is known then.
    """
    gaps = np.maximum(there.frame_on - here.frame_before, 1).astype(np.float64)
    reach = np.minimum(gaps, judge.scene.frame_rate)[:, None]
    miss = np.hypot(*(there.on - here.before - here.velocity * reach).T) / here.height
    usual = USUAL_MISS + USUAL_MISS_PER_S * gaps / judge.scene.frame_rate
    cost = np.minimum(miss**2 / (2 * usual**2), _STEP_CAP)
    return np.where(here.is_before & there.is_on, cost, 0.0)
