"""People whom nobody marked for a moment: hidden, they were there all the same."""

import numpy as np

from trackmend_core.exchange import mot_table
from trackmend_core.types import IntArray, MotTable


def bridged(truth: MotTable, *, longest: int) -> MotTable:
    """Return a truth with boxes on the straight line through every short gap of an identity.

    Reviewers leave out who is hidden. To call a box there false would teach a tracker to show
    nobody who is hidden.

    Args:
        truth: boxes and identities.
        longest: frames without a box that are bridged.
    """
    order, away = _in_turn(truth)
    before = np.flatnonzero((away > 0) & (away <= longest))
    if not len(before):
        return truth
    count = away[before]
    # Row r of the new ones is step `step` of `count + 1` from one box to the next.
    starts = np.repeat(before, count)
    step = np.arange(len(starts)) - np.repeat(np.cumsum(count) - count, count) + 1
    share = (step / (np.repeat(count, count) + 1))[:, None]
    one, other = order[starts], order[starts + 1]
    boxes = truth.boxes_xywh[one] * (1 - share) + truth.boxes_xywh[other] * share
    return mot_table(
        frames=np.concatenate([truth.frames, truth.frames[one] + step]),
        ids=np.concatenate([truth.ids, truth.ids[one]]),
        boxes_xywh=np.concatenate([truth.boxes_xywh, boxes]),
    )


def times_away(truth: MotTable, *, left_out: tuple[int, int] | None = None) -> IntArray:
    """Return for how many frames identities are without a box before they have one again, (R,).

    Args:
        truth: boxes and identities.
        left_out: first and last frame, 0-based, of which nothing is said: they do not count.
    """
    order, away = _in_turn(truth)
    if left_out is not None:
        frames = truth.frames[order] - 1
        first = np.maximum(frames[:-1] + 1, left_out[0])
        last = np.minimum(frames[1:] - 1, left_out[1])
        away = np.maximum(0, away - np.maximum(0, last - first + 1))
    return away[away > 0]


def _in_turn(truth: MotTable) -> tuple[IntArray, IntArray]:
    """Return the rows by identity and frame, (N,), and how many frames are missing after each.

    After the last of an identity none is, so that (N - 1,) numbers are enough.
    """
    order = np.lexsort((truth.frames, truth.ids))
    frames, ids = truth.frames[order], truth.ids[order]
    missing = np.where(np.diff(ids) == 0, np.diff(frames) - 1, 0)
    return order, missing.astype(np.int64)
