"""How fast a job is now, over the last seconds; and how fast it was, its pauses left out."""

import time
from collections import deque
from collections.abc import Callable

WINDOW_S = 4.0


class SpeedMeter:
    """Counts units and tells the speed over the last `WINDOW_S` seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._done = 0
        self._marks: deque[tuple[float, int]] = deque([(clock(), 0)])

    def advance(self) -> float:
        """Count one unit and return units per second, 0 while that cannot be said."""
        now_s = self._clock()
        self._done += 1
        self._marks.append((now_s, self._done))
        while len(self._marks) > 2 and self._marks[1][0] < now_s - WINDOW_S:
            self._marks.popleft()
        first_s, first_done = self._marks[0]
        return (self._done - first_done) / (now_s - first_s) if now_s > first_s else 0.0


class WorkClock:
    """Adds up the time in which a job is at work: what passes while it waits is not counted."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._worked_s = 0.0
        self._done = 0

    def unit_done(self) -> None:
        """Count one unit; from here on the job waits until `go_on`."""
        self._worked_s += self._clock() - self._since
        self._done += 1

    def go_on(self) -> None:
        """Work again."""
        self._since = self._clock()

    @property
    def units_per_second(self) -> float | None:
        """Return the speed over all units, None before the first."""
        return self._done / self._worked_s if self._worked_s > 0 else None
