"""What every source of frames offers, whether it is a video file or a folder of images."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from trackmend_core.types import ImageArray, IntArray


class VideoSource(Protocol):
    """Frames in the order in which they are shown, read by their number.

    One thread owns a source: it opens, reads and closes it. Another thread that wants frames opens
    a source of its own (the index is cached, so that is quick) or shares a `FrameCache`.

    Attributes:
        path: the file or folder.
        frame_count: frames that can be read, numbered from 0.
        frame_rate: frames per second; the mean if the rate varies.
        width: of every frame in pixels, after the rotation the file asks for.
        height: of every frame in pixels.
        notices: what the user should know, one sentence each; empty when all is well.
    """

    @property
    def path(self) -> Path:
        """Return the file or folder."""
        ...

    @property
    def frame_count(self) -> int:
        """Return how many frames can be read."""
        ...

    @property
    def frame_rate(self) -> float:
        """Return frames per second; the mean if the rate varies."""
        ...

    @property
    def width(self) -> int:
        """Return the width of every frame in pixels."""
        ...

    @property
    def height(self) -> int:
        """Return the height of every frame in pixels."""
        ...

    @property
    def notices(self) -> tuple[str, ...]:
        """Return what the user should know, one sentence each."""
        ...

    def read(self, frame_index: int) -> ImageArray:
        """Return frame `frame_index`, (height, width, 3) uint8 BGR; the caller may change it.

        Raises:
            IndexError: there is no such frame.
            UserError: the frame is there but damaged.
        """
        ...

    def quick_frame(self, frame_index: int) -> int:
        """Return the nearest frame that can be read at once: decoded already, or a key frame.

        It is the frame itself where every frame is as quick. To read it first costs the reading of
        the frame itself next to nothing.
        """
        ...

    def comes_soon(self, frame_index: int) -> bool:
        """Return whether a frame is decoded already, or one of the next that decoding comes to."""
        ...

    def key_frames(self) -> IntArray:
        """Return the frames at which decoding can begin, rising; none where all are as quick."""
        ...

    def read_unless(self, frame_index: int, given_up: Callable[[], bool]) -> ImageArray | None:
        """Return a frame as `read` does, or None as soon as `given_up` says that it is not wanted.

        Raises:
            IndexError: there is no such frame.
            UserError: the frame is there but damaged.
        """
        ...

    def prepare_before(self, frame_index: int, given_up: Callable[[], bool]) -> None:
        """Make steps back from a frame just read quick; ends as soon as `given_up` says so.

        `given_up` may itself read frames that are decoded already (see `quick_frame`).
        """
        ...

    def timestamp_s(self, frame_index: int) -> float:
        """Return when the frame is shown, seconds after the first frame.

        Raises:
            IndexError: there is no such frame.
        """
        ...

    def frame_at(self, time_s: float) -> int:
        """Return the frame shown at a time; the first or last one outside the video."""
        ...

    def close(self) -> None:
        """Let go of the file; reading afterwards raises `ValueError`."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
