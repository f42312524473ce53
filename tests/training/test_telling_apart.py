"""Embeddings of one person attract and those of others repel, mistaken ones above all."""

import torch

from trackmend_training.batches import Batch
from trackmend_training.losses import TargetBatch
from trackmend_training.telling_apart import TellApart


def batch(identities: list[int]) -> Batch:
    """One image, one person a cell of its 1 x N map."""
    count = len(identities)
    targets = TargetBatch(
        heat_map=torch.zeros(1, 1, 1, count),
        mask=torch.ones(1, count, dtype=torch.uint8),
        cells=torch.arange(count)[None],
        sizes=torch.ones(1, count, 4),
        offsets=torch.zeros(1, count, 2),
        identities=torch.tensor([identities]),
    )
    return Batch(torch.zeros(1, 3, 4, 4 * count), targets, torch.tensor([False]))


def heads(vectors: list[list[float]]) -> dict[str, torch.Tensor]:
    return {"id": torch.tensor(vectors).T[None, :, None, :].requires_grad_()}


APART = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
MIXED = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]


def test_people_told_apart_cost_less_than_people_mixed_up() -> None:
    loss = TellApart(weight=1.0)
    crowd = batch([0, 0, 1, 1])
    assert loss(crowd, heads(APART)) < 0.1 < loss(crowd, heads(MIXED))


def test_people_who_were_mistaken_for_one_another_cost_more() -> None:
    crowd = batch([0, 0, 1, 1])
    usual = TellApart(weight=1.0)(crowd, heads(MIXED))
    hard = TellApart(weight=1.0, hard_pairs=[(0, 1)])(crowd, heads(MIXED))
    other = TellApart(weight=1.0, hard_pairs=[(0, 7)])(crowd, heads(MIXED))
    assert hard > usual
    assert other == usual


def test_following_the_gradient_parts_them() -> None:
    crowd = batch([0, 0, 1, 1])
    given = heads([[1.0, 0.2], [0.8, 0.4], [0.7, 0.5], [0.6, 0.9]])
    loss = TellApart(weight=1.0)
    before = loss(crowd, given)
    before.backward()
    gradient = given["id"].grad
    assert gradient is not None
    moved = {"id": (given["id"] - 0.5 * gradient).detach()}
    assert loss(crowd, moved) < before


def test_a_batch_in_which_nobody_is_seen_twice_costs_nothing_and_stays_finite() -> None:
    loss = TellApart(weight=1.0)
    for identities in ([0, 1, 2, 3], [-1, -1, -1, -1], [0, 0, 0, 0]):
        given = heads(MIXED)
        value = loss(batch(identities), given)
        value.backward()
        assert float(value.detach()) == 0
        assert given["id"].grad is not None and bool(torch.isfinite(given["id"].grad).all())
