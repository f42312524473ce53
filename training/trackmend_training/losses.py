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

from trackmend_core.model.sampling import Objects, Samples, TorchSampler, one_per_object
from trackmend_training.choices import HeatMapLoss, IdentityLoss, RegressionLoss
from trackmend_training.loss_terms import (
    focal_heat_map_loss,
    focal_identity_loss,
    gather_at,
    is_taught,
    masked_l1_loss,
    masked_smooth_l1_loss,
    mse_heat_map_loss,
    overlap_loss,
    teacher_loss,
)

INITIAL_DETECTION_UNCERTAINTY = -1.85
INITIAL_IDENTITY_UNCERTAINTY = -1.05
FIXED_IDENTITY_WEIGHT = 0.1
FOCAL_PRIOR = 0.01


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LossCounts:
    """What the losses are means over, counted in the whole batch of a step.

    Attributes:
        images: in the batch.
        centres: cells of the heat maps that are 1.
        objects: real ones.
        known: objects with an identity.
        taught: objects the teacher says something of.
        parts: in how many parts the batch goes through the network.
    """

    images: float
    centres: float
    objects: float
    known: float
    taught: float
    parts: int = 1


def count_targets(targets: TargetBatch) -> LossCounts:
    """Count one batch, or one part of it."""
    taught = 0.0
    if targets.teacher is not None:
        taught = float(is_taught(targets.teacher, targets.mask).sum())
    return LossCounts(
        images=float(len(targets.heat_map)),
        centres=float(targets.heat_map.eq(1).sum()),
        objects=float(targets.mask.sum()),
        known=float(_is_known(targets).sum()),
        taught=taught,
    )


class FairMotLoss(nn.Module):
    """The joint loss; the identity classifier and the two uncertainties are its own parameters.

    Args:
        reid_dim: length of the embedding.
        identity_count: classes of the identity loss.
        size_weight: of the box loss beside heat map and offset.
        uncertainty: learnt task weights (equation 5); off: `detection + 0.1 identity`.
        teacher_weight: of the re-ID teacher beside the classes, inside the identity task.
        overlap_weight: of the boxes' overlap, inside the detection task.
        detection_only: leave identity out altogether; nothing of the loss learns then.
        heat_map_loss: how heat maps are compared.
        regression_loss: how boxes and offsets are compared.
        identity_loss: how identities are told apart.
        sampler: reads the embeddings; None takes the target cells, as the official code does.
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
        detection_only: bool = False,
        heat_map_loss: str = HeatMapLoss.FOCAL,
        regression_loss: str = RegressionLoss.L1,
        identity_loss: str = IdentityLoss.CROSS_ENTROPY,
        sampler: TorchSampler | None = None,
    ) -> None:
        super().__init__()
        self.identity_count = identity_count
        self.size_weight = size_weight
        self.uncertainty = uncertainty
        self.teacher_weight = teacher_weight
        self.overlap_weight = overlap_weight
        self.detection_only = detection_only
        self.heat_map_loss = heat_map_loss
        self.regression_loss = regression_loss
        self.identity_loss = identity_loss
        self.sampler = sampler
        self.emb_scale = math.sqrt(2) * math.log(max(identity_count - 1, 2))
        self.classifier = nn.Linear(reid_dim, max(identity_count, 1))
        if identity_loss == IdentityLoss.FOCAL:
            nn.init.normal_(self.classifier.weight, std=0.01)
            nn.init.constant_(self.classifier.bias, -math.log((1 - FOCAL_PRIOR) / FOCAL_PRIOR))
        self.s_det = nn.Parameter(torch.full((1,), INITIAL_DETECTION_UNCERTAINTY))
        self.s_id = nn.Parameter(torch.full((1,), INITIAL_IDENTITY_UNCERTAINTY))
        if detection_only:
            self.requires_grad_(False)
        elif not uncertainty:
            self.s_det.requires_grad_(False)
            self.s_id.requires_grad_(False)

    def start_from_prototypes(self, prototypes: Tensor) -> None:
        """Let each class begin at a known direction instead of a random one.

        Args:
            prototypes: (identity_count, reid_dim), e.g. the teacher's mean of each identity.
        """
        with torch.no_grad():
            self.classifier.weight.copy_(prototypes)
            self.classifier.bias.zero_()

    def forward(
        self, heads: dict[str, Tensor], targets: TargetBatch, counts: LossCounts | None = None
    ) -> dict[str, Tensor]:
        """Return `total` and its parts: `heat_map`, `size`, `offset`, `identity`.

        Where they have weight, `overlap` and `teacher` are there too.

        Args:
            heads: raw float32 outputs of a FairMOT network.
            targets: of the same images.
            counts: of the whole batch, if these images are a part of it; the totals of all parts
                then add up to that of the batch.
        """
        counts = counts or count_targets(targets)
        losses = self._detection_losses(heads, targets, counts)
        detection = losses["heat_map"] + self.size_weight * losses["size"] + losses["offset"]
        if self.overlap_weight:
            detection = detection + self.overlap_weight * losses["overlap"]
        if self.detection_only:
            return {"total": detection, **losses}
        samples = self._samples(heads, targets)
        identity = losses["identity"] = self._identity_loss(samples, targets, counts)
        if self.teacher_weight and targets.teacher is not None:
            embeddings = one_per_object(samples, count=targets.mask.numel())
            losses["teacher"] = teacher_loss(
                embeddings.reshape(targets.teacher.shape),
                targets.teacher,
                targets.mask,
                taught=counts.taught,
            )
            identity = identity + self.teacher_weight * losses["teacher"]
        return {"total": self._balance(detection, identity, parts=counts.parts), **losses}

    def _detection_losses(
        self, heads: dict[str, Tensor], targets: TargetBatch, counts: LossCounts
    ) -> dict[str, Tensor]:
        weight, objects = targets.negative_weight, counts.objects
        if self.heat_map_loss == HeatMapLoss.MSE:
            heat_map = mse_heat_map_loss(
                heads["hm"], targets.heat_map, weight, images=counts.images
            )
        else:
            heat_map = focal_heat_map_loss(
                heads["hm"], targets.heat_map, weight, centres=counts.centres
            )
        is_l1 = self.regression_loss == RegressionLoss.L1
        compare = masked_l1_loss if is_l1 else masked_smooth_l1_loss
        sizes = gather_at(heads["wh"], targets.cells)
        offsets = gather_at(heads["reg"], targets.cells)
        losses = {
            "heat_map": heat_map,
            "size": compare(sizes, targets.sizes, targets.mask, objects=objects),
            "offset": compare(offsets, targets.offsets, targets.mask, objects=objects),
        }
        if self.overlap_weight:
            losses["overlap"] = overlap_loss(sizes, targets.sizes, targets.mask, objects=objects)
        return losses

    def _samples(self, heads: dict[str, Tensor], targets: TargetBatch) -> Samples:
        """Return embeddings whose owners are slots, counted through all images."""
        if self.sampler is None:
            embeddings = functional.normalize(gather_at(heads["id"], targets.cells), dim=2)
            slots = torch.arange(targets.mask.numel(), device=targets.mask.device)
            return Samples(embeddings.flatten(0, 1), slots)
        slots = targets.mask.flatten().nonzero().squeeze(1)
        samples = self.sampler(heads, objects_of(targets, slots, width=heads["id"].shape[3]))
        return Samples(samples.embeddings, slots[samples.owners])

    def _identity_loss(self, samples: Samples, targets: TargetBatch, counts: LossCounts) -> Tensor:
        embeddings, owners = samples
        known = _is_known(targets).flatten()[owners]
        # Every parameter takes part in every batch: devices wait for each other's gradients.
        nothing = embeddings.sum() * 0.0 + sum(p.sum() * 0.0 for p in self.classifier.parameters())
        if not bool(known.any()):
            return nothing
        logits = self.classifier(self.emb_scale * embeddings[known])
        identities = targets.identities.flatten()[owners[known]]
        # An object that is read at several places counts once: their mean.
        weights = 1 / torch.bincount(owners)[owners[known]]
        if self.identity_loss == IdentityLoss.FOCAL:
            total = focal_identity_loss(logits, identities, weights)
        else:
            each = functional.cross_entropy(logits, identities, reduction="none")
            total = (each * weights).sum()
        return total / max(counts.known, 1.0)

    def _balance(self, detection: Tensor, identity: Tensor, *, parts: int) -> Tensor:
        if not self.uncertainty:
            return detection + FIXED_IDENTITY_WEIGHT * identity
        weighted = torch.exp(-self.s_det) * detection + torch.exp(-self.s_id) * identity
        return 0.5 * (weighted + (self.s_det + self.s_id) / parts).squeeze(0)


def _is_known(targets: TargetBatch) -> Tensor:
    return (targets.mask > 0) & (targets.identities >= 0)


def objects_of(targets: TargetBatch, slots: Tensor, *, width: int) -> Objects:
    """Return what samplers need of objects: box and centre, as the targets have them.

    Args:
        targets: of the batch.
        slots: (N,) int64, slots counted through all images.
        width: of the heads, cells.
    """
    cells = targets.cells.flatten()[slots]
    corners = torch.stack((cells % width, cells // width), 1)
    centres = corners + targets.offsets.flatten(0, 1)[slots]
    sizes = targets.sizes.flatten(0, 1)[slots]
    to_edges = sizes if sizes.shape[1] == 4 else torch.cat((sizes, sizes), 1) / 2
    boxes = torch.cat((centres - to_edges[:, :2], centres + to_edges[:, 2:]), 1)
    return Objects(slots // targets.mask.shape[1], boxes, centres)
