"""Makes small pictures of the key frames of the open video while nothing else is wanted of it."""

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from trackmend_app.jobs.frame_loader import OpenVideo, glimpse_key
from trackmend_core.errors import UserError
from trackmend_core.video import Glimpses, VideoSource, coarse_to_fine, open_video

QUIET_S = 0.4
"""So long nothing else was asked of the video before a key frame is decoded for a glimpse."""

BUSY_MS = 250
"""Waited before it is asked again whether there is quiet."""

MOST_MADE = 500
"""Key frames decoded of one video at most; the others lie between them."""

NICE = 15


class _Maker(QObject):
    """Lives in the maker's thread and owns a decoder."""

    opened = Signal(int, object)
    made = Signal(int, bool)

    def __init__(self, glimpses: Glimpses, opener: OpenVideo) -> None:
        super().__init__()
        self._glimpses = glimpses
        self._opener = opener
        self._video: VideoSource | None = None
        self._key = ""

    @Slot(int, object)
    def open(self, ticket: int, path: Path) -> None:
        self.close()
        _yield_to_others()
        try:
            self._video, self._key = self._opener(path), glimpse_key(path)
            frames = coarse_to_fine(np.unique(self._video.key_frames()))
        except Exception:  # the loader, which opens the same file, says what is wrong with it
            frames = []
        self.opened.emit(ticket, frames[:MOST_MADE])

    @Slot(int, int)
    def make(self, ticket: int, frame_index: int) -> None:
        is_room = True
        if self._video is not None:
            with suppress(UserError):  # a damaged key frame has no glimpse
                image = self._video.read(frame_index)
                is_room = self._glimpses.put(self._key, frame_index, image)
        self.made.emit(ticket, is_room)

    @Slot()
    def close(self) -> None:
        if self._video is not None:
            self._video.close()
            self._video = None


class GlimpseMaker(QObject):
    """Fills the glimpses of the open video, coarsely first, one key frame after the other.

    Signals:
        finished(): all are made, or there is no room for more.
    """

    finished = Signal()
    _open_asked = Signal(int, object)
    _make_asked = Signal(int, int)
    _close_asked = Signal()

    def __init__(
        self,
        glimpses: Glimpses,
        *,
        is_busy: Callable[[], bool] = lambda: False,
        opener: OpenVideo = open_video,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._glimpses = glimpses
        self._is_busy = is_busy
        self._ticket = 0
        self._left: list[int] = []
        self._disturbed_s = 0.0
        self._again = QTimer(self, singleShot=True, interval=BUSY_MS)
        self._again.timeout.connect(self._go_on)
        self._thread = QThread(self)
        self._maker = _Maker(glimpses, opener)
        self._maker.moveToThread(self._thread)
        self._open_asked.connect(self._maker.open)
        self._make_asked.connect(self._maker.make)
        self._close_asked.connect(self._maker.close)
        self._maker.opened.connect(self._on_opened)
        self._maker.made.connect(self._on_made)
        self._thread.finished.connect(self._maker.close)
        self._thread.start(QThread.Priority.LowestPriority)

    def open(self, path: Path) -> None:
        """Begin with a video; glimpses of another one are forgotten."""
        self._ticket += 1
        self._left = []
        self.disturb()
        self._glimpses.begin(glimpse_key(path))
        self._open_asked.emit(self._ticket, path)

    def close_video(self) -> None:
        """Stop, and forget the glimpses."""
        self._ticket += 1
        self._left = []
        self._again.stop()
        self._glimpses.begin("")
        self._close_asked.emit()

    @Slot()
    def disturb(self) -> None:
        """Wait until it has been quiet for a while: somebody wants frames of his own."""
        self._disturbed_s = time.monotonic()

    def shut_down(self) -> None:
        """End the thread and wait for it."""
        self.close_video()
        self._thread.quit()
        self._thread.wait()

    @Slot(int, object)
    def _on_opened(self, ticket: int, frames: list[int]) -> None:
        if ticket == self._ticket:
            self._left = frames
            self._go_on()

    @Slot()
    def _go_on(self) -> None:
        """Have the next one made if nobody is in the way."""
        if not self._left:
            self._close_asked.emit()
            self.finished.emit()
        elif self._is_busy() or time.monotonic() - self._disturbed_s < QUIET_S:
            self._again.start()
        else:
            self._make_asked.emit(self._ticket, self._left.pop(0))

    @Slot(int, bool)
    def _on_made(self, ticket: int, is_room: bool) -> None:
        if ticket == self._ticket:
            if not is_room:
                self._left = []
            self._go_on()


def _yield_to_others() -> None:
    """Let this thread, and the decoder's threads begun in it, run only where nobody else would.

    Linux knows a niceness for each thread; elsewhere the thread's priority has to do.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
