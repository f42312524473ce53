"""The joint loss: focal heat map, L1 box and offset, identity classification, uncertainty weights.

Follows FairMOT equations 1 to 5 in the official code's numerics, see `FairMotLoss`. Beyond it: a
batch without objects or without identities gives a finite loss (the official one turns NaN), cells
may be left out of the heat map's negatives, a re-ID teacher's embeddings can be learnt beside the
classes, and the overlap of boxes beside their sides.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

PROBABILITY_MARGIN = 1e-4
MASK_MARGIN = 1e-4
INITIAL_DETECTION_UNCERTAINTY = -1.85
INITIAL_IDENTITY_UNCERTAINTY = -1.05


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TargetBatch:
    """`Targets` of B images as tensors on the network's device, K slots each.

    Attributes:
        heat_map: (B, classes, h, w) float32.
        mask: (B, K) uint8.
        cells: (B, K) int64.
        sizes: (B, K, 4 or 2) float32.
        offsets: (B, K, 2) float32.
        identities: (B, K) int64, -1 for none.
        negative_weight: (B, 1, h, w) float32; 0 where a peak is neither right nor wrong.
        teacher: (B, K, D) float32, unit length, or zero where the teacher says nothing.
    """

    heat_map: Tensor
    mask: Tensor
    cells: Tensor
    sizes: Tensor
    offsets: Tensor
    identities: Tensor
    negative_weight: Tensor | None = None
    teacher: Tensor | None = None


def gather_at(feature_map: Tensor, cells: Tensor) -> Tensor:
    """Return (B, K, C): the vectors of a (B, C, h, w) map at flat cell indices (B, K)."""
    flat = feature_map.flatten(2).transpose(1, 2)
    return flat.gather(1, cells.unsqueeze(2).expand(-1, -1, flat.shape[2]))


def focal_heat_map_loss(
    logits: Tensor, target: Tensor, negative_weight: Tensor | None = None
) -> Tensor:
    """Return the penalty-reduced focal loss over the number of centres (equation 1).

    Args:
        logits: (B, classes, h, w) before the sigmoid.
        target: same shape, 1 exactly at centres.
        negative_weight: (B, 1, h, w), multiplies the negatives; None for all 1.
    """
    p = torch.clamp(torch.sigmoid(logits), PROBABILITY_MARGIN, 1 - PROBABILITY_MARGIN)
    is_centre = target.eq(1)
    positive = torch.log(p) * (1 - p) ** 2 * is_centre
    negative = torch.log(1 - p) * p**2 * (1 - target) ** 4 * ~is_centre
    if negative_weight is not None:
        negative = negative * negative_weight
    centres = is_centre.sum()
    return -(positive.sum() + negative.sum()) / centres.clamp(min=1)


def masked_l1_loss(predicted: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Return the mean absolute difference over the coordinates of real objects.

    Args:
        predicted: (B, K, C).
        target: same shape.
        mask: (B, K), 1 for real objects.
    """
    weight = mask.unsqueeze(2).expand_as(target).float()
    difference = functional.l1_loss(predicted * weight, target * weight, reduction="sum")
    return difference / (weight.sum() + MASK_MARGIN)


def overlap_loss(predicted: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of 1 - IoU over real objects, boxes around the same centre; 0 without any.

    Unlike the difference of the sides it counts what is relative to the size of the box.

    Args:
        predicted: (B, K, 4) left, top, right, bottom or (B, K, 2) width, height; cells.
        target: same shape.
        mask: (B, K), 1 for real objects.
    Source: UnitBox (Yu et al. 2016), in the linear form of FCOS.
    """
    rows = mask > 0
    if not bool(rows.any()):
        return predicted.sum() * 0.0
    ours, true = predicted[rows].clamp(min=0), target[rows].clamp(min=0)
    sides = ours.shape[1] // 2

    def area(sizes: Tensor) -> Tensor:
        return sizes.reshape(-1, sides, 2).sum(dim=1).prod(dim=1)

    shared = area(torch.minimum(ours, true))
    union = area(ours) + area(true) - shared
    return (1 - shared / union.clamp(min=MASK_MARGIN)).mean()


class FairMotLoss(nn.Module):
    """The joint loss; the identity classifier and the two uncertainties are its own parameters.

    Args:
        reid_dim: length of the embedding.
        identity_count: classes of the identity loss.
        size_weight: of the box loss beside heat map and offset.
        uncertainty: learnt task weights (equation 5); off: `detection + 0.1 identity`.
        teacher_weight: of the re-ID teacher beside the classes, inside the identity task.
        overlap_weight: of the boxes' overlap, inside the detection task.
    """

    def __init__(
        self,
        *,
        reid_dim: int,
        identity_count: int,
        size_weight: float = 0.1,
        uncertainty: bool = True,
        teacher_weight: float = 0.0,
        overlap_weight: float = 0.0,
    ) -> None:
        super().__init__()
        self.identity_count = identity_count
        self.size_weight = size_weight
        self.uncertainty = uncertainty
        self.teacher_weight = teacher_weight
        self.overlap_weight = overlap_weight
        self.emb_scale = math.sqrt(2) * math.log(max(identity_count - 1, 2))
        self.classifier = nn.Linear(reid_dim, max(identity_count, 1))
        self.s_det = nn.Parameter(torch.full((1,), INITIAL_DETECTION_UNCERTAINTY))
        self.s_id = nn.Parameter(torch.full((1,), INITIAL_IDENTITY_UNCERTAINTY))

    def start_from_prototypes(self, prototypes: Tensor) -> None:
        """Let each class begin at a known direction instead of a random one.

        Args:
            prototypes: (identity_count, reid_dim), e.g. the teacher's mean of each identity.
        """
        with torch.no_grad():
            self.classifier.weight.copy_(prototypes)
            self.classifier.bias.zero_()

    def forward(self, heads: dict[str, Tensor], targets: TargetBatch) -> dict[str, Tensor]:
        """Return `total` and its parts: `heat_map`, `size`, `offset`, `identity`.

        Where they have weight, `overlap` and `teacher` are there too.

        Args:
            heads: raw float32 outputs of a FairMOT network.
            targets: of the same images.
        """
        heat_map = focal_heat_map_loss(heads["hm"], targets.heat_map, targets.negative_weight)
        sizes = gather_at(heads["wh"], targets.cells)
        offsets = gather_at(heads["reg"], targets.cells)
        size = masked_l1_loss(sizes, targets.sizes, targets.mask)
        offset = masked_l1_loss(offsets, targets.offsets, targets.mask)
        losses = {"heat_map": heat_map, "size": size, "offset": offset}
        embeddings = functional.normalize(gather_at(heads["id"], targets.cells), dim=2)
        identity = losses["identity"] = self._identity_loss(embeddings, targets)
        if self.teacher_weight and targets.teacher is not None:
            losses["teacher"] = _teacher_loss(embeddings, targets.teacher, targets.mask)
            identity = identity + self.teacher_weight * losses["teacher"]
        detection = heat_map + self.size_weight * size + offset
        if self.overlap_weight:
            losses["overlap"] = overlap_loss(sizes, targets.sizes, targets.mask)
            detection = detection + self.overlap_weight * losses["overlap"]
        return {"total": self._balance(detection, identity), **losses}

    def _identity_loss(self, embeddings: Tensor, targets: TargetBatch) -> Tensor:
        known = (targets.mask > 0) & (targets.identities >= 0)
        if not bool(known.any()):
            return embeddings.sum() * 0.0
        logits = self.classifier(self.emb_scale * embeddings[known])
        return functional.cross_entropy(logits, targets.identities[known])

    def _balance(self, detection: Tensor, identity: Tensor) -> Tensor:
        if not self.uncertainty:
            return detection + 0.1 * identity
        weighted = torch.exp(-self.s_det) * detection + torch.exp(-self.s_id) * identity
        return 0.5 * (weighted + self.s_det + self.s_id).squeeze(0)


def _teacher_loss(embeddings: Tensor, teacher: Tensor, mask: Tensor) -> Tensor:
    """Return the mean cosine distance to the teacher, 0 where no object has one."""
    known = (mask > 0) & (teacher.abs().sum(2) > 0)
    if not bool(known.any()):
        return embeddings.sum() * 0.0
    return (1 - (embeddings[known] * teacher[known]).sum(1)).mean()
