"""Decodes the next frames in a thread of its own while the network works on the present one."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from trackmend_core.errors import UserError
from trackmend_core.jobs.seams import FrameSource
from trackmend_core.types import ImageArray

FRAMES_AHEAD = 4
_POLL_S = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class ReadFrame:
    """A frame, or why there is none.

    Attributes:
        frame_index: 0-based.
        image: BGR; None if the frame cannot be decoded.
        error: why not.
    """

    frame_index: int
    image: ImageArray | None
    error: UserError | None = None


class ReadAhead:
    """Iterates over the frames of a video in order; holds at most `FRAMES_AHEAD` of them.

    A context manager: leaving it ends the thread and waits for it. The source is used by that
    thread alone until then.
    """

    def __init__(self, source: FrameSource, *, start_frame: int) -> None:
        self._source = source
        self._frames = range(start_frame, source.frame_count)
        self._queue: queue.Queue[ReadFrame | BaseException | None] = queue.Queue(FRAMES_AHEAD)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read_all, name="read-ahead", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def __iter__(self) -> Iterator[ReadFrame]:
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def _read_all(self) -> None:
        try:
            for frame_index in self._frames:
                if not self._offer(self._read(frame_index)):
                    return
            self._offer(None)
        except BaseException as error:  # whatever it is, the thread that waits must hear of it
            self._offer(error)

    def _read(self, frame_index: int) -> ReadFrame:
        try:
            return ReadFrame(frame_index, self._source.read(frame_index))
        except UserError as error:
            return ReadFrame(frame_index, None, error)

    def _offer(self, item: ReadFrame | BaseException | None) -> bool:
        """Put an item as soon as there is room; return False if nobody wants it any more."""
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=_POLL_S)
            except queue.Full:
                continue
            return True
        return False
