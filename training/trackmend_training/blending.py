"""How much of a learnt change to keep: between the old model and the new one lie better ones.

After Wortsman et al. 2022 (robust fine-tuning): a part of the change keeps most of what was learnt
and forgets little.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from trackmend_core.model import LoadedModel, load_checkpoint

FREE_LOSS = 0.01
"""So much may be forgotten elsewhere before it counts."""
FORGETTING_WEIGHT = 2.0
CHANCE = 0.02
"""Differences of worth on some tens of frames that mean nothing."""


class Weighed(Protocol):
    """A model that was judged."""

    @property
    def worth(self) -> float:
        """What it can do on the frames held out, 0..1."""

    @property
    def kept(self) -> float:
        """What it can do elsewhere, 0..1."""


W = TypeVar("W", bound=Weighed)


def choose_blend(
    before: W, blends: Sequence[float], *, judge: Callable[[float], W]
) -> tuple[float, W]:
    """Return how much of the change to keep, and what that does; 0 where all of it loses.

    A short stretch tells little differences badly, and what was learnt helps beyond it: of shares
    that do about as well as the best the largest is kept, as long as it loses nothing.

    Args:
        before: the old model.
        blends: shares to try.
        judge: judges the old model changed by a share.
    """
    tried: list[tuple[float, float, W]] = []
    for blend in blends:
        judged = judge(blend)
        forgotten = max(0.0, before.kept - judged.kept - FREE_LOSS)
        tried.append((judged.worth - FORGETTING_WEIGHT * forgotten, blend, judged))
    least = max(max(worth for worth, _, _ in tried) - CHANCE, before.worth)
    good = [(blend, judged) for worth, blend, judged in tried if worth >= least]
    return max(good, key=lambda one: one[0], default=(0.0, before))


def blended(old: LoadedModel, new: LoadedModel, share: float, *, base: Path) -> LoadedModel:
    """Return the old model changed by a share of what was learnt.

    Args:
        old: as it was.
        new: as it was trained, of the same kind.
        share: 0..1.
        base: the file of the old one, read once more for every share in between.
    """
    if share in (0, 1):
        return new if share else old
    between = load_checkpoint(base)
    earlier, later = old.network.state_dict(), new.network.state_dict()
    between.network.load_state_dict(
        {
            name: earlier[name].lerp(value, share) if value.is_floating_point() else value
            for name, value in later.items()
        }
    )
    return between
