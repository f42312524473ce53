"""What a tracking job needs of a video, a model and a place to put results."""

from collections.abc import Generator, Iterable, Sequence
from typing import Protocol, runtime_checkable

from numpy.typing import ArrayLike

from trackmend_core.types import FloatArray, FrameDetections, ImageArray, TrackedBox


class FrameSource(Protocol):
    """Frames by number; see `trackmend_core.video.VideoSource`."""

    @property
    def frame_count(self) -> int:
        """Frames that can be read."""
        ...

    def read(self, frame_index: int) -> ImageArray:
        """Return a frame, 0-based."""
        ...


class FrameDetector(Protocol):
    """A model; see `trackmend_core.model.Detector`."""

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        """Return what is seen in a frame, in its pixels."""
        ...


class ReadingDetector(Protocol):
    """A model that also reads embeddings of boxes from elsewhere; see `Detector`."""

    def detect_and_read(
        self, image_bgr: ImageArray, boxes_xyxy: ArrayLike
    ) -> tuple[FrameDetections, FloatArray]:
        """Return what is seen in a frame, and one embedding per box, in its pixels."""
        ...


@runtime_checkable
class ManyFramesDetector(Protocol):
    """A model that works on several frames at once; see `trackmend_core.model.Detector`."""

    def detect_many(
        self, images_bgr: Iterable[ImageArray]
    ) -> Generator[FrameDetections, None, None]:
        """Yield what is seen in each frame, in order; frames are taken a few ahead."""
        ...


class RunSink(Protocol):
    """Where a run goes: `trackmend_core.project.RunWriter` or `MemorySink`."""

    def write(
        self, frame_index: int, detections: FrameDetections, tracked: Sequence[TrackedBox]
    ) -> None:
        """Take the next frame."""
        ...
