"""`trackmend evaluate`: how good tracks are, of one sequence or of many."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from trackmend_app.commands.console import print_facts, print_json, print_note
from trackmend_app.commands.options import Rules
from trackmend_core.errors import UserError
from trackmend_core.evaluation import ClearRules, GroundTruthRule, SequenceScores
from trackmend_core.jobs import JudgedSequences, evaluate_files, pair_files

OVERALL = "OVERALL"
COLUMNS = [
    "sequence",
    "MOTA",
    "IDF1",
    "HOTA",
    "DetA",
    "AssA",
    "LocA",
    "IDs",
    "Frag",
    "MT",
    "ML",
    "FP",
    "FN",
    "Prec",
    "Rec",
]


def run_evaluate(
    gts: Sequence[Path],
    results: Sequence[Path],
    *,
    iou_min: float,
    rules: Rules,
    as_json: bool,
) -> None:
    """Judge and print: one sequence in full, several as a table with a row for all of them.

    Raises:
        UserError: a file cannot be read or judges nothing, or the limit is out of range.
    """
    if not 0 < iou_min <= 1:
        raise UserError(f"--iou-min must lie above 0 and be at most 1, not {iou_min}.")
    files = pair_files(gts, results)
    judged = evaluate_files(files, iou_min=iou_min, rules_of=lambda name: rules_for(rules, name))
    for name, scores in judged.sequences.items():
        if not scores.clear.matches and scores.clear.result_boxes:
            where = f"{name}: " if len(files) > 1 else ""
            print_note(
                f"{where}No box of the result covers a true one: do both files mean the same "
                "video, and do both count frames from 1?"
            )
    if as_json:
        print_json(_plain(judged))
    elif len(files) == 1:
        print_facts(facts_of(judged.overall))
    else:
        _print_table({**judged.sequences, OVERALL: judged.overall})


def rules_for(rules: Rules, name: str) -> ClearRules:
    """Return which boxes and frames of a sequence count."""
    match rules:
        case Rules.MOTCHALLENGE:
            return ClearRules.motchallenge(name)
        case Rules.EVERY_ROW:
            return ClearRules(ground_truth=GroundTruthRule.EVERY_ROW)
        case Rules.FAIRMOT:
            return ClearRules.fairmot(name)


def _plain(judged: JudgedSequences) -> dict[str, object]:
    """Return the scores of all, those of each sequence beside them if there are several."""
    plain = judged.overall.to_dict()
    if len(judged.sequences) > 1:
        plain["sequences"] = {name: one.to_dict() for name, one in judged.sequences.items()}
    return plain


def facts_of(scores: SequenceScores) -> dict[str, object]:
    """Return what is said of tracks, by name for people."""
    clear, hota = scores.clear, scores.hota
    sizes = ", ".join(f"{name} {count}" for name, count in scores.switches_by_size.items())
    return {
        "MOTA": f"{clear.mota:.1%}",
        "IDF1": f"{clear.idf1:.1%}",
        "HOTA": f"{hota.hota:.1%}",
        "DetA": f"{hota.deta:.1%}",
        "AssA": f"{hota.assa:.1%}",
        "LocA": f"{hota.loca:.1%}",
        "Identity switches": clear.id_switches,
        "by size of the box": sizes,
        "Fragmentations": clear.fragmentations,
        "Precision": f"{clear.precision:.1%}",
        "Recall": f"{clear.recall:.1%}",
        "Mean overlap": f"{1 - clear.motp:.1%}" if clear.matches else "-",
        "False boxes": clear.fp,
        "Missed boxes": clear.fn,
        "True boxes": clear.gt_boxes,
        "Result boxes": clear.result_boxes,
        "True people": clear.gt_tracks,
        "mostly followed": clear.mt,
        "partly followed": clear.pt,
        "mostly lost": clear.ml,
        "Frames": clear.frames,
    }


def _print_table(rows: Mapping[str, SequenceScores]) -> None:
    lines = [COLUMNS]
    for name, scores in rows.items():
        clear, hota = scores.clear, scores.hota
        shares = (clear.mota, clear.idf1, hota.hota, hota.deta, hota.assa, hota.loca)
        counts = (clear.id_switches, clear.fragmentations, clear.mt, clear.ml, clear.fp, clear.fn)
        lines.append(
            [
                name,
                *(f"{share:.1%}" for share in shares),
                *map(str, counts),
                *(f"{share:.1%}" for share in (clear.precision, clear.recall)),
            ]
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *rest in lines:
        cells = (text.rjust(width) for text, width in zip(rest, widths[1:], strict=True))
        typer.echo("  ".join([first.ljust(widths[0]), *cells]))
