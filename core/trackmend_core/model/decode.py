"""From raw heads to detections: peaks of the heat map, boxes, embeddings (CenterNet, FairMOT 3.4).

Follows the official decoding and differs where it changes no number: embeddings are scaled to unit
length after they have been read at the peaks, not over the whole map before; where there are fewer
peaks than asked for, no zeros are added; equal scores come in the order of their cells. On a
graphics card everything up to the kept peaks stays there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, inf, log

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from trackmend_core.types import FloatArray, IntArray

Heads = Mapping[str, Tensor | FloatArray]
"""{"hm", "wh", "id"} and, unless centres are middles of cells, "reg"; each (1, C, h, w), raw."""

EPSILON = 1e-12
_ROUNDING, _LOGIT_ROUNDING = 1e-6, 1e-3
"""What rounding can do at most to a score and, below `_SATURATED`, to its logit."""
_SATURATED = 0.99
"""Above it nearby logits are not told apart by their scores any more."""
_SAMPLED = 16
_CANDIDATES_A_PEAK = 4
"""A bound is chosen so that so many cells per wanted peak lie above it."""
_MIDDLE = np.full((2, 1), 0.5, np.float32)
_LARGEST_LOGIT = 80.0
"""Below the negative of it a score is 0 in float32, and the exponential leaves the range."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Detections:
    """What the heads say, best first, in units of the stride-4 grid.

    Attributes:
        boxes_xyxy: (N, 4) float32, cells, not clipped.
        scores: (N,) float32, 0..1.
        class_ids: (N,) int64, 0-based.
        embeddings: (N, D) float32, unit length.
        peak_indices: (N,) int64, row * w + column of the peak.
    """

    boxes_xyxy: FloatArray
    scores: FloatArray
    class_ids: IntArray
    embeddings: FloatArray
    peak_indices: IntArray

    def __len__(self) -> int:
        return len(self.scores)


def decode(heads: Heads, *, max_detections: int = 500, min_score: float = 0.0) -> Detections:
    """Find the best peaks and read box and embedding at each.

    Args:
        heads: raw network output for a batch of one, torch (any device) or numpy.
        max_detections: at most so many peaks, over all classes together.
        min_score: peaks at or below it are left out, 0..1.

    Raises:
        ValueError: the batch is not of one, or the size head has neither 2 nor 4 channels.
    """
    if any(len(head) != 1 for head in heads.values()):
        raise ValueError("decode takes one frame at a time")
    heatmap = heads["hm"]
    find = _peaks_on_a_card if _is_on_a_card(heatmap) else _peaks_on_the_cpu
    scores, class_ids, cells = find(heatmap, count=max_detections, min_score=min_score)
    width = heatmap.shape[-1]
    rows, columns = np.divmod(cells, width)
    features = np.ascontiguousarray(_at_cells(heads["id"], cells).T)
    lengths = np.sqrt(np.vecdot(features, features))
    features /= np.maximum(lengths, EPSILON, out=lengths)[:, None]
    shifts = _at_cells(heads["reg"], cells) if "reg" in heads else _MIDDLE
    return Detections(
        boxes_xyxy=_boxes((columns, rows), shifts, _at_cells(heads["wh"], cells)),
        scores=scores,
        class_ids=class_ids,
        embeddings=features,
        peak_indices=cells,
    )


def _is_on_a_card(head: Tensor | FloatArray) -> bool:
    return isinstance(head, Tensor) and head.device.type != "cpu"


def _as_array(head: Tensor | FloatArray) -> FloatArray:
    if isinstance(head, Tensor):
        if head.device.type == "cpu" and head.dtype == torch.float32:
            return head.detach().numpy()
        return head.detach().float().cpu().numpy()
    return np.asarray(head, np.float32)


def _peaks_on_the_cpu(
    heatmap: Tensor | FloatArray, *, count: int, min_score: float
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return scores, classes and cells of the highest peaks of a (1, classes, h, w) heat map.

    Only cells that can be among them are looked at more closely: those above the lowest score, and
    if these are many, first those above what a sample says should be enough.
    """
    logits = _as_array(heatmap)[0]
    lowest = _logit(min_score)
    bound = min(_likely_bound(logits, _CANDIDATES_A_PEAK * count), _logit(_SATURATED))
    if bound > lowest:
        # No cell below the bound has so high a score: the best above it are the best of all.
        surely = max(min_score, _score(bound) + _ROUNDING)
        values, found = _peaks_above(logits, bound, min_score=surely)
    if bound <= lowest or len(found) < count:
        values, found = _peaks_above(logits, lowest, min_score=min_score)
    if len(found) > count > 0:
        place = len(found) - count
        lowest_kept = np.partition(values, place)[place]
        kept = (values >= lowest_kept).nonzero()[0]  # all that are equal to it: order decides below
        found, values = found.take(kept), values.take(kept)
    order = np.argsort(-values, kind="stable")[:count]  # equal ones stay by rising cell
    found = found.take(order)
    class_ids, cells = (
        (np.zeros_like(found), found) if len(logits) == 1 else np.divmod(found, logits[0].size)
    )
    return values.take(order), class_ids, cells


def _peaks_above(
    logits: FloatArray, bound: float, *, min_score: float
) -> tuple[FloatArray, IntArray]:
    """Return scores and flat places, rising, of the peaks among the cells above a logit.

    Peaks are sought among the scores, as in the official code: where large logits saturate,
    neighbours are equal and all of them are peaks.
    """
    height, width = logits.shape[1:]
    flat = logits.reshape(-1)
    places = (flat > bound).nonzero()[0].astype(np.int64, copy=False)
    rows, columns = np.divmod(places, width)
    if len(logits) > 1:
        rows %= height
    above = np.where(rows > 0, -width, 0)
    below = np.where(rows < height - 1, width, 0)
    left, right = places - (columns > 0), places + (columns < width - 1)
    own = flat.take(places)
    highest = own.copy()
    for column in (left, places, right):
        for row in (above, 0, below):
            np.maximum(highest, flat.take(column + row), out=highest)
    scores = _scores(own)
    peaks = ((scores >= _scores(highest)) & (scores > min_score)).nonzero()[0]
    return scores.take(peaks), places.take(peaks)


def _likely_bound(logits: FloatArray, wanted: int) -> float:
    """Return a logit that about so many cells exceed, from every n-th of them; -inf if too few."""
    sample = logits.reshape(-1)[::_SAMPLED]
    place = len(sample) - wanted // _SAMPLED
    is_fewer = 0 < place < len(sample)
    return float(np.partition(sample, place)[place]) if is_fewer else -inf


def _logit(score: float) -> float:
    """Return a logit that lies surely below those of higher scores than the given one."""
    score = min(score, _SATURATED)
    return log(score / (1.0 - score)) - _LOGIT_ROUNDING if score > 0 else -inf


def _score(logit: float) -> float:
    return 1.0 / (1.0 + exp(-logit)) if logit > -_LARGEST_LOGIT else 0.0


def _scores(logits: FloatArray) -> FloatArray:
    """Return the logistic function."""
    scores = np.negative(logits)
    np.minimum(scores, _LARGEST_LOGIT, out=scores)
    np.exp(scores, out=scores)
    scores += 1
    return np.reciprocal(scores, out=scores)


def _peaks_on_a_card(
    heatmap: Tensor | FloatArray, *, count: int, min_score: float
) -> tuple[FloatArray, IntArray, IntArray]:
    """Do what `_peaks_on_the_cpu` does where the heat map is, and fetch the kept peaks only."""
    assert isinstance(heatmap, Tensor)
    scores = torch.sigmoid(heatmap.detach().float())
    is_peak = (functional.max_pool2d(scores, 3, stride=1, padding=1) == scores) & (
        scores > min_score
    )
    # A stable sort keeps equal scores in the order of their cells, which `topk` does not promise.
    values, cells = torch.where(is_peak, scores, -1.0).flatten().sort(descending=True, stable=True)
    kept = values[:count].cpu().numpy()
    kept = kept[kept >= 0]
    found = cells[: len(kept)].cpu().numpy()
    class_ids, places = np.divmod(found, heatmap.shape[-1] * heatmap.shape[-2])
    return kept, class_ids, places


def _at_cells(head: Tensor | FloatArray, cells: IntArray) -> FloatArray:
    """Return (C, N) float32: the values of a (1, C, h, w) head at flat cells."""
    if isinstance(head, Tensor) and (head.device.type != "cpu" or head.dtype != torch.float32):
        places = torch.from_numpy(cells).to(head.device)
        picked = head.detach()[0].flatten(1).index_select(1, places)
        return picked.float().cpu().numpy()
    planes = _as_array(head)[0]
    # In one thread: waking torch's others takes longer while the network has the processor.
    values: FloatArray = planes.reshape(len(planes), -1).take(cells, axis=1, mode="clip")
    return values


def _boxes(cells: tuple[IntArray, IntArray], shifts: FloatArray, sizes: FloatArray) -> FloatArray:
    """Return (N, 4) boxes.

    Args:
        cells: columns and rows, each (N,).
        shifts: (2, N) or (2, 1), of the centres within their cells.
        sizes: (4, N) left, top, right, bottom or (2, N) width, height.
    """
    if len(sizes) not in (2, 4):
        raise ValueError(f"the size head has {len(sizes)} channels; 2 or 4 are possible")
    sides = sizes if len(sizes) == 4 else np.concatenate((sizes, sizes)) / 2
    boxes = np.empty_like(sides)
    for axis in range(2):
        centre = cells[axis].astype(np.float32) + shifts[axis]
        np.subtract(centre, sides[axis], out=boxes[axis])
        np.add(centre, sides[2 + axis], out=boxes[2 + axis])
    return np.ascontiguousarray(boxes.T)
