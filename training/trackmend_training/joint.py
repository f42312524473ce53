"""Network and loss as one module, so that devices share the gradients of both."""

from collections.abc import Mapping
from dataclasses import asdict

import torch
from torch import Tensor, nn

from trackmend_core.model.heads import TWO_STAGE
from trackmend_core.model.two_stage import two_stage_head
from trackmend_training.losses import FairMotLoss, LossCounts, TargetBatch

Losses = dict[str, Tensor]
Heads = dict[str, Tensor]


class JointModel(nn.Module):
    """A FairMOT network and its joint loss.

    Args:
        network: gives the four raw heads.
        loss: judges them in float32, whatever the network computes in.
    """

    def __init__(self, network: nn.Module, loss: FairMotLoss) -> None:
        super().__init__()
        self.network = network
        self.loss = loss

    def forward(
        self, images: Tensor, targets: Mapping[str, Tensor], counts: Mapping[str, float]
    ) -> tuple[Losses, Heads]:
        """Return the losses by name, `total` among them, and the float32 heads.

        Args:
            images: (B, 3, H, W) float32 RGB 0..1.
            targets: fields of a `TargetBatch`.
            counts: fields of `LossCounts`. Plain values, as Lightning rebuilds what it is given.
        """
        heads = {name: head.float() for name, head in self.network(images).items()}
        with torch.autocast(images.device.type, enabled=False):
            losses = self.loss(heads, TargetBatch(**targets), LossCounts(**counts))  # type: ignore[arg-type]
        return losses, heads


def target_tensors(targets: TargetBatch, device: torch.device) -> dict[str, Tensor]:
    """Return the fields of a batch's targets that there are, on a device."""
    return {
        name: value.to(device)
        for name in TargetBatch.__dataclass_fields__
        if (value := getattr(targets, name)) is not None
    }


def count_values(counts: LossCounts) -> dict[str, float]:
    """Return the fields of the counts."""
    return asdict(counts)


def freeze_unused(network: nn.Module, *, detection_only: bool) -> None:
    """Stop what takes no part in the loss from waiting for gradients that never come.

    Official DLA networks carry weights without use; without identities the re-ID head is idle.
    """
    idle: tuple[str, ...] = getattr(network, "OPTIONAL_PREFIXES", ())
    if detection_only or two_stage_head(network) is not None:
        idle = (*idle, "id.")
    if detection_only:
        idle = (*idle, f"{TWO_STAGE}.")
    for name, parameter in network.named_parameters():
        if idle and name.startswith(idle):
            parameter.requires_grad_(False)
