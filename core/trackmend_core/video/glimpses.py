"""Small pictures of frames of the open video, to be shown until the frame itself is decoded."""

from bisect import bisect_left, insort
from threading import Lock

import cv2
import numpy as np

from trackmend_core.types import ImageArray, IntArray

LONGEST_SIDE = 640
"""Of a glimpse in pixels: enough to see who stands where."""

MOST_BYTES = 48 << 20
"""A thousand glimpses and more, coded as they are."""

APART = 25
"""Frames between two glimpses that are kept of what was seen in passing."""

_QUALITY = 85


class Glimpses:
    """Coded small pictures of one video by frame number. Any thread may use it.

    What does not fit any more is not taken: the first ones lie farthest apart (`coarse_to_fine`),
    so they are worth most.

    Args:
        max_bytes: bound on the coded pictures.
    """

    def __init__(self, max_bytes: int = MOST_BYTES) -> None:
        self._max_bytes = max_bytes
        self._key = ""
        self._coded: dict[int, bytes] = {}
        self._frames: list[int] = []
        self._bytes = 0
        self._lock = Lock()

    @property
    def size_bytes(self) -> int:
        """Return the bytes kept now."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._coded)

    def begin(self, key: str) -> None:
        """Forget all and keep glimpses of this video from now on; of none if it is empty."""
        with self._lock:
            self._key = key
            self._coded.clear()
            self._frames.clear()
            self._bytes = 0

    def put(self, key: str, frame_index: int, image: ImageArray) -> bool:
        """Keep a glimpse of a frame, (H, W, 3) BGR; return whether there was room for it.

        There is no room for a video that is not the open one.
        """
        coded = _code(image)
        with self._lock:
            if key != self._key or not key:
                return False
            if frame_index in self._coded:
                return True
            if self._bytes + len(coded) > self._max_bytes:
                return False
            self._coded[frame_index] = coded
            insort(self._frames, frame_index)
            self._bytes += len(coded)
            return True

    def nearest(self, key: str, frame_index: int) -> int | None:
        """Return the frame nearest to one of which there is a glimpse, None without any."""
        with self._lock:
            if key != self._key:
                return None
            after = bisect_left(self._frames, frame_index)
            around = self._frames[max(0, after - 1) : after + 1]
            return min(around, key=lambda at: abs(at - frame_index), default=None)

    def picture(self, key: str, frame_index: int, *, width: int, height: int) -> ImageArray | None:
        """Return a glimpse enlarged to the size of the frame, None if it is not kept."""
        with self._lock:
            coded = self._coded.get(frame_index) if key == self._key else None
        if coded is None:
            return None
        small = cv2.imdecode(np.frombuffer(coded, np.uint8), cv2.IMREAD_COLOR)
        assert small is not None, "it was coded here"
        large = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
        image: ImageArray = np.asarray(large, np.uint8)
        return image


def coarse_to_fine(frames: IntArray) -> list[int]:
    """Return frames in such an order that the first few lie evenly spread, and so do all begun.

    The place of each is its number with the bits read backwards (van der Corput).
    """
    count = len(frames)
    bits = max(1, (count - 1).bit_length())
    places = (int(f"{place:0{bits}b}"[::-1], 2) for place in range(1 << bits))
    return [int(frames[place]) for place in places if place < count]


def _code(image: ImageArray) -> bytes:
    height, width = image.shape[:2]
    shrink = min(1.0, LONGEST_SIDE / max(height, width))
    size = (max(1, round(shrink * width)), max(1, round(shrink * height)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if shrink < 1 else image
    _, coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return coded.tobytes()
