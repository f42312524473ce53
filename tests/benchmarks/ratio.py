"""Measures two ways of doing the same thing in turn, so that a drifting machine hits both."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Median seconds of a baseline and of ours, and how many times faster ours is."""

    what: str
    baseline: str
    baseline_s: float
    ours_s: float

    @property
    def times(self) -> float:
        return self.baseline_s / self.ours_s

    def __str__(self) -> str:
        return (
            f"{self.what}: {1e3 * self.ours_s:.1f} ms, {self.baseline}: "
            f"{1e3 * self.baseline_s:.1f} ms -> {self.times:.2f}x"
        )


def compare(
    what: str,
    ours: Callable[[], object],
    *,
    baseline: str,
    against: Callable[[], object],
    rounds: int = 9,
) -> Ratio:
    """Run both in turn, after one unmeasured round each, and print the ratio of the medians."""
    seconds: dict[str, list[float]] = {"ours": [], "against": []}
    for number in range(rounds + 1):
        for name, work in (("against", against), ("ours", ours)):
            started = time.perf_counter()
            work()
            if number:
                seconds[name].append(time.perf_counter() - started)
    ratio = Ratio(
        what=what,
        baseline=baseline,
        baseline_s=median(seconds["against"]),
        ours_s=median(seconds["ours"]),
    )
    print(ratio)
    return ratio
