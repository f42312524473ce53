"""Samplers on torch: the same reading as in `trackmend_core.similarity`, on any device, learnable.

For tracking and training; the numpy twins serve where no torch is loaded. They read the map of
unit-length embeddings, as the released FairMOT code normalises the whole map before it gathers.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.ops import roi_align

from trackmend_core.errors import UserError
from trackmend_core.model.heads import FEATURES
from trackmend_core.model.two_stage import TwoStageHead, two_stage_head
from trackmend_core.similarity.positive_anchor import positive_cells
from trackmend_core.similarity.roi_align import BINS, SAMPLES_PER_BIN
from trackmend_core.similarity.sampler import SamplerName

Heads = Mapping[str, Tensor]
EPSILON = 1e-12


class Objects(NamedTuple):
    """Where embeddings are read.

    Attributes:
        images: (N,) int64, number of the image in the batch.
        boxes_xyxy: (N, 4) float32, cells.
        centres: (N, 2) float32 x and y, cells: of the peak, which may differ from the box's middle.
    """

    images: Tensor
    boxes_xyxy: Tensor
    centres: Tensor


class Samples(NamedTuple):
    """What was read.

    Attributes:
        embeddings: (M, D) float32, unit length.
        owners: (M,) int64, ascending: which object each belongs to; every object has one or more.
    """

    embeddings: Tensor
    owners: Tensor


TorchSampler = Callable[[Heads, Objects], Samples]


def torch_sampler(name: SamplerName, source: nn.Module | None) -> TorchSampler:
    """Return a sampler for the outputs of a network.

    Args:
        name: which one.
        source: the network or its two-stage head; only the two-stage sampler needs it.

    Raises:
        UserError: the two-stage sampler is asked for, and there is no head for it.
    """
    if name is not SamplerName.TWO_STAGE:
        return _SAMPLERS[name]
    head = source if isinstance(source, TwoStageHead | None) else two_stage_head(source)
    if head is None:
        raise no_two_stage_head()
    return partial(_two_stage, head)


def no_two_stage_head() -> UserError:
    """Return the refusal for a model that was not trained in two stages."""
    return UserError(
        "This model has no two-stage re-ID head.",
        'Train one with sampler = "two-stage", or choose another sampler.',
    )


def one_per_object(samples: Samples, *, count: int) -> Tensor:
    """Return (count, D), unit length: the mean of each object's samples."""
    if len(samples.owners) == count:
        return samples.embeddings
    total = samples.embeddings.new_zeros(count, samples.embeddings.shape[1])
    total.index_add_(0, samples.owners, samples.embeddings)
    return _unit(total)


def _unit(vectors: Tensor) -> Tensor:
    return functional.normalize(vectors, dim=1, eps=EPSILON)


def _each_its_own(objects: Objects) -> Tensor:
    return torch.arange(len(objects.images), device=objects.images.device)


def _at(heads: Heads, images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return (N, D) unit embeddings at cells."""
    return _unit(heads["id"].permute(0, 2, 3, 1)[images, rows, columns].float())


def _clipped(heads: Heads, points: Tensor) -> tuple[Tensor, Tensor]:
    """Return rows and columns of the cells that hold (N, 2) points, clipped to the map."""
    height, width = heads["id"].shape[-2:]
    columns = points[:, 0].floor().long().clamp(0, width - 1)
    return points[:, 1].floor().long().clamp(0, height - 1), columns


def _centre(heads: Heads, objects: Objects) -> Samples:
    rows, columns = _clipped(heads, objects.centres)
    return Samples(_at(heads, objects.images, rows, columns), _each_its_own(objects))


def _bilinear(heads: Heads, objects: Objects) -> Samples:
    height, width = heads["id"].shape[-2:]
    last = objects.centres.new_tensor((width - 1, height - 1))
    places = (objects.centres - 0.5).clamp(min=torch.zeros_like(last), max=last)
    low = places.floor()
    share = places - low
    mixed = heads["id"].new_zeros(len(places), heads["id"].shape[1], dtype=torch.float32)
    for right in (0, 1):
        for below in (0, 1):
            corner = torch.minimum(low + low.new_tensor((right, below)), last).long()
            weight = (share[:, 0] if right else 1 - share[:, 0]) * (
                share[:, 1] if below else 1 - share[:, 1]
            )
            found = _at(heads, objects.images, corner[:, 1], corner[:, 0])
            mixed = mixed + weight[:, None] * found
    return Samples(_unit(mixed), _each_its_own(objects))


def _rois(objects: Objects) -> Tensor:
    return torch.cat((objects.images[:, None].float(), objects.boxes_xyxy.float()), 1)


def _roi_align(heads: Heads, objects: Objects) -> Samples:
    dense = _unit(heads["id"].float())
    inside = roi_align(dense, _rois(objects), BINS, sampling_ratio=SAMPLES_PER_BIN, aligned=True)
    means: Tensor = inside.mean((2, 3))
    outside = means.detach().abs().sum(1, keepdim=True) == 0
    nearest = _at(heads, objects.images, *_clipped(heads, _middles(objects.boxes_xyxy)))
    return Samples(_unit(torch.where(outside, nearest, means)), _each_its_own(objects))


def _positive_anchors(heads: Heads, objects: Objects) -> Samples:
    height, width = heads["id"].shape[-2:]
    found = positive_cells(
        objects.boxes_xyxy.detach().cpu().double().numpy(),  # Apple's cards have no float64
        map_hw=(height, width),
    )
    owners, cells = (torch.from_numpy(part).to(objects.images.device) for part in found)
    images = objects.images[owners]
    return Samples(_at(heads, images, cells // width, cells % width), owners)


def _two_stage(head: TwoStageHead, heads: Heads, objects: Objects) -> Samples:
    return Samples(_unit(head(heads[FEATURES].float(), _rois(objects))), _each_its_own(objects))


def _middles(boxes_xyxy: Tensor) -> Tensor:
    return (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2


_SAMPLERS: dict[SamplerName, TorchSampler] = {
    SamplerName.CENTRE: _centre,
    SamplerName.BILINEAR: _bilinear,
    SamplerName.ROI_ALIGN: _roi_align,
    SamplerName.POSITIVE_ANCHOR: _positive_anchors,
}
