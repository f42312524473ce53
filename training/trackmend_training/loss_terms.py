"""The single terms of the joint loss: heat map, box, offset, overlap, identity, teacher.

Each is a sum over one part of a step's batch, divided by a count over the whole of it; so the terms
of the parts (micro-batches, devices) add up to that of the batch, however it was split.
"""

import torch
from torch import Tensor
from torch.nn import functional

PROBABILITY_MARGIN = 1e-4
MASK_MARGIN = 1e-4
FOCAL_ALPHA, FOCAL_GAMMA = 0.25, 2.0
SMALLEST_UNION = 1e-4


def gather_at(feature_map: Tensor, cells: Tensor) -> Tensor:
    """Return (B, K, C): the vectors of a (B, C, h, w) map at flat cell indices (B, K)."""
    flat = feature_map.flatten(2).transpose(1, 2)
    return flat.gather(1, cells.unsqueeze(2).expand(-1, -1, flat.shape[2]))


def focal_heat_map_loss(
    logits: Tensor,
    target: Tensor,
    negative_weight: Tensor | None = None,
    *,
    centres: float | None = None,
) -> Tensor:
    """Return the penalty-reduced focal loss over the number of centres (equation 1).

    Args:
        logits: (B, classes, h, w) before the sigmoid.
        target: same shape, 1 exactly at centres.
        negative_weight: (B, 1, h, w), multiplies the negatives; None for all 1.
        centres: how many to divide by; None for those in `target`.
    """
    p = torch.clamp(torch.sigmoid(logits), PROBABILITY_MARGIN, 1 - PROBABILITY_MARGIN)
    is_centre = target.eq(1)
    positive = torch.log(p) * (1 - p) ** 2 * is_centre
    negative = torch.log(1 - p) * p**2 * (1 - target) ** 4 * ~is_centre
    if negative_weight is not None:
        negative = negative * negative_weight
    count = is_centre.sum().clamp(min=1) if centres is None else max(centres, 1.0)
    return -(positive.sum() + negative.sum()) / count


def mse_heat_map_loss(
    values: Tensor, target: Tensor, negative_weight: Tensor | None = None, *, images: float
) -> Tensor:
    """Return the mean squared difference of raw values to the target, over all cells.

    Args:
        values: (B, classes, h, w), no sigmoid is applied.
        target: same shape.
        negative_weight: (B, 1, h, w), multiplies what is no centre; None for all 1.
        images: how many the batch has.
    """
    squared = (values - target) ** 2
    if negative_weight is not None:
        squared = torch.where(target.eq(1), squared, squared * negative_weight)
    return squared.sum() / (max(images, 1.0) * target[0].numel())


def masked_l1_loss(
    predicted: Tensor, target: Tensor, mask: Tensor, *, objects: float | None = None
) -> Tensor:
    """Return the mean absolute difference over the coordinates of real objects.

    Args:
        predicted: (B, K, C).
        target: same shape.
        mask: (B, K), 1 for real objects.
        objects: how many to divide by; None for those in `mask`.
    """
    weight = mask.unsqueeze(2).expand_as(target).float()
    difference = functional.l1_loss(predicted * weight, target * weight, reduction="sum")
    count = weight.sum() if objects is None else objects * target.shape[2]
    return difference / (count + MASK_MARGIN)


def masked_smooth_l1_loss(
    predicted: Tensor, target: Tensor, mask: Tensor, *, objects: float
) -> Tensor:
    """Return the smooth L1 distance summed over the coordinates, a mean over real objects.

    Args: see `masked_l1_loss`.
    """
    weight = mask.unsqueeze(2).expand_as(target).float()
    difference = functional.smooth_l1_loss(predicted * weight, target * weight, reduction="sum")
    return difference / (objects + MASK_MARGIN)


def overlap_loss(
    predicted: Tensor, target: Tensor, mask: Tensor, *, objects: float | None = None
) -> Tensor:
    """Return the mean of 1 - IoU over real objects, boxes around the same centre; 0 without any.

    Unlike the difference of the sides it counts what is relative to the size of the box.

    Args:
        predicted: (B, K, 4) left, top, right, bottom or (B, K, 2) width, height; cells.
        target: same shape.
        mask: (B, K), 1 for real objects.
        objects: how many to divide by; None for those in `mask`.
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
    lost = 1 - shared / union.clamp(min=SMALLEST_UNION)
    return lost.sum() / (len(ours) if objects is None else max(objects, 1.0))


def focal_identity_loss(
    logits: Tensor, identities: Tensor, weights: Tensor | None = None
) -> Tensor:
    """Return the sigmoid focal loss of the classes, summed.

    Args:
        logits: (N, identity_count).
        identities: (N,) int64, none is -1.
        weights: (N,) of the rows; None for all 1.
    Source: Lin et al. 2017, with the official code's alpha and gamma.
    """
    wanted = functional.one_hot(identities, logits.shape[1]).to(logits.dtype)
    p = torch.sigmoid(logits)
    entropy = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    p_right = p * wanted + (1 - p) * (1 - wanted)
    alpha = FOCAL_ALPHA * wanted + (1 - FOCAL_ALPHA) * (1 - wanted)
    each = (alpha * entropy * (1 - p_right) ** FOCAL_GAMMA).sum(1)
    return (each if weights is None else each * weights).sum()


def teacher_loss(embeddings: Tensor, teacher: Tensor, mask: Tensor, *, taught: float) -> Tensor:
    """Return the mean cosine distance to the teacher, 0 where no object has one.

    Args:
        embeddings: (B, K, D), unit length.
        teacher: (B, K, D), unit length or zero.
        mask: (B, K), 1 for real objects.
        taught: how many objects have a teacher.
    """
    known = is_taught(teacher, mask)
    if not bool(known.any()):
        return embeddings.sum() * 0.0
    return (1 - (embeddings[known] * teacher[known]).sum(1)).sum() / max(taught, 1.0)


def is_taught(teacher: Tensor, mask: Tensor) -> Tensor:
    """Return (B, K) bool: which objects the teacher says something of."""
    return (mask > 0) & (teacher.abs().sum(2) > 0)
