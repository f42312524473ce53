"""`trackmend evaluate`: how good tracks are."""

from pathlib import Path

from trackmend_app.commands.console import print_facts, print_json, print_note
from trackmend_app.commands.options import Rules
from trackmend_core.errors import UserError
from trackmend_core.evaluation import ClearRules, ClearScores, GroundTruthRule
from trackmend_core.jobs import evaluate_files


def run_evaluate(gt: Path, result: Path, *, iou_min: float, rules: Rules, as_json: bool) -> None:
    """Judge and print.

    Raises:
        UserError: a file cannot be read or judges nothing, or the limit is out of range.
    """
    if not 0 < iou_min <= 1:
        raise UserError(f"--iou-min must lie above 0 and be at most 1, not {iou_min}.")
    scores = evaluate_files(gt, result, iou_min=iou_min, rules=_rules(rules, gt))
    if not scores.matches and scores.result_boxes:
        print_note(
            "No box of the result covers a true one: do both files mean the same video, "
            "and do both count frames from 1?"
        )
    if as_json:
        print_json(scores.to_dict())
    else:
        print_facts(_table(scores))


def _rules(rules: Rules, gt: Path) -> ClearRules:
    if rules is Rules.MOTCHALLENGE:
        return ClearRules()
    if rules is Rules.EVERY_ROW:
        return ClearRules(ground_truth=GroundTruthRule.EVERY_ROW)
    folder = gt.absolute()
    is_inside_sequence = folder.name == "gt.txt" and folder.parent.name == "gt"
    return ClearRules.fairmot((folder.parent.parent if is_inside_sequence else folder).name)


def _table(scores: ClearScores) -> dict[str, object]:
    return {
        "MOTA": f"{scores.mota:.1%}",
        "IDF1": f"{scores.idf1:.1%}",
        "Identity switches": scores.id_switches,
        "Fragmentations": scores.fragmentations,
        "Precision": f"{scores.precision:.1%}",
        "Recall": f"{scores.recall:.1%}",
        "Mean overlap": f"{1 - scores.motp:.1%}" if scores.matches else "-",
        "False boxes": scores.fp,
        "Missed boxes": scores.fn,
        "True boxes": scores.gt_boxes,
        "Result boxes": scores.result_boxes,
        "True people": scores.gt_tracks,
        "mostly followed": scores.mt,
        "partly followed": scores.pt,
        "mostly lost": scores.ml,
        "Frames": scores.frames,
    }
