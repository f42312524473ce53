"""A video file as a source of frames."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from trackmend_core.errors import UserError
from trackmend_core.types import ImageArray, IntArray
from trackmend_core.video.clock import frame_at, require_frame
from trackmend_core.video.decoder import FrameDecoder, GivenUpError
from trackmend_core.video.fingerprint import fingerprint
from trackmend_core.video.index import VideoIndex, build_index
from trackmend_core.video.index_store import store_index, stored_index


class FileSource:
    """Reads the frames of a video file exactly by number; see `VideoSource` for what it offers.

    Args:
        path: the file.
        cache_dir: folder for the index.

    Raises:
        UserError: the file is missing, empty, or no video that can be decoded.
    """

    def __init__(self, path: Path, *, cache_dir: Path) -> None:
        self._path = Path(path)
        mark = fingerprint(self._path)
        index = stored_index(cache_dir, mark)
        if index is None:
            index = _index_or_explain(self._path)
            store_index(cache_dir, mark, index)
        self._index = index
        self._decoder: FrameDecoder | None = FrameDecoder(
            self._path, table=index.packets, frame_packets=index.frame_packets
        )
        self._reformatter = VideoReformatter()

    @property
    def path(self) -> Path:
        """Return the file."""
        return self._path

    @property
    def frame_count(self) -> int:
        """Return how many frames can be read."""
        return len(self._index.frame_packets)

    @property
    def frame_rate(self) -> float:
        """Return frames per second."""
        return self._index.frame_rate

    @property
    def width(self) -> int:
        """Return the width of every frame in pixels."""
        index = self._index
        return index.height if index.quarter_turns % 2 else index.width

    @property
    def height(self) -> int:
        """Return the height of every frame in pixels."""
        index = self._index
        return index.width if index.quarter_turns % 2 else index.height

    @property
    def notices(self) -> tuple[str, ...]:
        """Return what the user should know about the file."""
        return self._index.notices

    def read(self, frame_index: int) -> ImageArray:
        """Return a frame; see `VideoSource.read`. A frame of another size is scaled to the first's.

        Raises:
            IndexError: there is no such frame.
            UserError: the frame is there but damaged.
            ValueError: the source is closed.
        """
        image = self.read_unless(frame_index, lambda: False)
        assert image is not None
        return image

    def quick_frame(self, frame_index: int) -> int:
        """Return the nearest frame that is decoded already, or the key frame before."""
        require_frame(frame_index, self.frame_count)
        return frame_index if self._decoder is None else self._decoder.quick_frame(frame_index)

    def comes_soon(self, frame_index: int) -> bool:
        """Return whether a frame is decoded already, or one of the next that are."""
        return self._decoder is not None and self._decoder.comes_soon(frame_index)

    def key_frames(self) -> IntArray:
        """Return the frames at which decoding can begin."""
        return np.zeros(0, np.int64) if self._decoder is None else self._decoder.restart_frames

    def read_unless(self, frame_index: int, given_up: Callable[[], bool]) -> ImageArray | None:
        """Return a frame as `read` does, or None as soon as `given_up` says that it is not wanted.

        Raises:
            IndexError: there is no such frame.
            UserError: the frame is there but damaged.
            ValueError: the source is closed.
        """
        require_frame(frame_index, self.frame_count)
        if self._decoder is None:
            raise ValueError(f"{self._path.name} is closed")
        try:
            frame = self._decoder.frame(frame_index, given_up=given_up)
        except GivenUpError:
            return None
        except (FFmpegError, LookupError) as error:
            raise UserError(
                f"{self._path.name} can no longer be read: it was moved, changed or disconnected.",
                "Put it back where it was, or open it again.",
            ) from error
        if frame is None:
            raise UserError(
                f"Frame {frame_index + 1} of {self._path.name} is damaged and cannot be decoded.",
                "The frames before and after it may still be readable.",
            )
        return self._image(frame)

    def prepare_before(self, frame_index: int, given_up: Callable[[], bool]) -> None:
        """Decode frames before one just read, so that steps back find them; see `VideoSource`.

        Whatever is wrong with the file is said by the read that meets it.
        """
        if self._decoder is not None:
            with suppress(FFmpegError, LookupError):
                self._decoder.prepare_before(frame_index, given_up=given_up)

    def timestamp_s(self, frame_index: int) -> float:
        """Return seconds from the first frame to this one.

        Raises:
            IndexError: there is no such frame.
        """
        require_frame(frame_index, self.frame_count)
        return float(self._index.times_s[frame_index])

    def frame_at(self, time_s: float) -> int:
        """Return the frame shown at a time."""
        return frame_at(self._index.times_s, time_s)

    def close(self) -> None:
        """Close the file."""
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _image(self, frame: VideoFrame) -> ImageArray:
        picture = self._reformatter.reformat(frame, format="bgr24")
        image: ImageArray = np.asarray(picture.to_ndarray(), np.uint8)
        size = (self._index.width, self._index.height)
        if image.shape[1::-1] != size:
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        if self._index.quarter_turns:
            image = np.rot90(image, self._index.quarter_turns)
        return np.ascontiguousarray(image, np.uint8)


def _index_or_explain(path: Path) -> VideoIndex:
    """Build the index, or say in the user's words why that is impossible."""
    if path.stat().st_size == 0:
        raise UserError(
            f"{path.name} is empty (0 bytes).", "Copy or record it again, then open the new file."
        )
    hint = "Open an .mp4, .mkv, .avi, .mov or .webm video, or a folder of images."
    try:
        index = build_index(path)
    except LookupError as error:
        raise UserError(f"{path.name} {error}.", hint) from error
    except FFmpegError as error:
        if _is_mp4(path):
            raise UserError(
                f"{path.name} is cut off: the index that a recorder writes last is missing.",
                "Copy it from the camera again, or repair it with a tool such as untrunc.",
            ) from error
        raise UserError(f"{path.name} is not a video that can be opened.", hint) from error
    if index is None:
        raise UserError(
            f"{path.name} is a video file, but not one frame of it can be decoded.",
            "The file is empty or damaged; try to copy or export it again.",
        )
    return index


def _is_mp4(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8)[4:] == b"ftyp"
