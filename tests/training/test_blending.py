"""How much of a learnt change is kept, and that a change which loses is given up."""

from dataclasses import dataclass
from pathlib import Path

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


def test_the_share_that_does_best_here_is_kept() -> None:
    assert choose({1.0: Judged(0.72), 0.5: Judged(0.75), 0.2: Judged(0.71)}) == (0.5, Judged(0.75))


def test_of_shares_that_do_about_as_well_the_largest_is_kept() -> None:
    assert choose({0.2: Judged(0.75), 0.5: Judged(0.76), 1.0: Judged(0.745)})[0] == 1.0
    assert choose({0.2: Judged(0.70), 0.5: Judged(0.705), 1.0: Judged(0.695)})[0] == 0.5


def test_what_is_forgotten_elsewhere_weighs_more_than_what_is_gained_here() -> None:
    forgets = Judged(0.78, kept=0.8 - FREE_LOSS - 0.05)
    assert choose({1.0: forgets, 0.5: Judged(0.73)})[0] == 0.5
    assert choose({1.0: Judged(0.78, kept=0.8 - FREE_LOSS), 0.5: Judged(0.73)})[0] == 1.0


def test_where_every_share_loses_the_old_model_stays() -> None:
    assert choose({1.0: Judged(0.6), 0.5: Judged(0.69)}) == (0.0, BEFORE)
    assert choose({1.0: Judged(0.9, kept=0.5)}) == (0.0, BEFORE)
    assert choose({1.0: Judged(0.7)})[0] == 1.0, "no worse is no loss"


def test_between_two_models_lie_their_weighted_means(base_model: Path) -> None:
    old, new = load_checkpoint(base_model), load_checkpoint(base_model)
    with torch.no_grad():
        for parameter in new.network.parameters():
            parameter.add_(1.0)
    assert blended(old, new, 0, base=base_model) is old
    assert blended(old, new, 1, base=base_model) is new
    between = blended(old, new, 0.25, base=base_model).network
    for (name, value), first in zip(
        between.named_parameters(), old.network.parameters(), strict=True
    ):
        assert torch.allclose(value, first + 0.25), name
