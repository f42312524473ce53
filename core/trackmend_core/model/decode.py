"""From raw heads to detections: peaks of the heat map, boxes, embeddings (CenterNet, FairMOT 3.4).

Follows the official decoding and differs in one place that changes no number: embeddings are scaled
to unit length after they have been gathered at the peaks, not over the whole map before.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from trackmend_core.types import FloatArray, IntArray

Heads = Mapping[str, Tensor | FloatArray]
"""{"hm", "wh", "id"} and, unless centres are whole cells, "reg"; each (1, C, h, w), raw."""

EPSILON = 1e-12


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


@torch.inference_mode()
def decode(heads: Heads, *, max_detections: int = 500) -> Detections:
    """Find the best peaks and read box and embedding at each.

    Args:
        heads: raw network output for a batch of one, torch (any device) or numpy.
        max_detections: how many peaks to return; fewer if the grid has fewer cells.

    Raises:
        ValueError: the batch is not of one, or the size head has neither 2 nor 4 channels.
    """
    tensors = {name: torch.as_tensor(head).detach() for name, head in heads.items()}
    if any(len(head) != 1 for head in tensors.values()):
        raise ValueError("decode takes one frame at a time")
    width = tensors["hm"].shape[-1]
    scores, class_ids, peaks = _best_peaks(tensors["hm"], max_detections)
    x, y = (peaks % width).float(), (peaks // width).float()
    if "reg" in tensors:
        shift_x, shift_y = _gather(tensors["reg"], peaks).unbind(1)
        x, y = x + shift_x, y + shift_y
    else:
        x, y = x + 0.5, y + 0.5
    boxes = _boxes(x, y, _gather(tensors["wh"], peaks))
    embeddings = functional.normalize(_gather(tensors["id"], peaks), dim=1, eps=EPSILON)
    return Detections(
        boxes_xyxy=boxes.cpu().numpy(),
        scores=scores.cpu().numpy(),
        class_ids=class_ids.cpu().numpy(),
        embeddings=embeddings.cpu().numpy(),
        peak_indices=peaks.cpu().numpy(),
    )


def _best_peaks(heatmap: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return scores, classes and cells of the `count` highest peaks over all classes."""
    scores = torch.sigmoid(heatmap.float())
    highest = functional.max_pool2d(scores, 3, stride=1, padding=1)
    # In place of the official hm * keep: the same zeros, one pass less.
    scores = torch.where(highest == scores, scores, 0.0)[0].flatten(1)
    per_class, cells = torch.topk(scores, min(count, scores.shape[1]), dim=1)
    best, ranks = torch.topk(per_class.flatten(), min(count, per_class.shape[1]))
    return best, ranks // per_class.shape[1], cells.flatten()[ranks]


def _gather(head: Tensor, cells: Tensor) -> Tensor:
    """Return (N, C) float32: the values of a (1, C, h, w) head at flat cells."""
    return head[0].flatten(1)[:, cells].T.float()


def _boxes(x: Tensor, y: Tensor, sizes: Tensor) -> Tensor:
    """Return (N, 4) boxes from centres (N,) and (N, 4) ltrb or (N, 2) width, height."""
    if sizes.shape[1] == 4:
        left, top, right, bottom = sizes.unbind(1)
        return torch.stack((x - left, y - top, x + right, y + bottom), 1)
    if sizes.shape[1] == 2:
        half_w, half_h = (sizes / 2).unbind(1)
        return torch.stack((x - half_w, y - half_h, x + half_w, y + half_h), 1)
    raise ValueError(f"the size head has {sizes.shape[1]} channels; 2 or 4 are possible")
