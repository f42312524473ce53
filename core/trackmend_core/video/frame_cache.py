"""Keeps recently read frames in memory, within a bound."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from trackmend_core.types import ImageArray, IntArray
from trackmend_core.video.source import VideoSource


class FrameCache:
    """Frames by (key, frame number); the least recently used ones go first. Any thread may use it.

    Frames in the cache are read-only: one array may be on the screen and in the detector at once.

    Args:
        max_bytes: bound on the pixels kept; a frame larger than that is not kept at all.

    Raises:
        ValueError: the bound is negative.
    """

    def __init__(self, max_bytes: int) -> None:
        if max_bytes < 0:
            raise ValueError(f"a cache cannot hold {max_bytes} bytes")
        self._max_bytes = max_bytes
        self._frames: OrderedDict[tuple[str, int], ImageArray] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    @property
    def size_bytes(self) -> int:
        """Return the bytes of pixels kept now."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._frames)

    def get(self, key: str, frame_index: int) -> ImageArray | None:
        """Return a frame, read-only, None if it is not kept."""
        with self._lock:
            image = self._frames.get((key, frame_index))
            if image is not None:
                self._frames.move_to_end((key, frame_index))
            return image

    def nearest(self, key: str, frame_index: int) -> int | None:
        """Return the kept frame of a video nearest to a frame, None if none of it is kept."""
        with self._lock:
            kept = [place[1] for place in self._frames if place[0] == key]
        return min(kept, key=lambda at: abs(at - frame_index), default=None)

    def put(self, key: str, frame_index: int, image: ImageArray) -> None:
        """Keep a frame and make it read-only; older ones leave until the bound holds."""
        owned = image if image.base is None else image.copy()
        owned.setflags(write=False)
        with self._lock:
            self._drop((key, frame_index))
            if owned.nbytes > self._max_bytes:
                return
            self._frames[key, frame_index] = owned
            self._bytes += owned.nbytes
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._frames)))

    def forget(self, key: str) -> None:
        """Drop all frames of one video."""
        with self._lock:
            for place in [place for place in self._frames if place[0] == key]:
                self._drop(place)

    def set_limit(self, max_bytes: int) -> None:
        """Keep more or less from now on; what is too much goes at once.

        Raises:
            ValueError: the bound is negative.
        """
        if max_bytes < 0:
            raise ValueError(f"a cache cannot hold {max_bytes} bytes")
        with self._lock:
            self._max_bytes = max_bytes
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._frames)))

    def _drop(self, place: tuple[str, int]) -> None:
        image = self._frames.pop(place, None)
        if image is not None:
            self._bytes -= image.nbytes


class CachedVideo:
    """A source whose frames are looked up in a `FrameCache` first; frames it returns are read-only.

    Args:
        source: read by one thread, like any source; closed with this.
        cache: may be shared between videos and threads.
        key: names the video in the cache; its path if left out.
    """

    def __init__(self, source: VideoSource, cache: FrameCache, *, key: str | None = None) -> None:
        self._source = source
        self._cache = cache
        self._key = key if key is not None else str(source.path.absolute())

    @property
    def path(self) -> Path:
        """Return the file or folder."""
        return self._source.path

    @property
    def frame_count(self) -> int:
        """Return how many frames can be read."""
        return self._source.frame_count

    @property
    def frame_rate(self) -> float:
        """Return frames per second."""
        return self._source.frame_rate

    @property
    def width(self) -> int:
        """Return the width of every frame in pixels."""
        return self._source.width

    @property
    def height(self) -> int:
        """Return the height of every frame in pixels."""
        return self._source.height

    @property
    def notices(self) -> tuple[str, ...]:
        """Return what the user should know about the video."""
        return self._source.notices

    def read(self, frame_index: int) -> ImageArray:
        """Return a frame, from the cache if it is there.

        Raises:
            IndexError: there is no such frame.
            UserError: the frame is there but damaged.
        """
        image = self._cache.get(self._key, frame_index)
        if image is None:
            image = self._source.read(frame_index)
            self._cache.put(self._key, frame_index, image)
        image.setflags(write=False)
        return image

    def quick_frame(self, frame_index: int) -> int:
        """Return the nearest frame that is kept, decoded already, or a key frame."""
        kept = self._cache.nearest(self._key, frame_index)
        quick = self._source.quick_frame(frame_index)
        if kept is None or abs(quick - frame_index) < abs(kept - frame_index):
            return quick
        return kept

    def comes_soon(self, frame_index: int) -> bool:
        """Return whether a frame is in the cache, decoded already, or one of the next that are."""
        kept = self._cache.get(self._key, frame_index) is not None
        return kept or self._source.comes_soon(frame_index)

    def key_frames(self) -> IntArray:
        """Return the frames at which decoding can begin."""
        return self._source.key_frames()

    def read_unless(self, frame_index: int, given_up: Callable[[], bool]) -> ImageArray | None:
        """Return a frame, from the cache if it is there; None if it is given up while decoded.

        Raises:
            IndexError: there is no such frame.
            UserError: the frame is there but damaged.
        """
        image = self._cache.get(self._key, frame_index)
        if image is None:
            image = self._source.read_unless(frame_index, given_up)
            if image is None:
                return None
            self._cache.put(self._key, frame_index, image)
        image.setflags(write=False)
        return image

    def prepare_before(self, frame_index: int, given_up: Callable[[], bool]) -> None:
        """Make steps back from a frame just read quick; ends as soon as `given_up` says so."""
        self._source.prepare_before(frame_index, given_up)

    def timestamp_s(self, frame_index: int) -> float:
        """Return seconds from the first frame to this one.

        Raises:
            IndexError: there is no such frame.
        """
        return self._source.timestamp_s(frame_index)

    def frame_at(self, time_s: float) -> int:
        """Return the frame shown at a time."""
        return self._source.frame_at(time_s)

    def close(self) -> None:
        """Close the source and forget its frames."""
        self._cache.forget(self._key)
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
