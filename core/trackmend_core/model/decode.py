"""From raw heads to detections: peaks of the heat map, boxes, embeddings (CenterNet, FairMOT 3.4).

Follows the official decoding and differs where it changes no number: embeddings are scaled to unit
length after they have been read at the peaks, not over the whole map before; where there are fewer
peaks than asked for, no zeros are added; equal scores come in the order of their cells. On a
graphics card everything up to the kept peaks stays there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from trackmend_core.types import FloatArray, IntArray

Heads = Mapping[str, Tensor | FloatArray]
"""{"hm", "wh", "id"} and, unless centres are middles of cells, "reg"; each (1, C, h, w), raw."""

EPSILON = 1e-12
_LARGEST_LOGIT = 80.0
"""Beyond it the logistic function is 0 or 1 in float32, and its exponential leaves the range."""
_NEIGHBOURHOOD = np.ones((3, 3), np.uint8)


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
    corners = np.stack((cells % width, cells // width), 1).astype(np.float32)
    shifts = _at_cells(heads["reg"], cells) if "reg" in heads else np.float32(0.5)
    features = _at_cells(heads["id"], cells)
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return Detections(
        boxes_xyxy=_boxes(corners + shifts, _at_cells(heads["wh"], cells)),
        scores=scores,
        class_ids=class_ids,
        embeddings=features / np.maximum(lengths, EPSILON),
        peak_indices=cells,
    )


def _is_on_a_card(head: Tensor | FloatArray) -> bool:
    return isinstance(head, Tensor) and head.device.type != "cpu"


def _as_array(head: Tensor | FloatArray) -> FloatArray:
    if isinstance(head, Tensor):
        return head.detach().float().cpu().numpy()
    return np.asarray(head, np.float32)


def _peaks_on_the_cpu(
    heatmap: Tensor | FloatArray, *, count: int, min_score: float
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return scores, classes and cells of the highest peaks of a (1, classes, h, w) heat map."""
    logits = _as_array(heatmap)[0]
    # Peaks are sought among the scores, as in the official code: where large logits saturate,
    # neighbours are equal and all of them are peaks.
    exponents = np.clip(logits, -_LARGEST_LOGIT, _LARGEST_LOGIT)
    scores = np.reciprocal(1 + np.exp(-exponents))
    highest = np.stack([cv2.dilate(plane, _NEIGHBOURHOOD) for plane in scores])
    found = np.flatnonzero((scores == highest) & (scores > min_score))
    values = scores.reshape(-1)[found]
    if len(found) > count > 0:
        lowest_kept = -np.partition(-values, count - 1)[count - 1]
        kept = values >= lowest_kept  # all that are equal to it too: their order decides below
        found, values = found[kept], values[kept]
    order = np.lexsort((found, -values))[:count]
    class_ids, cells = np.divmod(found[order].astype(np.int64), logits[0].size)
    return values[order], class_ids, cells


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
    """Return (N, C) float32: the values of a (1, C, h, w) head at flat cells."""
    if isinstance(head, Tensor) and (head.device.type != "cpu" or head.dtype != torch.float32):
        places = torch.from_numpy(cells).to(head.device)
        picked = head.detach()[0].flatten(1).index_select(1, places)
        return np.ascontiguousarray(picked.float().cpu().numpy().T)
    planes = _as_array(head)[0]
    taken = np.take(planes.reshape(len(planes), -1), cells, axis=1)
    return np.ascontiguousarray(taken.T)


def _boxes(centres: FloatArray, sizes: FloatArray) -> FloatArray:
    """Return (N, 4) boxes from centres (N, 2) and (N, 4) ltrb or (N, 2) width, height."""
    if sizes.shape[1] == 4:
        return np.concatenate((centres - sizes[:, :2], centres + sizes[:, 2:]), 1)
    if sizes.shape[1] == 2:
        return np.concatenate((centres - sizes / 2, centres + sizes / 2), 1)
    raise ValueError(f"the size head has {sizes.shape[1]} channels; 2 or 4 are possible")
