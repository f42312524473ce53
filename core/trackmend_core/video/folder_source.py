"""A folder of images as a source of frames: MOTChallenge sequences and plain numbered images."""

import configparser
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.types import ImageArray, IntArray
from trackmend_core.video.clock import frame_at, require_frame
from trackmend_core.video.images import list_images, numbering_notice

DEFAULT_RATE = 25.0


class FolderSource:
    """Reads the images of a folder as frames; see `VideoSource` for what it offers.

    The folder may be the images' own, or a MOTChallenge sequence with `img1` and `seqinfo.ini`,
    which gives the frame rate. The first image sets the size.

    Raises:
        UserError: there are no images, or the first one cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = Path(path)
        self._images = list_images(self._path)
        stated = _stated_rate(self._path)
        self._rate = stated or DEFAULT_RATE
        self._closed = False
        first = self._decode(0)
        self._height, self._width = int(first.shape[0]), int(first.shape[1])
        numbering = numbering_notice(self._images)
        self._notices = tuple(
            notice for notice in ("" if stated else _rate_notice(self._path), numbering) if notice
        )

    @property
    def path(self) -> Path:
        """Return the folder."""
        return self._path

    @property
    def frame_count(self) -> int:
        """Return how many images there are."""
        return len(self._images)

    @property
    def frame_rate(self) -> float:
        """Return frames per second."""
        return self._rate

    @property
    def width(self) -> int:
        """Return the width of every frame in pixels."""
        return self._width

    @property
    def height(self) -> int:
        """Return the height of every frame in pixels."""
        return self._height

    @property
    def notices(self) -> tuple[str, ...]:
        """Return what the user should know about the folder."""
        return self._notices

    def read(self, frame_index: int) -> ImageArray:
        """Return a frame; see `VideoSource.read`.

        Raises:
            IndexError: there is no such frame.
            UserError: the image is damaged, missing, or of another size than the first.
            ValueError: the source is closed.
        """
        require_frame(frame_index, self.frame_count)
        if self._closed:
            raise ValueError(f"{self._path.name} is closed")
        image = self._decode(frame_index)
        if image.shape[:2] != (self._height, self._width):
            name = self._images[frame_index].name
            raise UserError(
                f"{name} is {image.shape[1]} x {image.shape[0]} pixels, "
                f"the first image is {self._width} x {self._height}.",
                "All images of a sequence must have one size; move the odd ones elsewhere.",
            )
        return image

    def quick_frame(self, frame_index: int) -> int:
        """Return the frame itself: one image is read as quickly as another."""
        return frame_index

    def comes_soon(self, frame_index: int) -> bool:
        """Return whether it is there: no image needs another one."""
        return 0 <= frame_index < self.frame_count

    def key_frames(self) -> IntArray:
        """Return nothing: every image is as quick as any other."""
        return np.zeros(0, np.int64)

    def read_unless(self, frame_index: int, given_up: Callable[[], bool]) -> ImageArray | None:
        """Return a frame as `read` does, or None if `given_up` says that it is not wanted.

        Raises:
            IndexError: there is no such frame.
            UserError: the image is damaged, missing, or of another size than the first.
            ValueError: the source is closed.
        """
        return None if given_up() else self.read(frame_index)

    def prepare_before(self, frame_index: int, given_up: Callable[[], bool]) -> None:
        """Do nothing: every image is as quick as any other."""

    def timestamp_s(self, frame_index: int) -> float:
        """Return seconds from the first image to this one.

        Raises:
            IndexError: there is no such frame.
        """
        require_frame(frame_index, self.frame_count)
        return frame_index / self._rate

    def frame_at(self, time_s: float) -> int:
        """Return the frame shown at a time."""
        return frame_at(np.arange(self.frame_count) / self._rate, time_s)

    def close(self) -> None:
        """Let go of the folder."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _decode(self, frame_index: int) -> ImageArray:
        """Decode one image from its bytes: names outside the system's code page work too."""
        path = self._images[frame_index]
        try:
            content = np.frombuffer(path.read_bytes(), np.uint8)
        except OSError as error:
            raise UserError(
                f"The image {path.name} cannot be read: {error.strerror or error}.",
                "It may have been moved or its drive disconnected.",
            ) from error
        try:
            image = cv2.imdecode(content, cv2.IMREAD_COLOR) if len(content) else None
        except cv2.error:  # larger than it will hold
            image = None
        if image is None:
            raise UserError(
                f"The image {path.name} is damaged and cannot be decoded.",
                "Replace it or remove it from the folder.",
            )
        return np.asarray(image, np.uint8)


def _stated_rate(path: Path) -> float | None:
    """Return the frame rate of seqinfo.ini beside or above the images, None without a valid one."""
    for folder in (path, path.parent) if path.name == "img1" else (path,):
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read(folder / "seqinfo.ini", encoding="utf-8")
            rate = parser.getfloat("Sequence", "frameRate", fallback=0.0)
        except (configparser.Error, ValueError, OSError):
            continue
        if 0 < rate < 100_000:
            return rate
    return None


def _rate_notice(path: Path) -> str:
    return (
        f"The folder {path.name} does not say its frame rate (no valid seqinfo.ini); "
        f"{DEFAULT_RATE:g} frames per second are assumed."
    )
