"""HOTA: detection and association judged together, over all limits of overlap.

After Luiten et al., "HOTA" (IJCV 2021), sections 5 and 6: boxes are paired once a frame, by overlap
times how well the two tracks fit over the whole sequence (their equation 25 with the alignment made
soft, as the authors' own script does); each limit then counts the pairs that reach it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from trackmend_core.errors import UserError
from trackmend_core.evaluation.judged import JudgedFrame, judged_frames
from trackmend_core.evaluation.rules import ClearRules
from trackmend_core.types import BoolArray, Float64Array, IntArray, MotTable

ALPHAS: Float64Array = np.arange(1, 20) / 20
"""The limits of overlap, 0.05 to 0.95."""
_ROUNDING = float(np.finfo(np.float64).eps)
_USUAL_ALPHA = 9
_NONE: IntArray = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HotaScores:
    """Counts at each of `ALPHAS`, so that sequences can be added up; every ratio follows from them.

    Attributes:
        tp: (19,) float64, pairs that reach the limit.
        fp: result boxes without such a pair.
        fn: true boxes without one.
        association_sum: of each pair's association score, equation 6.
        recall_sum: of each pair's share of the true track that the result track covers.
        precision_sum: of each pair's share of the result track that lies on the true one.
        overlap_sum: of IoU over the pairs.
    """

    tp: Float64Array
    fp: Float64Array
    fn: Float64Array
    association_sum: Float64Array
    recall_sum: Float64Array
    precision_sum: Float64Array
    overlap_sum: Float64Array

    @property
    def deta_at(self) -> Float64Array:
        """Return (19,) detection accuracy: pairs among all boxes of either side."""
        return self.tp / np.maximum(1, self.tp + self.fp + self.fn)

    @property
    def assa_at(self) -> Float64Array:
        """Return (19,) association accuracy: how well tracks of a pair fit, the mean over pairs."""
        return self.association_sum / np.maximum(1, self.tp)

    @property
    def hota_at(self) -> Float64Array:
        """Return (19,) the geometric mean of the two."""
        return np.sqrt(self.deta_at * self.assa_at)

    @property
    def loca_at(self) -> Float64Array:
        """Return (19,) mean overlap of the pairs, 1 where there are none."""
        return np.where(self.tp > 0, self.overlap_sum / np.maximum(1, self.tp), 1.0)

    @property
    def hota(self) -> float:
        """Return the mean of HOTA over the limits, 0..1."""
        return float(self.hota_at.mean())

    @property
    def deta(self) -> float:
        """Return the mean detection accuracy."""
        return float(self.deta_at.mean())

    @property
    def assa(self) -> float:
        """Return the mean association accuracy."""
        return float(self.assa_at.mean())

    @property
    def loca(self) -> float:
        """Return the mean localisation accuracy."""
        return float(self.loca_at.mean())

    @property
    def assre(self) -> float:
        """Return the mean association recall: low where true tracks are cut in pieces."""
        return float((self.recall_sum / np.maximum(1, self.tp)).mean())

    @property
    def asspr(self) -> float:
        """Return the mean association precision: low where result tracks hold several people."""
        return float((self.precision_sum / np.maximum(1, self.tp)).mean())

    @property
    def hota_at_half(self) -> float:
        """Return HOTA at an overlap of 0.5."""
        return float(self.hota_at[_USUAL_ALPHA])

    def to_dict(self) -> dict[str, float | list[float]]:
        """Return means and the curves over `ALPHAS` as plain values."""
        means = ("hota", "deta", "assa", "loca", "assre", "asspr", "hota_at_half")
        curves = ("hota_at", "deta_at", "assa_at", "loca_at")
        return {name: getattr(self, name) for name in means} | {
            name: getattr(self, name).tolist() for name in curves
        }

    def __add__(self, other: "HotaScores") -> "HotaScores":
        return HotaScores(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__slots__}
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BoxPairs:
    """The boxes that HOTA pairs, over all frames.

    Attributes:
        frames: (P,) row of the frame.
        gt: (P,) row of the true track.
        result: (P,) row of the result track.
        overlaps: (P,) IoU.
        gt_lengths: boxes of every true track.
        result_lengths: boxes of every result track.
    """

    frames: IntArray
    gt: IntArray
    result: IntArray
    overlaps: Float64Array
    gt_lengths: Float64Array
    result_lengths: Float64Array

    def together(self, reached: BoolArray) -> Float64Array:
        """Return (true tracks, result tracks): in how many frames they are paired."""
        counts = np.zeros((len(self.gt_lengths), len(self.result_lengths)))
        np.add.at(counts, (self.gt[reached], self.result[reached]), 1)
        return counts

    def association(self, reached: BoolArray) -> Float64Array:
        """Return (P,) each pair's association score among the pairs that count, equation 6."""
        counts = self.together(reached)
        either = np.maximum(1, self.gt_lengths[:, None] + self.result_lengths - counts)
        scores: Float64Array = (counts / either)[self.gt, self.result]
        return scores


def evaluate_hota(
    gt: MotTable, result: MotTable, *, iou_min: float = 0.5, rules: ClearRules | None = None
) -> HotaScores:
    """Judge a result by ground truth, at every limit of overlap.

    Args:
        gt: true boxes; `scores` are the marks.
        result: what a tracker says.
        iou_min: for taking out what sits on a distractor; the measure has its own limits.
        rules: by default those of MOTChallenge.

    Raises:
        UserError: no box of the ground truth counts.
    """
    frames = judged_frames(gt, result, iou_min=iou_min, rules=rules or ClearRules())
    return hota_of_frames(frames)


def hota_of_frames(frames: Sequence[JudgedFrame]) -> HotaScores:
    """Judge frames that are already reduced to what counts.

    Raises:
        UserError: no box of the ground truth counts.
    """
    gt_total = sum(len(frame.gt_ids) for frame in frames)
    if not gt_total:
        raise UserError(
            "The ground truth has no box that counts.",
            "Rows count if their mark (column 7) is not 0 and their class (column 8) is 1.",
        )
    return _count(pair_boxes(frames))


def pair_boxes(frames: Sequence[JudgedFrame]) -> BoxPairs:
    """Pair the boxes of every frame, by overlap times how well their tracks fit on the whole."""
    tracks = _Tracks.of(frames)
    rows_of_frames, gt, result, overlaps = [_NONE], [_NONE], [_NONE], [np.zeros(0)]
    for number, frame in enumerate(frames):
        rows, columns = tracks.gt_rows[number], tracks.result_rows[number]
        overlap = 1.0 - frame.distances
        worth = tracks.alignment[np.ix_(rows, columns)] * overlap
        chosen = linear_sum_assignment(worth, maximize=True)
        rows_of_frames.append(np.full(len(chosen[0]), number, np.int64))
        gt.append(rows[chosen[0]])
        result.append(columns[chosen[1]])
        overlaps.append(overlap[chosen])
    return BoxPairs(
        frames=np.concatenate(rows_of_frames),
        gt=np.concatenate(gt),
        result=np.concatenate(result),
        overlaps=np.concatenate(overlaps),
        gt_lengths=tracks.gt_lengths,
        result_lengths=tracks.result_lengths,
    )


def reaches(pairs: BoxPairs, alpha: float) -> BoolArray:
    """Return (P,) which pairs overlap by at least a limit."""
    return np.asarray(pairs.overlaps >= alpha - _ROUNDING)


@dataclass(slots=True, eq=False, kw_only=True)
class _Tracks:
    """Both sides' tracks by row: how long they are, and how well each fits each."""

    gt_rows: list[IntArray]
    result_rows: list[IntArray]
    gt_lengths: Float64Array
    result_lengths: Float64Array
    alignment: Float64Array = field(default_factory=lambda: np.zeros((0, 0)))

    @classmethod
    def of(cls, frames: Sequence[JudgedFrame]) -> "_Tracks":
        gt_rows, gt_lengths = _rows([frame.gt_ids for frame in frames])
        result_rows, result_lengths = _rows([frame.result_ids for frame in frames])
        tracks = cls(
            gt_rows=gt_rows,
            result_rows=result_rows,
            gt_lengths=gt_lengths,
            result_lengths=result_lengths,
        )
        shared = np.zeros((len(gt_lengths), len(result_lengths)))
        for frame, rows, columns in zip(frames, gt_rows, result_rows, strict=True):
            overlap = 1.0 - frame.distances
            either = overlap.sum(axis=1, keepdims=True) + overlap.sum(axis=0) - overlap
            share = np.divide(overlap, either, out=np.zeros_like(overlap), where=either > _ROUNDING)
            shared[np.ix_(rows, columns)] += share
        tracks.alignment = shared / (gt_lengths[:, None] + result_lengths - shared)
        return tracks


def _rows(ids_of_frames: list[IntArray]) -> tuple[list[IntArray], Float64Array]:
    """Return each frame's ids as rows 0..T-1, and the (T,) number of boxes of each."""
    every = np.concatenate([_NONE, *ids_of_frames])
    _, rows, lengths = np.unique(every, return_inverse=True, return_counts=True)
    ends = np.cumsum([len(ids) for ids in ids_of_frames], dtype=np.int64)
    return np.split(rows.astype(np.int64), ends[:-1]), lengths.astype(np.float64)


def _count(pairs: BoxPairs) -> HotaScores:
    sums = {name: np.zeros(len(ALPHAS)) for name in HotaScores.__slots__}
    gt_lengths, result_lengths = pairs.gt_lengths, pairs.result_lengths
    for position, alpha in enumerate(ALPHAS.tolist()):
        reached = reaches(pairs, alpha)
        squared = pairs.together(reached) ** 2
        tp = int(reached.sum())
        sums["tp"][position] = tp
        sums["fn"][position] = gt_lengths.sum() - tp
        sums["fp"][position] = result_lengths.sum() - tp
        sums["overlap_sum"][position] = pairs.overlaps[reached].sum()
        sums["association_sum"][position] = pairs.association(reached)[reached].sum()
        sums["recall_sum"][position] = (squared / gt_lengths[:, None]).sum()
        sums["precision_sum"][position] = (squared / result_lengths).sum()
    return HotaScores(**sums)
