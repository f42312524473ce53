"""How many steps a machine can do in the time that there is, found out by trying a few."""

import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median

TRIED_STEPS = 5
UNMEASURED_STEPS = 1
"""The first step also reads pictures and warms up."""
WORTH_TRYING = 8 * TRIED_STEPS
MOST_TRIALS = 2
"""Something else may have had the machine just then: what seems slow is tried once more."""


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
    fitting = 0
    for _ in range(MOST_TRIALS):
        if planned <= max(WORTH_TRYING, fitting):
            return planned
        took = _step_seconds(do_steps)
        if took is None:
            return planned
        fitting = max(fitting, int(minutes * 60 / max(took, 1e-6)))
    return max(WORTH_TRYING, min(planned, fitting))


def _step_seconds(do_steps: Callable[[int, Callable[[], None]], object]) -> float | None:
    """Return what a step takes, None where the trial was cancelled."""
    moments: list[float] = []
    do_steps(TRIED_STEPS, lambda: moments.append(time.monotonic()))
    took = [later - earlier for earlier, later in pairwise(moments)]
    measured = took[UNMEASURED_STEPS:] or took
    return median(measured) if measured else None
