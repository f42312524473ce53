"""How much of a learnt change is kept, and that a change which loses is given up."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from trackmend_core.model import load_checkpoint
from trackmend_training.blending import (
    ANY_LOSS,
    CLEAR_WIN,
    FREE_LOSS,
    UNCHANGED,
    Blend,
    blended,
    choose_blend,
)


@dataclass(frozen=True)
class Judged:
    worth: float
    kept: float = 0.8


BEFORE = Judged(0.7)
FORGETS = 0.8 - FREE_LOSS - 0.001


def choose(judgements: dict[float | Blend, Judged]) -> tuple[Blend, Judged]:
    """Choose among shares; what is said of a share goes for it with and without box heads."""
    by_blend = {
        blend: judged
        for part, judged in judgements.items()
        for blend in ((part,) if isinstance(part, Blend) else (Blend(part), Blend(part, True)))
    }
    shares = tuple(dict.fromkeys(blend.share for blend in by_blend))
    return choose_blend(BEFORE, shares, judge=by_blend.__getitem__)


def test_the_largest_share_that_loses_nothing_is_kept() -> None:
    assert choose({0.4: Judged(0.75), 1.0: Judged(0.72), 0.7: Judged(0.76)})[0] == Blend(1.0)
    assert choose({1.0: Judged(0.69), 0.7: Judged(0.71), 0.4: Judged(0.75)})[0] == Blend(0.7)


def test_what_is_gained_here_does_not_pay_for_what_is_forgotten_elsewhere() -> None:
    assert choose({1.0: Judged(0.99, kept=FORGETS), 0.5: Judged(0.71)})[0] == Blend(0.5)
    little = 0.8 - FREE_LOSS / 2
    assert choose({1.0: Judged(0.74, kept=little), 0.5: Judged(0.71)})[0] == Blend(1.0)


def test_where_the_change_stays_here_it_does_not_matter_what_is_forgotten() -> None:
    judged = {0.5: Judged(0.75, kept=0.8), 1.0: Judged(0.72, kept=0.1)}
    blend, _ = choose_blend(
        BEFORE, tuple(judged), judge=lambda one: judged[one.share], free_loss=ANY_LOSS
    )
    assert blend == Blend(1.0)
    loses = choose_blend(BEFORE, (1.0,), judge=lambda _: Judged(0.69), free_loss=ANY_LOSS)
    assert loses == (UNCHANGED, BEFORE)


def test_where_every_share_loses_the_old_model_stays() -> None:
    assert choose({1.0: Judged(0.6), 0.5: Judged(0.69)}) == (UNCHANGED, BEFORE)
    assert choose({1.0: Judged(0.9, kept=FORGETS)}) == (UNCHANGED, BEFORE)
    assert choose({1.0: Judged(0.7)})[0] == Blend(1.0), "no worse is no loss"


@pytest.mark.parametrize(
    ("without", "with_boxes", "chosen"),
    [
        (Judged(0.75), Judged(0.75 + CLEAR_WIN / 2), False),
        (Judged(0.75), Judged(0.75 + 2 * CLEAR_WIN), True),
        (Judged(0.75, kept=FORGETS), Judged(0.72), True),
        (Judged(0.75), Judged(0.9, kept=FORGETS), False),
    ],
)
def test_box_heads_change_where_that_clearly_wins_or_without_them_too_much_is_forgotten(
    without: Judged, with_boxes: Judged, chosen: bool
) -> None:
    assert choose({Blend(1.0): without, Blend(1.0, True): with_boxes})[0] == Blend(1.0, chosen)


@pytest.mark.parametrize("with_boxes", [False, True])
@pytest.mark.parametrize("share", [0.25, 1.0])
def test_a_share_of_the_change_is_taken_with_the_box_heads_or_without(
    base_model: Path, share: float, with_boxes: bool
) -> None:
    old, new = load_checkpoint(base_model), load_checkpoint(base_model)
    with torch.no_grad():
        for parameter in new.network.parameters():
            parameter.add_(1.0)
    assert blended(old, new, UNCHANGED, base=base_model) is old
    between = blended(old, new, Blend(share, with_boxes), base=base_model).network
    for (name, value), first in zip(
        between.named_parameters(), old.network.parameters(), strict=True
    ):
        is_box_head = name.split(".")[0] in ("wh", "reg")
        change = 0.0 if is_box_head and not with_boxes else share
        assert torch.allclose(value, first + change), name
