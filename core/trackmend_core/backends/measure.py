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
_SHORTEST_S = 1e-6
"""Clocks of processor time may stand still during a short pass."""


def measured_shape(input_wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return an input of the same shape as the real one, with at most about `MEASURED_PIXELS`."""
    width, height = input_wh
    scale = min(1.0, (MEASURED_PIXELS / (width * height)) ** 0.5)
    rows, columns = (max(1, round(side * scale / _MULTIPLE)) for side in (height, width))
    return 1, 3, rows * _MULTIPLE, columns * _MULTIPLE


def measure(backends: Mapping[str, Backend], *, input_wh: tuple[int, int]) -> dict[str, float]:
    """Return milliseconds of processor time per input by name: the best of a few rounds in turn.

    Processor time of all threads together, not time on the clock: what other programs do meanwhile
    must not decide. The best and not the middle: what disturbs a round only makes it longer.
    Rounds end early when the time for measuring is used up.

    Args:
        backends: on the CPU.
        input_wh: the input that will be used, pixels.
    """
    batch = noise(measured_shape(input_wh)).numpy()
    for backend in backends.values():
        backend.run(batch)
    best = dict.fromkeys(backends, float("inf"))
    ends_s = time.perf_counter() + _BUDGET_S
    for _ in range(_ROUNDS):
        for name, backend in backends.items():
            started_s = time.process_time()
            backend.run(batch)
            best[name] = min(best[name], 1e3 * max(time.process_time() - started_s, _SHORTEST_S))
        if time.perf_counter() > ends_s:
            break
    return best
