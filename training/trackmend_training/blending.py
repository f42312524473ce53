"""How much of a learnt change to keep: between the old model and the new one lie better ones.

After Wortsman et al. 2022 (robust fine-tuning): a part of the change keeps most of what was learnt
and forgets little.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from torch import Tensor

from trackmend_core.model import LoadedModel, load_checkpoint

FREE_LOSS = 0.01
"""So much may be forgotten elsewhere before it counts."""
FORGETTING_WEIGHT = 2.0
BOX_HEADS = ("wh.", "reg.")
"""They stay as they were: most corrected boxes are the old model's own, and what is learnt from the
few that people drew shows elsewhere as worse edges."""


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

    The largest share that loses nothing, and not the one that does best: on some tens of frames the
    best is the luckiest, while what was learnt helps beyond them.

    Args:
        before: the old model.
        blends: shares to try.
        judge: judges the old model changed by a share.
    """
    for blend in sorted(blends, reverse=True):
        judged = judge(blend)
        forgotten = max(0.0, before.kept - judged.kept - FREE_LOSS)
        if judged.worth - FORGETTING_WEIGHT * forgotten >= before.worth:
            return blend, judged
    return 0.0, before


def blended(old: LoadedModel, new: LoadedModel, share: float, *, base: Path) -> LoadedModel:
    """Return the old model changed by a share of what was learnt, all but its box heads.

    Args:
        old: as it was.
        new: as it was trained, of the same kind.
        share: 0..1.
        base: the file of the old one, read once more for every share above 0.
    """
    if share == 0:
        return old
    between = load_checkpoint(base)
    earlier, later = old.network.state_dict(), new.network.state_dict()
    between.network.load_state_dict(
        {name: _between(name, earlier[name], later[name], share) for name in later}
    )
    return between


def _between(name: str, earlier: Tensor, later: Tensor, share: float) -> Tensor:
    if name.startswith(BOX_HEADS):
        return earlier
    return earlier.lerp(later, share) if later.is_floating_point() else later
