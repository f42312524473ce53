"""How a track's appearance moves away from what it was when the track began."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trackmend_core.types import FloatArray, IntArray

FIRST_BOXES: Final = 25
"""The first gallery is the mean of so many boxes."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TemplateCurve:
    """Cosines with the first gallery over time, N boxes that have an embedding.

    Attributes:
        frames: (N,) int64, 0-based, rising.
        boxes: (N,) float32, of each box by itself.
        template: (N,) float32, of the running mean that the tracker matches with.
    """

    frames: IntArray
    boxes: FloatArray
    template: FloatArray


def template_curve(frames: IntArray, embeddings: FloatArray, *, momentum: float) -> TemplateCurve:
    """Compare each box, and the template as the tracker updates it, with the first gallery.

    Args:
        frames: (N,) of the boxes, rising.
        embeddings: (N, D) unit length.
        momentum: share of the old template that an update keeps, 0..1.
    """
    if not len(frames):
        none = np.zeros(0, np.float32)
        return TemplateCurve(frames=frames, boxes=none, template=none)
    first = _unit(embeddings[:FIRST_BOXES].mean(axis=0))
    along = np.empty(len(frames), np.float32)
    template = embeddings[0].astype(np.float32)
    for row, embedding in enumerate(embeddings):
        if row:
            template = _unit(momentum * template + (1.0 - momentum) * embedding)
        along[row] = template @ first
    return TemplateCurve(
        frames=frames, boxes=(embeddings @ first).astype(np.float32), template=along
    )


def _unit(vector: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(vector))
    return (vector / (length or 1.0)).astype(np.float32)
