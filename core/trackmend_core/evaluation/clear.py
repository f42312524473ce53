"""CLEAR and identity measures of a result, counted by motmetrics.

The distances are ours, since motmetrics 1.4 computes them with a function that numpy 2 dropped.
Sources: Bernardin and Stiefelhagen (2008) for CLEAR, Ristani et al. (2016) for IDF1.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.evaluation.judged import JudgedFrame, judged_frames
from trackmend_core.evaluation.rules import ClearRules
from trackmend_core.evaluation.scores import ClearScores
from trackmend_core.types import MotTable

if TYPE_CHECKING:
    import motmetrics  # it loads pandas, which takes as long as half a second of tracking

_COUNTS = {
    "num_frames": "frames",
    "num_objects": "gt_boxes",
    "num_unique_objects": "gt_tracks",
    "num_predictions": "result_boxes",
    "num_detections": "matches",
    "num_false_positives": "fp",
    "num_misses": "fn",
    "num_switches": "id_switches",
    "num_fragmentations": "fragmentations",
    "idtp": "id_true_positives",
    "mostly_tracked": "mt",
    "partially_tracked": "pt",
    "mostly_lost": "ml",
    "num_transfer": "transfers",
    "num_ascend": "ascends",
    "num_migrate": "migrations",
}


def evaluate_clear(
    gt: MotTable,
    result: MotTable,
    *,
    iou_min: float = 0.5,
    rules: ClearRules | None = None,
) -> ClearScores:
    """Judge a result by ground truth.

    Every frame of either counts: what is missed in a frame without any result box is missed.

    Args:
        gt: true boxes; `scores` are the marks.
        result: what a tracker says.
        iou_min: boxes must overlap by at least this to be the same, above 0, at most 1.
        rules: by default those of MOTChallenge.

    Raises:
        UserError: no box of the ground truth counts, or a result box has no id.
        ValueError: `iou_min` is out of range.
    """
    frames = frames_to_judge(gt, result, iou_min=iou_min, rules=rules)
    return scores_of(frames, accumulate(frames, iou_min=iou_min))


def scores_of(
    frames: Sequence[JudgedFrame], accumulator: "motmetrics.MOTAccumulator"
) -> ClearScores:
    """Return the counts of frames that motmetrics has paired."""
    import motmetrics

    values = motmetrics.metrics.create().compute(
        accumulator, metrics=[*_COUNTS, "motp"], return_dataframe=False
    )
    counts = {ours: int(values[theirs]) for theirs, ours in _COUNTS.items()}
    motp = float(values["motp"])
    return ClearScores(
        **counts,
        result_tracks=len({track for frame in frames for track in frame.result_ids.tolist()}),
        distance_sum=motp * counts["matches"] if counts["matches"] else 0.0,
    )


def frames_to_judge(
    gt: MotTable, result: MotTable, *, iou_min: float, rules: ClearRules | None
) -> list[JudgedFrame]:
    """Return the frames that count, in order.

    Raises:
        UserError: no box of the ground truth counts, none in a frame that is judged, or a result
            box has no id.
        ValueError: `iou_min` is out of range.
    """
    if not 0 < iou_min <= 1:
        raise ValueError(f"iou_min must lie above 0 and be at most 1, not {iou_min}")
    if (result.ids < 0).any():
        raise UserError(
            "The result has boxes without an id (-1).",
            "Detections alone cannot be judged as tracks; run `trackmend track` first.",
        )
    rules = rules or ClearRules()
    frames = judged_frames(gt, result, iou_min=iou_min, rules=rules)
    if any((frame.gt_ids < 0).any() for frame in frames):
        raise UserError(
            "The ground truth has boxes without an id (-1).",
            "Tracks can be judged only by boxes of which it is known whose they are.",
        )
    if not _has_truth(frames):
        in_all_frames = replace(rules, result_frames_only=False)
        if _has_truth(judged_frames(gt, result, iou_min=iou_min, rules=in_all_frames)):
            raise UserError(
                "The result has no box in any frame with a true one.",
                "These rules judge no other frames. Look whether it is the right result, or judge "
                "by --rules motchallenge.",
            )
        raise UserError(
            "The ground truth has no box that counts.",
            "Rows count if their mark (column 7) is not 0 and their class (column 8) is 1.",
        )
    return frames


def _has_truth(frames: Sequence[JudgedFrame]) -> bool:
    return any(len(frame.gt_ids) for frame in frames)


def accumulate(frames: Sequence[JudgedFrame], *, iou_min: float) -> "motmetrics.MOTAccumulator":
    """Let motmetrics pair the boxes of every frame."""
    import motmetrics

    accumulator = motmetrics.MOTAccumulator()
    for frame in frames:
        accumulator.update(
            frame.gt_ids,
            frame.result_ids,
            np.where(frame.distances > 1.0 - iou_min, np.nan, frame.distances),
            frameid=frame.number,
        )
    return accumulator
