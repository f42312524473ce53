"""Rows of the bench table that are times: median and p95 by the clock and of the processor."""

import time
from collections.abc import Callable, Sequence

import numpy as np
from table import BenchTable

Taken = tuple[float, float]
"""Seconds by the clock, and of the processor in this thread alone."""


def timed(work: Callable[[], object]) -> Taken:
    """Do some work and return what it took."""
    clock, own = time.perf_counter(), time.thread_time()
    work()
    return time.perf_counter() - clock, time.thread_time() - own


def say_times(
    table: BenchTable,
    what: str,
    taken: Sequence[Taken],
    *,
    floor_ms: float | None = None,
    baseline: str = "",
) -> None:
    """Add a row and print it; a floor that the p95 by the clock misses is marked."""
    clock, own = (1e3 * np.array(column) for column in zip(*taken, strict=True))
    middle, p95 = np.percentile(clock, (50, 95))
    kept = "" if floor_ms is None else "kept" if p95 <= floor_ms else "**missed**"
    table.say(
        what,
        ours=f"p95 {p95:.1f} ms, median {middle:.1f} ms",
        baseline=baseline or f"processor: p95 {np.percentile(own, 95):.1f} ms",
        ratio=kept,
        floor="" if floor_ms is None else f"p95 {floor_ms:.0f} ms",
    )
    print(table.rows[-1])
