"""What meets what in each frame: true boxes that count, result boxes, and their distances."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from trackmend_core.evaluation.rules import PEDESTRIAN, ClearRules, GroundTruthRule
from trackmend_core.geometry import iou_matrix
from trackmend_core.types import BoolArray, Float64Array, IntArray, MotTable


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class JudgedFrame:
    """One frame to be counted.

    Attributes:
        number: 1-based frame.
        gt_ids: (G,) int64.
        gt_xyxy: (G, 4) float64, pixels of the source frame.
        result_ids: (R,) int64.
        distances: (G, R) float64, 1 - IoU.
    """

    number: int
    gt_ids: IntArray
    gt_xyxy: Float64Array
    result_ids: IntArray
    distances: Float64Array


def judged_frames(
    gt: MotTable, result: MotTable, *, iou_min: float, rules: ClearRules
) -> list[JudgedFrame]:
    """Return the frames that count, in order, without what is not to be judged."""
    gt_rows, result_rows = _rows_by_frame(gt), _rows_by_frame(result)
    numbers = set(result_rows) if rules.result_frames_only else set(gt_rows) | set(result_rows)
    none = np.zeros(0, np.int64)
    return [
        _judge(
            number,
            gt.select(gt_rows.get(number, none)),
            result.select(result_rows.get(number, none)),
            iou_min=iou_min,
            rules=rules,
        )
        for number in sorted(numbers)
    ]


def _judge(
    number: int, gt: MotTable, result: MotTable, *, iou_min: float, rules: ClearRules
) -> JudgedFrame:
    overlaps = iou_matrix(_corners(gt), _corners(result))
    counts = np.ones(len(gt), np.bool_)
    if rules.ground_truth is not GroundTruthRule.EVERY_ROW:
        counts = (gt.scores != 0) & (gt.classes == PEDESTRIAN)
        excused = _excused(gt, overlaps, iou_min=iou_min, rules=rules)
        result = result.select(~excused)
        overlaps = overlaps[:, ~excused]
    return JudgedFrame(
        number=number,
        gt_ids=gt.ids[counts],
        gt_xyxy=_corners(gt)[counts],
        result_ids=result.ids,
        distances=1.0 - overlaps[counts],
    )


def _excused(
    gt: MotTable, overlaps: Float64Array, *, iou_min: float, rules: ClearRules
) -> BoolArray:
    """Return which result boxes sit on a distractor, (R,)."""
    distractor = np.isin(gt.classes, rules.distractors)
    if rules.ground_truth is GroundTruthRule.DISTRACTORS_FIRST:
        distractor |= gt.visibilities < 0
        choosing = np.flatnonzero(distractor)
    else:
        choosing = np.arange(len(gt))
    excused = np.zeros(overlaps.shape[1], np.bool_)
    if not distractor.any() or not len(excused):
        return excused
    # A pair below the limit is worth nothing, so it never costs another pair its partner.
    worth = np.where(overlaps[choosing] >= iou_min, overlaps[choosing], 0.0)
    row, column = linear_sum_assignment(worth, maximize=True)
    paired = (worth[row, column] > 0) & distractor[choosing[row]]
    excused[column[paired]] = True
    return excused


def _rows_by_frame(table: MotTable) -> dict[int, IntArray]:
    order = np.argsort(table.frames, kind="stable")
    numbers, starts = np.unique(table.frames[order], return_index=True)
    return dict(zip(numbers.tolist(), np.split(order, starts[1:]), strict=bool(len(numbers))))


def _corners(table: MotTable) -> Float64Array:
    top_left = table.boxes_xywh[:, :2]
    return np.concatenate([top_left, top_left + table.boxes_xywh[:, 2:]], axis=1)
