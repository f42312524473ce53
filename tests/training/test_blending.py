"""How much of a learnt change is kept, and that a change which loses is given up."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from trackmend_core.model import load_checkpoint
from trackmend_training.blending import FREE_LOSS, blended, choose_blend


@dataclass(frozen=True)
class Judged:
    worth: float
    kept: float = 0.8


BEFORE = Judged(0.7)


def choose(judgements: dict[float, Judged]) -> tuple[float, Judged]:
    return choose_blend(BEFORE, tuple(judgements), judge=judgements.__getitem__)


def test_the_largest_share_that_loses_nothing_is_kept() -> None:
    assert choose({0.4: Judged(0.75), 1.0: Judged(0.72), 0.7: Judged(0.76)}) == (1.0, Judged(0.72))
    assert choose({1.0: Judged(0.69), 0.7: Judged(0.71), 0.4: Judged(0.75)})[0] == 0.7


def test_what_is_forgotten_elsewhere_weighs_more_than_what_is_gained_here() -> None:
    forgets = Judged(0.74, kept=0.8 - FREE_LOSS - 0.03)
    assert choose({1.0: forgets, 0.5: Judged(0.71)})[0] == 0.5
    assert choose({1.0: Judged(0.74, kept=0.8 - FREE_LOSS), 0.5: Judged(0.71)})[0] == 1.0


def test_where_every_share_loses_the_old_model_stays() -> None:
    assert choose({1.0: Judged(0.6), 0.5: Judged(0.69)}) == (0.0, BEFORE)
    assert choose({1.0: Judged(0.9, kept=0.5)}) == (0.0, BEFORE)
    assert choose({1.0: Judged(0.7)})[0] == 1.0, "no worse is no loss"


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_a_share_of_the_change_is_taken_but_boxes_are_measured_as_before(
    base_model: Path, share: float
) -> None:
    old, new = load_checkpoint(base_model), load_checkpoint(base_model)
    with torch.no_grad():
        for parameter in new.network.parameters():
            parameter.add_(1.0)
    assert blended(old, new, 0, base=base_model) is old
    between = blended(old, new, share, base=base_model).network
    for (name, value), first in zip(
        between.named_parameters(), old.network.parameters(), strict=True
    ):
        change = 0.0 if name.split(".")[0] in ("wh", "reg") else share
        assert torch.allclose(value, first + change), name
