"""Judges a result file by a ground-truth file or a MOTChallenge sequence folder."""

from pathlib import Path

from trackmend_core.evaluation import ClearRules, ClearScores, evaluate_clear
from trackmend_core.exchange import read_mot


def evaluate_files(
    gt: Path, result: Path, *, iou_min: float = 0.5, rules: ClearRules | None = None
) -> ClearScores:
    """Read both files and return the scores.

    Args:
        gt: a ground-truth text, or a sequence folder that has `gt/gt.txt`.
        result: a tracker's text.
        iou_min: boxes must overlap by at least this, above 0, at most 1.
        rules: by default those of MOTChallenge.

    Raises:
        UserError: a file cannot be read or judges nothing.
    """
    inside = gt / "gt" / "gt.txt"
    return evaluate_clear(
        read_mot(inside if inside.is_file() else gt, is_ground_truth=True),
        read_mot(result),
        iou_min=iou_min,
        rules=rules,
    )
