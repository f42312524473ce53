"""Average precision of boxes: over the whole data set, or as FairMOT's script means it, per image.

Both take the area under the whole precision-recall curve, its precision made monotonous.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from trackmend_core.evaluation.sizes import EVERY_SIZE, SizeBand
from trackmend_core.geometry import iou_matrix
from trackmend_core.types import BoolArray, Float64Array, IntArray

FAIRMOT_MAX_DETECTIONS = 128


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class JudgedImage:
    """What is in one image, and what a detector says.

    Attributes:
        gt_xyxy: (G, 4) float64 true boxes, pixels of the image.
        boxes_xyxy: (N, 4) float64 detections, same frame.
        scores: (N,) float64.
        ignored_xyxy: (M, 4) regions in which a detection is neither right nor wrong.
    """

    gt_xyxy: Float64Array
    boxes_xyxy: Float64Array
    scores: Float64Array
    ignored_xyxy: Float64Array = field(default_factory=lambda: np.zeros((0, 4)))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PerImageAp:
    """Average precision as FairMOT's script gives it.

    Attributes:
        ap: mean over the images that have labels, 0..1.
        ap_of_images: (I,) of every image, 0 where it has no labels.
        precision_of_images: (I,) at the last detection.
        recall_of_images: (I,) at the last detection.
    """

    ap: float
    ap_of_images: Float64Array
    precision_of_images: Float64Array
    recall_of_images: Float64Array


def average_precision(
    images: Sequence[JudgedImage], *, iou_min: float = 0.5, size: SizeBand = EVERY_SIZE
) -> float:
    """Return the average precision over all detections of all images together, 0..1.

    The best detections choose first, each the true box it overlaps most that is still free. True
    boxes of another size and ignored regions make a detection on them neither right nor wrong, and
    so does another size of a detection that fits nothing.

    Args:
        images: what there is and what was found.
        iou_min: boxes must overlap by at least this.
        size: the true boxes that count.

    Returns:
        0 if there is nothing to find.
    """
    judged = [_match_best_first(image, iou_min=iou_min, size=size) for image in images]
    count = sum(int(size.holds(image.gt_xyxy).sum()) for image in images)
    scores = np.concatenate([np.zeros(0), *(scores for scores, _ in judged)])
    right = np.concatenate([np.zeros(0, np.bool_), *(right for _, right in judged)])
    return _area(right[np.argsort(-scores, kind="stable")], count)


def fairmot_average_precision(images: Sequence[JudgedImage], *, iou_min: float = 0.5) -> PerImageAp:
    """Return the mean of each image's own average precision, as FairMOT's `test_det` does.

    It keeps the best 128 detections of an image, whatever their score, and lets each claim only the
    one true box it overlaps most, by more than `iou_min`. Images without labels count 0 in the
    lists and not in the mean. For comparison with figures made that way only.
    """
    rows = [_per_image(image, iou_min=iou_min) for image in images]
    lists = np.array(rows, np.float64).reshape(-1, 3).T
    labelled = sum(len(image.gt_xyxy) > 0 for image in images)
    return PerImageAp(
        ap=float(lists[0].sum() / labelled) if labelled else 0.0,
        ap_of_images=lists[0],
        precision_of_images=lists[1],
        recall_of_images=lists[2],
    )


def _per_image(image: JudgedImage, *, iou_min: float) -> tuple[float, float, float]:
    """Return AP, precision and recall of one image."""
    count = len(image.gt_xyxy)
    order = np.argsort(-image.scores, kind="stable")[:FAIRMOT_MAX_DETECTIONS]
    if not count or not len(order):
        return 0.0, 0.0, 0.0
    overlap = iou_matrix(image.boxes_xyxy[order], image.gt_xyxy)
    best = overlap.argmax(axis=1)
    right = np.zeros(len(order), np.bool_)
    taken: set[int] = set()
    for row, target in enumerate(best.tolist()):
        if overlap[row, target] > iou_min and target not in taken:
            right[row] = True
            taken.add(target)
    return _area(right, count), float(right.mean()), float(right.sum() / count)


def _match_best_first(
    image: JudgedImage, *, iou_min: float, size: SizeBand
) -> tuple[Float64Array, BoolArray]:
    """Return scores of the detections that count, best first, and which are right."""
    order = np.argsort(-image.scores, kind="stable")
    boxes = image.boxes_xyxy[order]
    overlap = iou_matrix(boxes, image.gt_xyxy)
    counts = size.holds(image.gt_xyxy)
    right, excused = np.zeros(len(order), np.bool_), np.zeros(len(order), np.bool_)
    free = np.ones(len(image.gt_xyxy), np.bool_)
    for row in range(len(order)):
        target = _choose(overlap[row], free=free, counts=counts, iou_min=iou_min)
        if target is None:
            continue
        free[target] = False
        right[row], excused[row] = counts[target], not counts[target]
    wrong = ~right & ~excused
    excused |= wrong & (_inside(boxes, image.ignored_xyxy, iou_min) | ~size.holds(boxes))
    return image.scores[order][~excused], right[~excused]


def _choose(
    overlap: Float64Array, *, free: BoolArray, counts: BoolArray, iou_min: float
) -> int | None:
    """Return the free true box that fits best; one that counts goes before one that does not."""
    for wanted in (free & counts, free & ~counts):
        candidates: IntArray = np.flatnonzero(wanted & (overlap >= iou_min))
        if len(candidates):
            return int(candidates[overlap[candidates].argmax()])
    return None


def _inside(boxes: Float64Array, regions: Float64Array, share_min: float) -> BoolArray:
    """Return (N,) which boxes lie in an ignored region by at least this share of their area."""
    low = np.maximum(boxes[:, None, :2], regions[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], regions[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2).max(axis=1, initial=0)
    area = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1)
    return np.asarray((area > 0) & (shared >= share_min * area))


def _area(right: BoolArray, count: int) -> float:
    """Return the area under the curve of detections in order, `count` of which could be right."""
    if not count or not right.any():
        return 0.0
    hits = np.cumsum(right)
    recall = np.concatenate([[0.0], hits / count])
    precision = hits / np.arange(1, len(right) + 1)
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(recall) * best_from_here).sum())
