"""How fast a run goes and how long it still takes."""

import time
from collections import deque

SPEED_WINDOW = 20


class Clock:
    """Speed over the last steps and the time left.

    Args:
        steps: length of the run.
    """

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._times: deque[float] = deque([time.monotonic()], maxlen=SPEED_WINDOW + 1)

    def tick(self, step: int) -> tuple[float, float]:
        """Return (steps per second, seconds left) after a step."""
        self._times.append(time.monotonic())
        passed = self._times[-1] - self._times[0]
        speed = (len(self._times) - 1) / passed if passed > 0 else 0.0
        return speed, (self._steps - step) / speed if speed else 0.0
