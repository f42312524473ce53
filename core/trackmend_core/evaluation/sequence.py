"""Everything that is said of the tracks of a sequence: CLEAR, identity and HOTA together."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from trackmend_core.evaluation.clear import accumulate, frames_to_judge, scores_of
from trackmend_core.evaluation.events import count_by_size, switches_of
from trackmend_core.evaluation.hota import HotaScores, hota_of_frames
from trackmend_core.evaluation.rules import ClearRules
from trackmend_core.evaluation.scores import ClearScores
from trackmend_core.evaluation.sizes import SIZE_BANDS
from trackmend_core.types import MotTable


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceScores:
    """What is said of one sequence, or of several together.

    Attributes:
        clear: MOTA, IDF1 and their counts.
        hota: HOTA and its parts.
        switches_by_size: identity switches by the size of the box, Table 4's bands.
    """

    clear: ClearScores
    hota: HotaScores
    switches_by_size: dict[str, int]

    def to_dict(self) -> dict[str, object]:
        """Return everything as plain values, CLEAR and the means of HOTA side by side."""
        return (
            dict(self.clear.to_dict())
            | dict(self.hota.to_dict())
            | {"id_switches_by_size": dict(self.switches_by_size)}
        )

    def __add__(self, other: "SequenceScores") -> "SequenceScores":
        return SequenceScores(
            clear=self.clear + other.clear,
            hota=self.hota + other.hota,
            switches_by_size={
                name: count + other.switches_by_size[name]
                for name, count in self.switches_by_size.items()
            },
        )


def evaluate_sequence(
    gt: MotTable, result: MotTable, *, iou_min: float = 0.5, rules: ClearRules | None = None
) -> SequenceScores:
    """Judge the tracks of one sequence.

    Args:
        gt: true boxes; `scores` are the marks.
        result: what a tracker says.
        iou_min: for all but HOTA, which has its own limits; above 0, at most 1.
        rules: by default those of MOTChallenge.

    Raises:
        UserError: no box of the ground truth counts, or a result box has no id.
        ValueError: `iou_min` is out of range.
    """
    frames = frames_to_judge(gt, result, iou_min=iou_min, rules=rules)
    accumulator = accumulate(frames, iou_min=iou_min)
    return SequenceScores(
        clear=scores_of(frames, accumulator),
        hota=hota_of_frames(frames),
        switches_by_size=count_by_size(switches_of(frames, accumulator), SIZE_BANDS),
    )


def overall(scores: Iterable[SequenceScores]) -> SequenceScores:
    """Return the scores over several sequences, each box weighing the same.

    Raises:
        ValueError: there is no sequence.
    """
    every = list(scores)
    if not every:
        raise ValueError("no sequence to combine")
    return reduce(add, every)
