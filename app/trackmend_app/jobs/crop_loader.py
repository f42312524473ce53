"""Cuts pictures of boxes out of a video off the GUI thread; the latest list of wishes wins."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot

from trackmend_app.jobs.frame_loader import OpenVideo
from trackmend_app.jobs.right_of_way import RightOfWay, Urgency
from trackmend_core.project import BoxRecord, BoxXyxy
from trackmend_core.types import ImageArray
from trackmend_core.video import CachedVideo, FrameCache, VideoSource, open_video

MARGIN = 0.08
"""Of each side of the box, shown around it."""
MOST_KEPT = 400


@dataclass(frozen=True, slots=True)
class CropKey:
    """Which picture: the frame and whole pixels, so that equal boxes share it."""

    frame_index: int
    x1: int
    y1: int
    x2: int
    y2: int

    @classmethod
    def of(cls, box: BoxRecord) -> "CropKey":
        """Return the key of a box, with its margin."""
        return cls.around(box.frame_index, box.box_xyxy)

    @classmethod
    def around(cls, frame_index: int, box_xyxy: BoxXyxy) -> "CropKey":
        """Return the key of a place, with its margin."""
        x1, y1, x2, y2 = box_xyxy
        dx, dy = MARGIN * (x2 - x1), MARGIN * (y2 - y1)
        return cls(frame_index, round(x1 - dx), round(y1 - dy), round(x2 + dx), round(y2 + dy))


def cut(image: ImageArray, key: CropKey) -> ImageArray | None:
    """Return the part of a frame (H, W, 3), copied; None if it lies outside."""
    height, width = image.shape[:2]
    left, right = max(0, key.x1), min(width, key.x2)
    top, bottom = max(0, key.y1), min(height, key.y2)
    if right <= left or bottom <= top:
        return None
    return image[top:bottom, left:right].copy()


@dataclass(frozen=True, slots=True)
class _Wish:
    """One picture, of which video, and who wants it."""

    for_whom: str
    path: Path
    key: CropKey


class _Cutter(QObject):
    """Lives in the loader's thread and owns a decoder."""

    cut = Signal(object, object)

    def __init__(self, cache: FrameCache, opener: OpenVideo, way: RightOfWay) -> None:
        super().__init__()
        self._cache = cache
        self._opener = opener
        self._way = way
        self._video: VideoSource | None = None
        self._path: Path | None = None
        self._lock = threading.Lock()
        self._wishes: dict[str, tuple[Path, tuple[CropKey, ...]]] = {}

    def wish(self, path: Path, keys: Sequence[CropKey], *, for_whom: str) -> None:
        """Take over from any thread; what the same one wished before is forgotten."""
        with self._lock:
            self._wishes.pop(for_whom, None)
            if keys:
                self._wishes[for_whom] = path, tuple(sorted(keys, key=lambda one: one.frame_index))

    def forget(self) -> None:
        """Forget all wishes."""
        with self._lock:
            self._wishes.clear()

    def _next(self) -> _Wish | None:
        """Return what is wanted first: the first picture of the newest list."""
        with self._lock:
            if not self._wishes:
                return None
            newest = next(reversed(self._wishes))
            path, keys = self._wishes[newest]
            return _Wish(newest, path, keys[0])

    def _strike(self, wish: _Wish) -> None:
        """Forget a picture that was handed out or cannot be had."""
        with self._lock:
            path, keys = self._wishes.get(wish.for_whom, (wish.path, ()))
            if path != wish.path or wish.key not in keys:
                return
            left = tuple(key for key in keys if key != wish.key)
            if left:
                self._wishes[wish.for_whom] = path, left
            else:
                del self._wishes[wish.for_whom]

    def _gives_up(self, wish: _Wish) -> bool:
        """Wait for the picture on the screen, and say whether something else is wanted first."""
        self._way.wait(Urgency.CROPS)
        return self._next() != wish

    @Slot()
    def work(self) -> None:
        while (wish := self._next()) is not None:
            try:
                picture = self._picture(wish)
            except Exception:  # a frame that cannot be read has no picture; the canvas says why
                self._strike(wish)
                continue
            if picture is not None:
                self.cut.emit(wish.key, picture)

    def _picture(self, wish: _Wish) -> ImageArray | None:
        """Return a picture; None if it lies outside, or if another is wanted first by now."""
        self._way.wait(Urgency.CROPS)  # the frame on the screen may be the very one
        with self._way.reading(Urgency.CROPS):
            video = self._open(wish.path)
            image = video.read_unless(wish.key.frame_index, partial(self._gives_up, wish))
        if image is None:
            return None
        self._strike(wish)
        return cut(image, wish.key)

    def _open(self, path: Path) -> VideoSource:
        if self._video is None or path != self._path:
            self.close()
            self._video, self._path = CachedVideo(self._opener(path), self._cache), path
        return self._video

    @Slot()
    def close(self) -> None:
        if self._video is not None:
            self._video.close()
        self._video, self._path = None, None


class CropLoader(QObject):
    """Hands out pictures of boxes.

    Signals:
        crop_ready(CropKey, image): BGR (H, W, 3) uint8, not to be written to.
    """

    crop_ready = Signal(object, object)
    _work_asked = Signal()

    def __init__(
        self,
        cache: FrameCache,
        *,
        opener: OpenVideo = open_video,
        way: RightOfWay | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[tuple[Path, CropKey], ImageArray] = OrderedDict()
        self._path: Path | None = None
        self._thread = QThread(self)
        self._cutter = _Cutter(cache, opener, way or RightOfWay())
        self._cutter.moveToThread(self._thread)
        self._work_asked.connect(self._cutter.work)
        self._cutter.cut.connect(self._on_cut)
        self._thread.finished.connect(self._cutter.close)
        self._thread.start()

    def ask(
        self, path: Path | None, keys: Sequence[CropKey], *, for_whom: str = ""
    ) -> dict[CropKey, ImageArray]:
        """Return the pictures at hand; the others come by signal.

        Args:
            path: of the video.
            keys: which pictures.
            for_whom: what the same one asked for before and has not got yet is forgotten.
        """
        self._path = path
        if path is None:
            return {}
        known = {key: self._kept[path, key] for key in keys if (path, key) in self._kept}
        missing = [key for key in keys if key not in known]
        self._cutter.wish(path, missing, for_whom=for_whom)
        self._work_asked.emit()
        return known

    def shut_down(self) -> None:
        """End the thread and wait for it."""
        self._cutter.forget()
        self._thread.quit()
        self._thread.wait()

    @Slot(object, object)
    def _on_cut(self, key: CropKey, picture: ImageArray) -> None:
        if self._path is None:
            return
        self._kept[self._path, key] = picture
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self.crop_ready.emit(key, picture)
