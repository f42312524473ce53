"""Tell from the weights alone which network they belong to."""

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from trackmend_core.errors import UserError
from trackmend_core.model.heads import TWO_STAGE, HeadSpec
from trackmend_core.model.registry import architectures, build_network

_LAYER_NUMBER = re.compile(r"[0-9]{1,3}")
SHARE_RECOGNISED = 0.5
"""An architecture is recognised if this share of all entries, file and network, agrees."""


def recognise_heads(tensors: Mapping[str, Tensor]) -> HeadSpec:
    """Read embedding length, size-head form and class count from the last layer of each head.

    Raises:
        UserError: a head is missing or has an impossible shape.
    """
    channels = {head: _last_layer_channels(tensors, head) for head in ("hm", "wh", "id")}
    missing = [head for head, count in channels.items() if count is None]
    if missing == ["id"]:
        raise UserError(
            "These weights find objects but have no head for re-ID (id), as CenterNet's have none: "
            "they can begin a training, but cannot track.",
            "Name the file as initial_weights of a training configuration, or choose a FairMOT "
            "checkpoint.",
        )
    if missing:
        raise UserError(
            f"These weights have no head for {_names(missing)}: they may begin a training, as "
            "ImageNet backbones do, but cannot track.",
            "A FairMOT checkpoint has the heads hm, wh, id and reg. To learn from these weights, "
            "name the file as initial_weights of a training configuration.",
        )
    num_classes, sizes, reid_dim = (count or 0 for count in channels.values())
    if sizes not in (2, 4) or not num_classes or not reid_dim:
        raise UserError(
            f"The heads of these weights have {num_classes}, {sizes} and {reid_dim} channels.",
            "Possible are: any number of classes, 2 or 4 for the size, any embedding length.",
        )
    return HeadSpec(reid_dim=reid_dim, ltrb=sizes == 4, num_classes=num_classes)


def recognise_architecture(tensors: Mapping[str, Tensor], spec: HeadSpec) -> str:
    """Return the architecture whose entries agree best with the file's, in name and shape.

    Raises:
        UserError: none agrees for the greater part.
    """
    found = {
        key: tuple(tensor.shape)
        for key, tensor in tensors.items()
        if not key.startswith(f"{TWO_STAGE}.")
    }
    shares: dict[str, float] = {}
    for arch in architectures():
        with torch.device("meta"):
            network = build_network(
                arch, reid_dim=spec.reid_dim, ltrb=spec.ltrb, num_classes=spec.num_classes
            )
        expected = {key: tuple(tensor.shape) for key, tensor in network.state_dict().items()}
        agreeing = sum(found.get(key) == shape for key, shape in expected.items())
        shares[arch] = agreeing / len(found.keys() | expected.keys())
        if shares[arch] == 1:
            break
    best = max(shares, key=lambda arch: shares[arch])
    if shares[best] < SHARE_RECOGNISED:
        raise UserError(
            "The architecture of these weights is not one that Trackmend knows.",
            f"Known architectures: {', '.join(architectures())}.",
        )
    return best


def _last_layer_channels(tensors: Mapping[str, Tensor], head: str) -> int | None:
    """Return the output channels of the convolution with the highest number in a head."""
    layers: dict[int, int] = {}
    for key, tensor in tensors.items():
        parts = key.split(".")
        numbered = len(parts) == 3 and parts[0] == head and parts[2] == "weight"
        if numbered and _LAYER_NUMBER.fullmatch(parts[1]):
            layers[int(parts[1])] = tensor.shape[0] if tensor.ndim else 0
    return layers[max(layers)] if layers else None


def _names(heads: list[str]) -> str:
    meanings = {"hm": "centres (hm)", "wh": "sizes (wh)", "id": "re-ID (id)"}
    return ", ".join(meanings[head] for head in heads)
