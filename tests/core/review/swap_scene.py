"""Two who are swapped and have gaps nearby, somebody apart with a gap, and how to find the swap."""

from review_scenes import Walker, bystanders

from trackmend_core.review import Action, ReviewIndex, Suspicion

SWAPPED = 100
_ONE = Walker(
    person=0,
    x=100,
    speed=2.0,
    number=1,
    renamed=((SWAPPED, 2),),
    untracked=(*range(SWAPPED + 5, SWAPPED + 9), *range(SWAPPED + 60, SWAPPED + 64)),
)
_TWO = Walker(person=1, x=500, speed=-2.0, number=2, foot=404, renamed=((SWAPPED, 1),))
_APART = Walker(
    person=7, x=40, speed=0.5, foot=300, number=6, untracked=range(SWAPPED + 5, SWAPPED + 11)
)
SCENE = [_ONE, _TWO, _APART, *bystanders()]


def swap_of(index: ReviewIndex) -> Suspicion:
    (swap,) = [one for one in index.suspicions() if one.proposal.action is Action.SWAP]
    return swap
