"""Reads frames off the GUI thread: one thread owns the decoder and the latest request wins."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QThread, Signal, Slot

from trackmend_app.jobs.right_of_way import RightOfWay, Urgency
from trackmend_core.errors import UserError
from trackmend_core.types import Float64Array, ImageArray
from trackmend_core.video import (
    CachedVideo,
    FrameCache,
    Glimpses,
    VideoSource,
    fingerprint,
    open_video,
)
from trackmend_core.video.glimpses import APART

OpenVideo = Callable[[Path], VideoSource]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OpenedVideo:
    """What the window needs to know of a video that another thread has opened.

    Attributes:
        timestamps_s: (frame_count,) float64, seconds from the first frame, not falling.
        notices: sentences the user should read, e.g. that the file is truncated.
        fingerprint: of its content, see `trackmend_core.video.fingerprint`; None if it cannot be
            told any more.
    """

    path: Path
    frame_count: int
    frame_rate: float
    width: int
    height: int
    timestamps_s: Float64Array
    notices: tuple[str, ...]
    fingerprint: str | None


def describe_video(source: VideoSource) -> OpenedVideo:
    """Copy what is known of an open video, so that it can cross threads."""
    count = source.frame_count
    times = np.fromiter((source.timestamp_s(i) for i in range(count)), np.float64, count)
    return OpenedVideo(
        path=source.path,
        frame_count=count,
        frame_rate=source.frame_rate,
        width=source.width,
        height=source.height,
        timestamps_s=times - times[0] if count else times,
        notices=tuple(source.notices),
        fingerprint=_fingerprint(source.path),
    )


def _fingerprint(path: Path) -> str | None:
    """Return the mark of a video, None if the file is gone although it is open."""
    try:
        return fingerprint(path)
    except UserError:
        return None


def glimpse_key(path: Path) -> str:
    """Return what the glimpses of a video are kept by."""
    return str(path.absolute())


PASSED_BY = 12
"""A frame this little before the one wanted now is read all the same: it lies on the way."""

GRACE_S = 0.005
"""A frame that should come soon and takes longer than this is preceded by another after all."""

PROGRESS_S = 0.03
"""While a far frame is decoded, frames on the way to it are shown so often."""


BACK = 4
"""Two frames wanted in turn, the second at most so much before the first, are a step back."""


class _Wanted:
    """The one frame that is wanted next, shared by two threads; a ticket names the video."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wish: tuple[int, int] | None = None
        self.left = 0  # rises whenever the reader has to leave what it does

    def put(self, ticket: int, frame_index: int) -> bool:
        """Replace the wish; return whether the reader has to be woken for it."""
        with self._lock:
            waits_already = self._wish is not None and self._wish[0] == ticket
            self._wish = (ticket, frame_index)
            return not waits_already

    def leaves_behind(self, ticket: int, frame_index: int) -> bool:
        """Return whether another frame is wanted by now that does not lie just beyond this one."""
        with self._lock:
            if self._wish is None:
                return False
            other, wanted = self._wish
            return other != ticket or not 0 <= wanted - frame_index <= PASSED_BY

    def clear(self) -> None:
        with self._lock:
            self._wish = None
            self.left += 1

    def take(
        self, ticket: int, *, only: Callable[[int], bool] | None = None
    ) -> tuple[int | None, bool]:
        """Return the frame wanted of this video and forget it, and whether a wish is left.

        A wish for another video is left, and so is a frame that `only` refuses.
        """
        with self._lock:
            if self._wish is None:
                return None, False
            other, frame_index = self._wish
            if other != ticket or (only is not None and not only(frame_index)):
                return None, True
            self._wish = None
            return frame_index, False


class _Reader(QObject):
    """Lives in the loader's thread and owns the decoder."""

    video_opened = Signal(int, object)
    open_failed = Signal(int, object)
    frame_ready = Signal(int, int, object)
    near_ready = Signal(int, int, object)
    read_failed = Signal(int, int, object)

    def __init__(
        self,
        wanted: _Wanted,
        cache: FrameCache,
        glimpses: Glimpses,
        opener: OpenVideo,
        way: RightOfWay,
    ) -> None:
        super().__init__()
        self._wanted = wanted
        self._cache = cache
        self._glimpses = glimpses
        self._opener = opener
        self._way = way
        self._key = ""
        self._video: VideoSource | None = None
        self._ticket = 0
        self._last, self._shown_s, self._begun_s = -1, 0.0, 0.0
        self._exact = -1  # the last frame handed out that was itself wanted

    @Slot(int, object)
    def open(self, ticket: int, path: Path) -> None:
        self.close()
        self._ticket, self._last, self._key = ticket, -1, glimpse_key(path)
        try:
            source = self._opener(path)
            self._video = CachedVideo(source, self._cache)
            self.video_opened.emit(ticket, describe_video(source))
        except Exception as error:
            self.open_failed.emit(ticket, error)

    @Slot()
    def read_wanted(self) -> None:
        frame_index, _ = self._wanted.take(self._ticket)
        if frame_index is None or self._video is None:
            return
        before = self._exact
        if self._read(self._video, frame_index) and 0 < before - frame_index <= BACK:
            self._prepare_back(self._video)

    def _read(self, video: VideoSource, frame_index: int) -> bool:
        """Hand out a frame, a near one first; return whether it came."""
        self._begun_s = time.perf_counter()
        try:
            with self._way.reading(Urgency.SCREEN):
                self._show_near(video, frame_index)
                image = video.read_unless(frame_index, partial(self._gives_up, frame_index))
        except Exception as error:
            self.read_failed.emit(self._ticket, frame_index, error)
            return False
        if image is not None:
            self._last = self._exact = frame_index
            self.frame_ready.emit(self._ticket, frame_index, image)
            self._remember(frame_index, image)
        return image is not None

    def _prepare_back(self, video: VideoSource) -> None:
        """Decode what the next steps back will want, handing out meanwhile what is at hand."""
        begun = self._wanted.left

        def leaves() -> bool:
            wish, is_left = self._wanted.take(
                self._ticket, only=lambda frame: video.quick_frame(frame) == frame
            )
            if wish is not None:
                self._read(video, wish)
            return is_left or self._wanted.left != begun

        at = -1
        while at != self._exact and not leaves():
            at = self._exact
            video.prepare_before(at, leaves)

    def _gives_up(self, frame_index: int) -> bool:
        """Say whether a frame being decoded is wanted no more; if it is, show the way to it."""
        if self._wanted.leaves_behind(self._ticket, frame_index):
            return True
        now = time.perf_counter()
        if now - self._shown_s > PROGRESS_S and now - self._begun_s > GRACE_S:
            self._show_progress(frame_index)
        return False

    def _show_progress(self, frame_index: int) -> None:
        """Hand out what has just been decoded, if it is nearer than what was handed out."""
        if self._video is not None:
            near = self._video.quick_frame(frame_index)
            if abs(near - frame_index) < abs(self._last - frame_index):
                self._show(self._video, near)

    def _show_near(self, video: VideoSource, frame_index: int) -> None:
        """Hand out a near frame first, unless the frame itself comes soon.

        A glimpse stands in for one that has to be decoded, or where it is nearer.
        """
        if video.comes_soon(frame_index):
            return
        near = video.quick_frame(frame_index)
        far = abs(near - frame_index)
        glimpse = self._glimpses.nearest(self._key, frame_index)
        if glimpse is not None:
            is_nearer = abs(glimpse - frame_index) < far
            is_cold = not video.comes_soon(near)
            if is_nearer or is_cold:
                self._show_glimpse(video, glimpse)
            if is_nearer or (is_cold and abs(glimpse - frame_index) == far):
                return
        if near not in (frame_index, self._last):
            self._show(video, near)

    def _show_glimpse(self, video: VideoSource, frame_index: int) -> None:
        picture = self._glimpses.picture(
            self._key, frame_index, width=video.width, height=video.height
        )
        if picture is not None and frame_index != self._last:
            self._last, self._shown_s = frame_index, time.perf_counter()
            self.near_ready.emit(self._ticket, frame_index, picture)

    def _show(self, video: VideoSource, frame_index: int) -> None:
        self._last, self._shown_s = frame_index, time.perf_counter()
        image = video.read(frame_index)
        self.near_ready.emit(self._ticket, frame_index, image)
        self._remember(frame_index, image)

    def _remember(self, frame_index: int, image: ImageArray) -> None:
        """Keep a glimpse of what was seen in passing, now and then."""
        nearest = self._glimpses.nearest(self._key, frame_index)
        if nearest is None or abs(nearest - frame_index) >= APART:
            self._glimpses.put(self._key, frame_index, image)

    @Slot()
    def close(self) -> None:
        if self._video is not None:
            self._video.close()
            self._video = None


class FrameLoader(QObject):
    """Reads frames off the GUI thread.

    Signals:
        video_opened(OpenedVideo); open_failed(error).
        frame_ready(frame_index, image): image is BGR (H, W, 3) uint8, not to be written to.
        near_ready(frame_index, image): a frame near the wanted one, which follows; it may be
            a glimpse, that is a small picture enlarged.
        read_failed(frame_index, error).
    """

    video_opened = Signal(object)
    open_failed = Signal(object)
    frame_ready = Signal(int, object)
    near_ready = Signal(int, object)
    read_failed = Signal(int, object)

    _open_asked = Signal(int, object)
    _read_asked = Signal()
    _close_asked = Signal()

    def __init__(
        self,
        cache: FrameCache,
        *,
        glimpses: Glimpses | None = None,
        opener: OpenVideo = open_video,
        way: RightOfWay | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._wanted = _Wanted()
        self._ticket = 0
        self._thread = QThread(self)
        kept = Glimpses() if glimpses is None else glimpses
        self._reader = _Reader(self._wanted, cache, kept, opener, way or RightOfWay())
        self._reader.moveToThread(self._thread)
        self._open_asked.connect(self._reader.open)
        self._read_asked.connect(self._reader.read_wanted)
        self._close_asked.connect(self._reader.close)
        self._reader.video_opened.connect(self._on_video_opened)
        self._reader.open_failed.connect(self._on_open_failed)
        self._reader.frame_ready.connect(self._on_frame_ready)
        self._reader.near_ready.connect(self._on_near_ready)
        self._reader.read_failed.connect(self._on_read_failed)
        self._thread.finished.connect(self._reader.close)
        self._thread.start()

    def open(self, path: Path) -> None:
        """Open a video in the reading thread; answers about an earlier one are dropped."""
        self._ticket += 1
        self._wanted.clear()
        self._open_asked.emit(self._ticket, path)

    def close_video(self) -> None:
        """Let go of the file."""
        self._ticket += 1
        self._wanted.clear()
        self._close_asked.emit()

    def request(self, frame_index: int) -> None:
        """Ask for a frame; a request not yet begun is replaced."""
        if self._wanted.put(self._ticket, frame_index):
            self._read_asked.emit()

    def shut_down(self) -> None:
        """End the thread and wait for it: no request is answered afterwards."""
        self._wanted.clear()
        self._thread.quit()
        self._thread.wait()

    @Slot(int, object)
    def _on_video_opened(self, ticket: int, video: OpenedVideo) -> None:
        if ticket == self._ticket:
            self.video_opened.emit(video)

    @Slot(int, object)
    def _on_open_failed(self, ticket: int, error: Exception) -> None:
        if ticket == self._ticket:
            self.open_failed.emit(error)

    @Slot(int, int, object)
    def _on_frame_ready(self, ticket: int, frame_index: int, image: object) -> None:
        if ticket == self._ticket:
            self.frame_ready.emit(frame_index, image)

    @Slot(int, int, object)
    def _on_near_ready(self, ticket: int, frame_index: int, image: object) -> None:
        if ticket == self._ticket:
            self.near_ready.emit(frame_index, image)

    @Slot(int, int, object)
    def _on_read_failed(self, ticket: int, frame_index: int, error: Exception) -> None:
        if ticket == self._ticket:
            self.read_failed.emit(frame_index, error)
