"""The detections of one frame, checked and brought into the form that matching needs."""

from dataclasses import dataclass

import numpy as np

from trackmend_core.tracking.columns import Columns
from trackmend_core.types import Float64Array, FloatArray, FrameDetections, IntArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Candidates(Columns):
    """Detections that take part in a step.

    Attributes:
        boxes_xyxy: (D, 4) float64, pixels of the source frame.
        boxes_xyah: (D, 4) float64: centre x, centre y, width / height, height.
        scores: (D,) float64, 0..1.
        features: (D, F) float32, unit length; F is 0 without embeddings.
        class_ids: (D,) int64.
        indices: (D,) int64, rows of the `FrameDetections` they come from.
        pins: (D,) int64, the identity that a person gave it, 0 for none.
    """

    boxes_xyxy: Float64Array
    boxes_xyah: Float64Array
    scores: Float64Array
    features: FloatArray
    class_ids: IntArray
    indices: IntArray
    pins: IntArray

    def __len__(self) -> int:
        return len(self.indices)


def select_candidates(
    detections: FrameDetections, *, score_threshold: float, pins: IntArray | None = None
) -> Candidates:
    """Keep the detections above the threshold that have an area; pinned ones whatever their score.

    Raises:
        ValueError: a box, a score or an embedding is not finite.
    """
    for name in ("boxes_xyxy", "scores", "embeddings"):
        finite = np.isfinite(getattr(detections, name))
        if not finite.all():
            row = int(np.flatnonzero(~finite.reshape(len(finite), -1).all(axis=1))[0])
            raise ValueError(f"{name} of detection {row} is not finite: the detector is broken")
    boxes = detections.boxes_xyxy
    sides = boxes[:, 2:] - boxes[:, :2]
    if pins is None:
        pins = np.zeros(len(boxes), np.int64)
    taking_part = (detections.scores > score_threshold) | (pins > 0)
    taking_part &= (sides > 0).all(axis=1)
    rows = np.flatnonzero(taking_part)
    # The sides are rounded to float32 before anything else, as the official code does.
    top_left = boxes[rows, :2].astype(np.float64)
    sides = sides[rows].astype(np.float64)
    centres = top_left + sides / 2
    heights = sides[:, 1]
    return Candidates(
        boxes_xyxy=np.concatenate([top_left, top_left + sides], axis=1),
        boxes_xyah=np.column_stack([centres, sides[:, 0] / heights, heights]),
        scores=detections.scores[rows].astype(np.float64),
        features=unit_length(detections.embeddings[rows]),
        class_ids=detections.class_ids[rows],
        indices=rows,
        pins=pins[rows],
    )


def unit_length(features: FloatArray) -> FloatArray:
    """Return the rows scaled to length 1; a row of zeros stays as it is."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    unit: FloatArray = (features / lengths).astype(np.float32, copy=False)
    return unit
