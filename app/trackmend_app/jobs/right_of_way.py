"""Who reads a video first: the picture on the screen, then people's pictures, then maps."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Final

MOST_WAIT_S: Final = 0.5
"""So long a reader waits for others before it goes on by a packet all the same."""


class Urgency(IntEnum):
    """What a frame is read for, the most urgent first."""

    SCREEN = 0
    CROPS = 1
    MAPS = 2


class RightOfWay:
    """Lets less urgent readers wait while a more urgent one decodes; any thread may use it.

    Each reader has a decoder with threads of its own. After a jump into a long group of pictures
    all of them would decode the same group at once, and the picture that a person waits for, as
    well as the window itself, would get a third of the processor.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._reading: Counter[Urgency] = Counter()

    @contextmanager
    def reading(self, urgency: Urgency) -> Iterator[None]:
        """Let those who are less urgent wait meanwhile."""
        with self._condition:
            self._reading[urgency] += 1
        try:
            yield
        finally:
            with self._condition:
                self._reading[urgency] -= 1
                self._condition.notify_all()

    def wait(self, urgency: Urgency, *, most_s: float = MOST_WAIT_S) -> None:
        """Wait until nobody more urgent reads, or for `most_s` seconds."""
        with self._condition:
            self._condition.wait_for(
                lambda: not any(self._reading[one] for one in Urgency if one < urgency), most_s
            )
