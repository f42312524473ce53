"""How many steps a machine can do in the time that there is, found out by trying a few."""

import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median

TRIED_STEPS = 5
UNMEASURED_STEPS = 1
"""The first step also reads pictures and warms up."""
WORTH_TRYING = 8 * TRIED_STEPS


def affordable_steps(
    planned: int, *, minutes: float, do_steps: Callable[[int, Callable[[], None]], object]
) -> int:
    """Return how many of the planned steps fit into the time.

    A run that is cut off in the middle stops while its learning rate is still high; one that is
    planned shorter ends as it should.

    Args:
        planned: steps.
        minutes: that there are.
        do_steps: does so many steps and calls back after each.
    """
    if planned <= WORTH_TRYING:
        return planned
    moments: list[float] = []
    do_steps(TRIED_STEPS, lambda: moments.append(time.monotonic()))
    took = [later - earlier for earlier, later in pairwise(moments)]
    measured = took[UNMEASURED_STEPS:] or took
    if not measured:
        return planned
    return max(WORTH_TRYING, min(planned, int(minutes * 60 / max(median(measured), 1e-6))))
