"""Judges result files by ground-truth files or MOTChallenge sequence folders, one or many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_core.evaluation import ClearRules, SequenceScores, evaluate_sequence, overall
from trackmend_core.exchange import read_mot

GROUND_TRUTH = Path("gt", "gt.txt")
RulesOf = Callable[[str], ClearRules]
"""Which rules hold for a sequence of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceFiles:
    """What belongs to one sequence.

    Attributes:
        name: as MOTChallenge calls it, from the folder or the file.
        gt: the ground-truth text.
        result: a tracker's text.
    """

    name: str
    gt: Path
    result: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSequences:
    """Scores of each sequence by name, in order, and of all together."""

    sequences: dict[str, SequenceScores]
    overall: SequenceScores


def pair_files(gts: Sequence[Path], results: Sequence[Path]) -> list[SequenceFiles]:
    """Find out which result belongs to which ground truth.

    Args:
        gts: ground-truth texts, sequence folders that have `gt/gt.txt`, or one folder of such.
        results: as many texts, in the same order; or one folder with `NAME.txt` of each sequence.

    Raises:
        UserError: they do not go together.
    """
    truths = [truth for gt in gts for truth in _truths(gt)]
    if len(results) == 1 and results[0].is_dir():
        found = [_result_of(name, results[0]) for name, _ in truths]
    else:
        found = list(results)
    if len(truths) != len(found):
        raise UserError(
            f"There are {len(truths)} ground truths and {len(found)} results.",
            "Name one --result for every --gt, in the same order, or a folder of results.",
        )
    names = [name for name, _ in truths]
    if len(set(names)) < len(names):
        names = [f"{name} ({number})" for number, name in enumerate(names, start=1)]
    return [
        SequenceFiles(name=name, gt=gt, result=result)
        for name, (_, gt), result in zip(names, truths, found, strict=True)
    ]


def evaluate_files(
    files: Sequence[SequenceFiles],
    *,
    iou_min: float = 0.5,
    rules_of: RulesOf = ClearRules.motchallenge,
) -> JudgedSequences:
    """Read and judge every sequence.

    Args:
        files: from `pair_files`.
        iou_min: boxes must overlap by at least this, above 0, at most 1.
        rules_of: by default those of the MOTChallenge kit.

    Raises:
        UserError: a file cannot be read or judges nothing.
    """
    scores = {
        one.name: evaluate_sequence(
            read_mot(one.gt, is_ground_truth=True),
            read_mot(one.result),
            iou_min=iou_min,
            rules=rules_of(one.name),
        )
        for one in files
    }
    return JudgedSequences(sequences=scores, overall=overall(scores.values()))


def _truths(gt: Path) -> list[tuple[str, Path]]:
    """Return name and text of every sequence that a path stands for."""
    if (gt / GROUND_TRUTH).is_file():
        return [(gt.absolute().name, gt / GROUND_TRUTH)]
    if gt.is_dir():
        inside = sorted(folder for folder in gt.iterdir() if (folder / GROUND_TRUTH).is_file())
        if not inside:
            raise UserError(
                f"The folder {gt} has no ground truth.",
                "A sequence has it in gt/gt.txt, a data set in SEQUENCE/gt/gt.txt.",
            )
        return [(folder.name, folder / GROUND_TRUTH) for folder in inside]
    folder = gt.absolute().parent
    is_inside_sequence = gt.name == GROUND_TRUTH.name and folder.name == "gt"
    return [(folder.parent.name if is_inside_sequence else gt.stem, gt)]


def _result_of(name: str, folder: Path) -> Path:
    path = folder / f"{name}.txt"
    if not path.is_file():
        raise UserError(
            f"There is no result {path.name} in {folder}.",
            "Results are named after their sequence, such as MOT17-02-FRCNN.txt.",
        )
    return path
