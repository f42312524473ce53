"""Find out which of several back ends runs a network quickest here, in a second or two."""

import time
from collections.abc import Mapping

from trackmend_core.backends.conversion import noise
from trackmend_core.backends.protocol import Backend

MEASURED_PIXELS = 320 * 192
"""Enough that the arithmetic counts and not the overhead; DLA-34 then takes a third of a second."""
_MULTIPLE = 32
_ROUNDS = 5
_BUDGET_S = 1.5


def measured_shape(input_wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return an input of the same shape as the real one, with at most about `MEASURED_PIXELS`."""
    width, height = input_wh
    scale = min(1.0, (MEASURED_PIXELS / (width * height)) ** 0.5)
    rows, columns = (max(1, round(side * scale / _MULTIPLE)) for side in (height, width))
    return 1, 3, rows * _MULTIPLE, columns * _MULTIPLE


def measure(backends: Mapping[str, Backend], *, input_wh: tuple[int, int]) -> dict[str, float]:
    """Return milliseconds per input by name: the best of a few rounds, taken in turn.

    The best and not the middle: other programs only ever make a round longer. Rounds end early
    when the time for measuring is used up.
    """
    batch = noise(measured_shape(input_wh)).numpy()
    for backend in backends.values():
        backend.run(batch)
    best = dict.fromkeys(backends, float("inf"))
    ends_s = time.perf_counter() + _BUDGET_S
    for _ in range(_ROUNDS):
        for name, backend in backends.items():
            started_s = time.perf_counter()
            backend.run(batch)
            best[name] = min(best[name], 1e3 * (time.perf_counter() - started_s))
        if time.perf_counter() > ends_s:
            break
    return best
