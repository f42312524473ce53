"""Building MOT tables from plain columns."""

import numpy as np
from numpy.typing import ArrayLike

from trackmend_core.types import MotTable


def mot_table(
    *,
    frames: ArrayLike,
    ids: ArrayLike,
    boxes_xywh: ArrayLike,
    scores: ArrayLike | None = None,
    classes: ArrayLike | None = None,
    visibilities: ArrayLike | None = None,
) -> MotTable:
    """Return a table; what is not given is 1: certain, a pedestrian, wholly visible.

    Args:
        frames: (N,) 1-based.
        ids: (N,).
        boxes_xywh: (N, 4) pixels of the source frame.
        scores: (N,), in ground truth the mark.
        classes: (N,).
        visibilities: (N,).

    Raises:
        ValueError: the lengths differ.
    """
    frames = np.asarray(frames, np.int64).reshape(-1)
    count = len(frames)
    return MotTable(
        frames=frames,
        ids=np.asarray(ids, np.int64).reshape(-1),
        boxes_xywh=np.asarray(boxes_xywh, np.float64).reshape(-1, 4),
        scores=np.ones(count) if scores is None else np.asarray(scores, np.float64),
        classes=np.ones(count, np.int64) if classes is None else np.asarray(classes, np.int64),
        visibilities=(
            np.ones(count) if visibilities is None else np.asarray(visibilities, np.float64)
        ),
    )


def empty_mot_table() -> MotTable:
    """Return a table without boxes."""
    return mot_table(frames=[], ids=[], boxes_xywh=[])
