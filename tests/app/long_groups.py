"""A video with long groups of pictures, whose frames come when a test lets them."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from trackmend_core.types import ImageArray, IntArray

GROUP = 100
TIMEOUT_MS = 60_000


class LongGroups:
    """A video whose key frames come at once; any other frame is read only when the test lets it."""

    path = Path("long.mp4")
    frame_count, frame_rate, width, height = 1000, 25.0, 8, 8
    notices: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.may_read = threading.Event()
        self.begun: list[int] = []
        self.given_up: list[int] = []
        self.prepared: list[int] = []
        self.left: list[int] = []

    def read(self, frame_index: int) -> ImageArray:
        return np.full((8, 8, 3), frame_index % 251, np.uint8)

    def quick_frame(self, frame_index: int) -> int:
        return frame_index // GROUP * GROUP

    def comes_soon(self, frame_index: int) -> bool:
        return frame_index % GROUP <= 4

    def key_frames(self) -> IntArray:
        return np.arange(0, self.frame_count, GROUP)

    def read_unless(self, frame_index: int, given_up: Callable[[], bool]) -> ImageArray | None:
        self.begun.append(frame_index)
        while frame_index % GROUP and not self.may_read.wait(0.002):
            if given_up():
                self.given_up.append(frame_index)
                return None
        return self.read(frame_index)

    def prepare_before(self, frame_index: int, given_up: Callable[[], bool]) -> None:
        self.prepared.append(frame_index)
        while not self.may_read.wait(0.002):
            if given_up():
                self.left.append(frame_index)
                return

    def timestamp_s(self, frame_index: int) -> float:
        return frame_index / self.frame_rate

    def frame_at(self, time_s: float) -> int:
        return round(time_s * self.frame_rate)

    def close(self) -> None:
        self.may_read.set()
