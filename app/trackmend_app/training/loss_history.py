"""The losses of one training run by name and step, smoothed as they come; no Qt."""

from collections.abc import Mapping

import numpy as np

from trackmend_core.types import Float64Array

_MEMORY = 0.92
_SETTLED_STEPS = 12


class LossHistory:
    """Grows by one step at a time.

    The smoothed value is an exponential mean whose start is unbiased, as in Kingma and Ba (2015),
    section 3, so that the first steps are not drawn from zero.
    """

    def __init__(self) -> None:
        self._steps: dict[str, list[int]] = {}
        self._values: dict[str, list[float]] = {}
        self._smoothed: dict[str, list[float]] = {}
        self._sums: dict[str, tuple[float, float]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The losses seen so far, in order of appearance."""
        return tuple(self._values)

    def add(self, step: int, losses: Mapping[str, float]) -> None:
        """Take in one step; values that are not finite are left out."""
        for name, value in losses.items():
            if not np.isfinite(value):
                continue
            weighted, weight = self._sums.get(name, (0.0, 0.0))
            weighted = _MEMORY * weighted + (1 - _MEMORY) * value
            weight = _MEMORY * weight + (1 - _MEMORY)
            self._sums[name] = (weighted, weight)
            self._steps.setdefault(name, []).append(step)
            self._values.setdefault(name, []).append(float(value))
            self._smoothed.setdefault(name, []).append(weighted / weight)

    def series(self, name: str) -> tuple[Float64Array, Float64Array]:
        """Return (N,) steps and (N,) values as measured."""
        return np.array(self._steps[name], np.float64), np.array(self._values[name])

    def smoothed(self, name: str) -> Float64Array:
        """Return (N,) smoothed values."""
        return np.array(self._smoothed[name])

    def value_range(self) -> tuple[float, float]:
        """Return the values worth showing: smoothed, less a steep start once that is over."""
        if not self._smoothed:
            return 0.0, 1.0
        late = [
            values[_SETTLED_STEPS:] if len(values) > 4 * _SETTLED_STEPS else values
            for values in self._smoothed.values()
        ]
        low = min(0.0, *(min(values) for values in late))
        high = max(max(values) for values in late)
        return low, max(high, low + 1e-6)
