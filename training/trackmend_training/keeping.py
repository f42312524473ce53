"""Staying close to an older model on replayed images, against forgetting.

After Li & Hoiem's learning without forgetting (2016): the old network's answers are targets. Where
it sees nobody only the heat map counts; where it sees somebody the box and the embedding do too.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from trackmend_training.batches import Batch

SEEN_SCORE = 0.3


class StayClose:
    """The loss that a changed network pays for answering replayed images differently.

    Args:
        old: the network as it was; its weights are not changed, but it follows the batches to
            their device.
        weight: of the loss.
    """

    def __init__(self, old: nn.Module, *, weight: float) -> None:
        self._old = old.eval().requires_grad_(False)
        self._weight = weight

    def __call__(self, batch: Batch, heads: dict[str, Tensor]) -> Tensor:
        """Return the loss of one batch, 0 if nothing in it is replayed."""
        rows = batch.is_replay.nonzero().squeeze(1)  # found where it is: no waiting for a card
        device = batch.images.device
        if not len(rows):
            return heads["hm"].sum() * 0.0
        rows = rows.to(device)
        if any(weight.device != device for weight in self._old.parameters()):
            self._old.to(device)
        with torch.no_grad():
            old = {name: head.float() for name, head in self._old(batch.images[rows]).items()}
        new = {name: head[rows] for name, head in heads.items()}
        score = torch.sigmoid(old["hm"])
        seen = score.amax(dim=1, keepdim=True) * (score.amax(dim=1, keepdim=True) > SEEN_SCORE)
        total = seen.sum().clamp(min=1)
        surprise = functional.binary_cross_entropy_with_logits(new["hm"], score, reduction="sum")
        certain = functional.binary_cross_entropy_with_logits(old["hm"], score, reduction="sum")
        size = ((new["wh"] - old["wh"]).abs().mean(dim=1, keepdim=True) * seen).sum()
        offset = ((new["reg"] - old["reg"]).abs().mean(dim=1, keepdim=True) * seen).sum()
        alike = functional.cosine_similarity(new["id"], old["id"], dim=1).unsqueeze(1)
        turned = ((1 - alike) * seen).sum()
        loss: Tensor = (surprise - certain) + 0.1 * size + offset + turned
        return self._weight * loss / total
