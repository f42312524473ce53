"""A drawn-from-nothing video and a detector that knows where everybody is."""

import threading
from dataclasses import dataclass, field

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.types import FrameDetections, ImageArray


@dataclass
class CountedFrames:
    """Frames of which the first pixel holds the number; some cannot be decoded."""

    frame_count: int = 30
    broken: frozenset[int] = frozenset()
    bug_at: int | None = None
    read_frames: list[int] = field(default_factory=list)
    readers: set[str] = field(default_factory=set)

    def read(self, frame_index: int) -> ImageArray:
        self.read_frames.append(frame_index)
        self.readers.add(threading.current_thread().name)
        if frame_index == self.bug_at:
            raise ZeroDivisionError("a bug in the reader")
        if frame_index in self.broken:
            raise UserError(f"Frame {frame_index} cannot be decoded.")
        image = np.zeros((8, 8, 3), np.uint8)
        image[0, 0] = frame_index % 256
        return image


class TwoWalkers:
    """Two people who walk towards one another and pass; the doubtful third is a false one."""

    description = "no model at all"

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        frame = int(image_bgr[0, 0, 0])
        noise = np.random.default_rng(frame)
        left = np.array([[5.0 * frame, 50], [300 - 5.0 * frame, 52], [noise.uniform(0, 300), 10]])
        boxes = np.concatenate([left, left + np.array([40, 100])], axis=1)
        looks = np.eye(3, 16) + noise.normal(0, 0.05, (3, 16))
        looks /= np.linalg.norm(looks, axis=1, keepdims=True)
        return FrameDetections(boxes, [0.9, 0.8, 0.2], looks)


@pytest.fixture
def walkers() -> TwoWalkers:
    return TwoWalkers()


@pytest.fixture
def frames() -> type[CountedFrames]:
    """Makes videos: `frames(frame_count=30, broken={3}, bug_at=None)`."""
    return CountedFrames
