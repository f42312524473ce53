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
        if np.count_nonzero(finite) < finite.size:
            row = int(np.flatnonzero(~finite.reshape(len(finite), -1).all(axis=1))[0])
            raise ValueError(f"{name} of detection {row} is not finite: the detector is broken")
    sides = detections.boxes_xyxy[:, 2:] - detections.boxes_xyxy[:, :2]
    taking_part = detections.scores > score_threshold
    if pins is not None:
        taking_part |= pins > 0
    wide, high = (sides > 0).T
    taking_part &= wide
    taking_part &= high
    rows = taking_part.nonzero()[0]
    boxes_xyxy, boxes_xyah = _both_forms(
        detections.boxes_xyxy.take(rows, axis=0), sides.take(rows, axis=0)
    )
    features = detections.embeddings.take(rows, axis=0)
    scale_to_unit_length(features)
    return Candidates(
        boxes_xyxy=boxes_xyxy,
        boxes_xyah=boxes_xyah,
        scores=detections.scores.take(rows).astype(np.float64),
        features=features,
        class_ids=detections.class_ids.take(rows),
        indices=rows,
        pins=np.zeros(len(rows), np.int64) if pins is None else pins.take(rows),
    )


def _both_forms(boxes: FloatArray, sides: FloatArray) -> tuple[Float64Array, Float64Array]:
    """Return (D, 4) boxes xyxy and xyah, a coordinate after the other in memory.

    The sides are rounded to float32 before anything else, as the official code does.
    """
    boxes_xyxy, boxes_xyah = np.empty((2, 4, len(boxes)))
    width_height = sides.T.astype(np.float64)
    top_left = boxes_xyxy[:2]
    top_left[:] = boxes.T[:2]
    np.add(top_left, width_height, out=boxes_xyxy[2:])
    np.divide(width_height[0], width_height[1], out=boxes_xyah[2])
    boxes_xyah[3] = width_height[1]
    width_height *= 0.5
    np.add(top_left, width_height, out=boxes_xyah[:2])
    return boxes_xyxy.T, boxes_xyah.T


def scale_to_unit_length(features: FloatArray) -> None:
    """Scale the rows to length 1, in place; a row of zeros stays as it is."""
    lengths = np.sqrt(np.vecdot(features, features))
    if np.count_nonzero(lengths) < len(lengths):
        lengths[lengths == 0] = 1.0
    features /= lengths[:, None]
