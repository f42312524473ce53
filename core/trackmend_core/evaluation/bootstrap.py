"""How sure a change between two results is: blocks of frames drawn again and again.

The pairing of tracks is that of the whole stretch; what is drawn anew is which of its frames are
looked at, in blocks because neighbouring frames say nearly the same (Kuensch 1989), and the same
ones for both results. So the interval tells how much the change hangs on a few moments. It does not
know about people who are not in the stretch.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from trackmend_core.evaluation.clear import accumulate, frames_to_judge
from trackmend_core.evaluation.events import switches_of
from trackmend_core.evaluation.hota import ALPHAS, pair_boxes, reaches
from trackmend_core.evaluation.judged import JudgedFrame
from trackmend_core.evaluation.rules import ClearRules
from trackmend_core.types import Float64Array, MotTable

DRAWS = 2000
LEVEL = 0.9
FEWEST_BLOCKS = 8
LONGEST_BLOCK = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How much a figure changed, and between which limits 90 of 100 drawings lie."""

    before: float
    after: float
    low: float
    high: float

    @property
    def value(self) -> float:
        """Return the change."""
        return self.after - self.before

    @property
    def is_surely_worse(self) -> bool:
        """Return whether the whole interval lies below zero."""
        return self.high < 0

    def to_dict(self) -> dict[str, float]:
        """Return plain values."""
        return {**asdict(self), "value": self.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What became of IDF1 and HOTA (0..1) and of the number of identity switches."""

    idf1: Change
    hota: Change
    id_switches: Change

    def to_dict(self) -> dict[str, dict[str, float]]:
        """Return plain values."""
        return {name: getattr(self, name).to_dict() for name in self.__slots__}


@dataclass(frozen=True, slots=True, eq=False)
class _Tallies:
    """Sums of every frame that add up to the figures of the whole, (F, C)."""

    sums: Float64Array


def compare_results(
    gt: MotTable,
    before: MotTable,
    after: MotTable,
    *,
    iou_min: float = 0.5,
    rules: ClearRules | None = None,
    seed: int = 0,
) -> Changes:
    """Return how the figures of two results of the same frames differ.

    Raises:
        UserError: no box of the ground truth counts, or a result box has no id.
    """
    numbers = np.unique(np.concatenate([gt.frames, before.frames, after.frames]))
    first, second = (
        _tallies(gt, result, numbers=numbers.tolist(), iou_min=iou_min, rules=rules)
        for result in (before, after)
    )
    weights = _draw_blocks(len(numbers), seed=seed)
    return Changes(
        idf1=_change(_idf1, first, second, weights),
        hota=_change(_hota, first, second, weights),
        id_switches=_change(_switches, first, second, weights),
    )


def _change(
    figure: Callable[[Float64Array], Float64Array],
    before: _Tallies,
    after: _Tallies,
    weights: Float64Array,
) -> Change:
    drawn = figure(weights @ after.sums) - figure(weights @ before.sums)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    whole = np.ones((1, len(before.sums)))
    return Change(
        before=float(figure(whole @ before.sums)[0]),
        after=float(figure(whole @ after.sums)[0]),
        low=float(low),
        high=float(high),
    )


def _draw_blocks(frame_count: int, *, seed: int) -> Float64Array:
    """Return (DRAWS, frame_count): how often each frame is looked at in each drawing."""
    length = max(1, min(LONGEST_BLOCK, frame_count // FEWEST_BLOCKS))
    block_of = np.arange(frame_count) // length
    count = int(block_of[-1]) + 1
    drawn = np.random.default_rng(seed).integers(0, count, (DRAWS, count))
    times = np.stack([np.bincount(row, minlength=count) for row in drawn])
    return times[:, block_of].astype(np.float64)


def _tallies(
    gt: MotTable,
    result: MotTable,
    *,
    numbers: list[int],
    iou_min: float,
    rules: ClearRules | None,
) -> _Tallies:
    judged = frames_to_judge(gt, result, iou_min=iou_min, rules=rules)
    row_of = {number: row for row, number in enumerate(numbers)}
    rows = np.array([row_of[frame.number] for frame in judged], np.int64)
    identity = np.zeros((len(numbers), 4))
    identity[rows, 0] = _right_identities(judged, iou_min=iou_min)
    identity[rows, 1] = [len(frame.gt_ids) for frame in judged]
    identity[rows, 2] = [len(frame.result_ids) for frame in judged]
    for event in switches_of(judged, accumulate(judged, iou_min=iou_min)):
        identity[row_of[event.frame], 3] += 1
    hota = np.zeros((len(numbers), 2 * len(ALPHAS)))
    pairs = pair_boxes(judged)
    for column, alpha in enumerate(ALPHAS.tolist()):
        reached = reaches(pairs, alpha)
        at = rows[pairs.frames[reached]]
        np.add.at(hota[:, column], at, 1)
        np.add.at(hota[:, len(ALPHAS) + column], at, pairs.association(reached)[reached])
    return _Tallies(np.concatenate([identity, hota], axis=1))


def _right_identities(judged: list[JudgedFrame], *, iou_min: float) -> list[int]:
    """Return how many boxes of every frame carry the identity that is right on the whole."""
    gt_ids = sorted({i for frame in judged for i in frame.gt_ids.tolist()})
    result_ids = sorted({i for frame in judged for i in frame.result_ids.tolist()})
    shared = np.zeros((len(gt_ids), len(result_ids)))
    places = []
    for frame in judged:
        rows = np.searchsorted(gt_ids, frame.gt_ids)
        columns = np.searchsorted(result_ids, frame.result_ids)
        close = frame.distances <= 1 - iou_min
        shared[np.ix_(rows, columns)] += close
        places.append((rows, columns, close))
    chosen = np.zeros(shared.shape, np.bool_)
    chosen[linear_sum_assignment(shared, maximize=True)] = True
    return [int((chosen[np.ix_(r, c)] & close).sum()) for r, c, close in places]


def _idf1(sums: Float64Array) -> Float64Array:
    return 2 * sums[:, 0] / np.maximum(1, sums[:, 1] + sums[:, 2])


def _switches(sums: Float64Array) -> Float64Array:
    return sums[:, 3]


def _hota(sums: Float64Array) -> Float64Array:
    boxes = (sums[:, 1] + sums[:, 2])[:, None]
    tp, association = np.split(sums[:, 4:], 2, axis=1)
    detection = tp / np.maximum(1, boxes - tp)
    return np.asarray(np.sqrt(detection * association / np.maximum(1, tp)).mean(axis=1))
