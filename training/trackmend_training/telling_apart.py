"""Telling people apart inside a batch: embeddings of one person attract, of others repel.

The supervised contrastive loss of Khosla et al. (2020), beside the identity classes: classes alone
do not say how alike two people may be, and it is their cosine that the tracker compares. People who
were once taken for one another weigh more.
"""

import math
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.nn import functional

from trackmend_training.batches import Batch
from trackmend_training.loss_terms import gather_at

TEMPERATURE = 0.2
HARD_PAIR_WEIGHT = 4.0


class TellApart:
    """The loss for embeddings that do not tell people apart.

    Args:
        weight: of the loss.
        hard_pairs: identities that were taken for one another.
    """

    def __init__(self, *, weight: float, hard_pairs: Iterable[tuple[int, int]] = ()) -> None:
        self._weight = weight
        self._hard_pairs = tuple(hard_pairs)

    def __call__(self, batch: Batch, heads: dict[str, Tensor]) -> Tensor:
        """Return the loss of one batch, 0 if nobody is in it twice."""
        device = heads["id"].device
        identities = batch.targets.identities.to(device)
        known = (batch.targets.mask.to(device) > 0) & (identities >= 0)
        embeddings = functional.normalize(
            gather_at(heads["id"], batch.targets.cells.to(device)), dim=2
        )
        return self._weight * self._contrast(embeddings[known], identities[known])

    def _contrast(self, embeddings: Tensor, owners: Tensor) -> Tensor:
        same = owners[:, None] == owners[None, :]
        itself = torch.eye(len(owners), dtype=torch.bool, device=owners.device)
        positive = same & ~itself
        anchors = positive.any(dim=1) & (~same).any(dim=1)
        if not bool(anchors.any()):
            return embeddings.sum() * 0.0
        logits = embeddings @ embeddings.T / TEMPERATURE + self._hardness(owners)
        logits = logits.masked_fill(itself, -math.inf)
        log_share = logits - logits.logsumexp(dim=1, keepdim=True)
        attracted = log_share.masked_fill(~positive, 0.0).sum(dim=1) / positive.sum(dim=1).clamp(
            min=1
        )
        return -attracted[anchors].mean()

    def _hardness(self, owners: Tensor) -> Tensor:
        """Return (N, N): what makes a person who was mistaken for another count more."""
        extra = torch.zeros(len(owners), len(owners), device=owners.device)
        for first, second in self._hard_pairs:
            pair = (owners == first)[:, None] & (owners == second)[None, :]
            extra[pair | pair.T] = math.log(HARD_PAIR_WEIGHT)
        return extra
