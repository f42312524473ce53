"""How much of each box is hidden by boxes nearer to the camera.

A person whose feet are lower in the picture stands nearer, so of two boxes that overlap the one
with the lower bottom edge hides the other. The embedding of a hidden box is often that of who hides
it.
"""

import numpy as np

from trackmend_core.types import Float64Array, IntArray

_BLOCK_PAIRS = 200_000
"""So many numbers at a time stay in the processor's cache."""


def hidden_shares(frames: IntArray, boxes_xyxy: Float64Array) -> Float64Array:
    """Return the largest share of each box that one other box of its frame hides.

    Args:
        frames: (N,) int64, in any order.
        boxes_xyxy: (N, 4), pixels.

    Returns:
        (N,) float64, 0..1.
    """
    order = np.argsort(frames, kind="stable")
    result = np.zeros(len(frames))
    counts = np.unique(frames[order], return_counts=True)[1]
    starts = np.concatenate([[0], np.cumsum(counts)])
    # Frames with equally many boxes are computed together.
    for count in np.unique(counts):
        if count < 2:
            continue
        of_size = starts[:-1][counts == count]
        step = max(1, _BLOCK_PAIRS // int(count) ** 2)
        for block in range(0, len(of_size), step):
            rows = order[of_size[block : block + step, None] + np.arange(count)]
            result[rows] = _hidden(boxes_xyxy[rows])
    return result


def _hidden(boxes: Float64Array) -> Float64Array:
    """Return (F, K) for boxes (F, K, 4) of F frames with K boxes each."""
    x1, y1, x2, y2 = np.moveaxis(boxes, -1, 0)
    # Each of these is (F, K, K), mine by other, and is written over by the next step.
    shared = np.minimum(x2[:, :, None], x2[:, None])
    shared -= np.maximum(x1[:, :, None], x1[:, None])
    np.maximum(shared, 0.0, out=shared)
    high = np.minimum(y2[:, :, None], y2[:, None])
    high -= np.maximum(y1[:, :, None], y1[:, None])
    np.maximum(high, 0.0, out=high)
    shared *= high
    shared /= (np.maximum(x2 - x1, 1e-9) * np.maximum(y2 - y1, 1e-9))[:, :, None]
    shared[y2[:, None] <= y2[:, :, None]] = 0.0
    hidden: Float64Array = shared.max(axis=2)
    return np.minimum(hidden, 1.0)
