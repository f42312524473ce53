"""How much of a learnt change to keep: between the old model and the new one lie better ones.

After Wortsman et al. 2022 (robust fine-tuning): a part of the change keeps most of what was learnt
and forgets little.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Protocol, TypeVar

from torch import Tensor

from trackmend_core.model import LoadedModel, load_checkpoint

FREE_LOSS = 0.025
"""So much may be lost elsewhere; what is gained here does not pay for more."""
ANY_LOSS = inf
CLEAR_WIN = 0.01
BOX_HEADS = ("wh.", "reg.")


class Weighed(Protocol):
    """A model that was judged."""

    @property
    def worth(self) -> float:
        """What it can do on the frames held out, 0..1."""

    @property
    def kept(self) -> float:
        """What it can do elsewhere, 0..1."""


W = TypeVar("W", bound=Weighed)


@dataclass(frozen=True, slots=True)
class Blend:
    """A part of what was learnt.

    Attributes:
        share: of the change, 0..1.
        with_boxes: whether the heads that measure boxes change too. Most corrected boxes are the
            old model's own, and what is learnt from few that people drew shows elsewhere as worse
            edges; from many, it is half of the gain.
    """

    share: float
    with_boxes: bool = False


UNCHANGED = Blend(0.0)


def choose_blend(
    before: W,
    shares: Sequence[float],
    *,
    judge: Callable[[Blend], W],
    free_loss: float = FREE_LOSS,
) -> tuple[Blend, W]:
    """Return how much of the change to keep, and what that does; nothing where all of it loses.

    The largest share that loses nothing, and not the one that does best: on some tens of frames the
    best is the luckiest, while what was learnt helps beyond them. The box heads take part where
    that clearly wins, or where without them too much is forgotten.

    Args:
        before: the old model.
        shares: to try.
        judge: judges the old model changed by a part.
        free_loss: so much may be lost elsewhere; `ANY_LOSS` where the change stays here.
    """
    for share in sorted(shares, reverse=True):
        judged = [(blend, judge(blend)) for blend in (Blend(share), Blend(share, True))]
        fine = [one for one in judged if _loses_nothing(before, one[1], free_loss)]
        if len(fine) == len(judged):
            wins = fine[1][1].worth > fine[0][1].worth + CLEAR_WIN
            return fine[1] if wins else fine[0]
        if fine:
            return fine[0]
    return UNCHANGED, before


def _loses_nothing(before: Weighed, after: Weighed, free_loss: float) -> bool:
    # What was forgotten is asked first: it is seen on fewer frames. Or not at all.
    is_kept = free_loss == ANY_LOSS or after.kept >= before.kept - free_loss
    return is_kept and after.worth >= before.worth


def blended(old: LoadedModel, new: LoadedModel, blend: Blend, *, base: Path) -> LoadedModel:
    """Return the old model changed by a part of what was learnt.

    Args:
        old: as it was.
        new: as it was trained, of the same kind.
        blend: which part.
        base: the file of the old one, read once more for every share above 0.
    """
    if blend.share == 0:
        return old
    between = load_checkpoint(base)
    earlier, later = old.network.state_dict(), new.network.state_dict()
    between.network.load_state_dict(
        {name: _between(name, earlier[name], later[name], blend) for name in later}
    )
    return between


def _between(name: str, earlier: Tensor, later: Tensor, blend: Blend) -> Tensor:
    if not blend.with_boxes and name.startswith(BOX_HEADS):
        return earlier
    return earlier.lerp(later, blend.share) if later.is_floating_point() else later
