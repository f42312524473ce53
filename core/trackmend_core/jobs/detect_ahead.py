"""Keeps the network at work on the next frames while the present one is tracked and stored."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing

from trackmend_core.jobs.read_ahead import ReadFrame
from trackmend_core.jobs.seams import FrameDetector, ManyFramesDetector
from trackmend_core.types import FrameDetections, ImageArray


def detect_frames(
    frames: Iterable[ReadFrame], detector: FrameDetector
) -> Generator[tuple[ReadFrame, FrameDetections], None, None]:
    """Yield every frame with what the detector sees in it, in order.

    A detector that takes many frames gets them a few ahead. What the frames or the detector raise
    comes after the frames before it. Closing the iterator waits for what is under way.

    Args:
        frames: those that could not be decoded get no detections.
        detector: a `ManyFramesDetector`, or one that takes a frame at a time.
    """
    if not isinstance(detector, ManyFramesDetector):
        for frame in frames:
            yield frame, _alone(frame, detector)
        return
    waiting: deque[ReadFrame] = deque()

    def images() -> Iterator[ImageArray]:
        for frame in frames:
            waiting.append(frame)
            if frame.image is not None:
                yield frame.image

    failure: Exception | None = None
    with closing(detector.detect_many(images())) as found:
        while True:
            try:
                detections = next(found, None)
            except Exception as error:  # told after the frames before it
                failure = error
                break
            if detections is None:
                break
            yield from _without_image(waiting)
            yield waiting.popleft(), detections
    yield from _without_image(waiting)
    if failure is not None:
        raise failure


def _alone(frame: ReadFrame, detector: FrameDetector) -> FrameDetections:
    return FrameDetections.empty() if frame.image is None else detector.detect(frame.image)


def _without_image(waiting: deque[ReadFrame]) -> Iterator[tuple[ReadFrame, FrameDetections]]:
    """Give out the frames that could not be decoded and whose turn it is."""
    while waiting and waiting[0].image is None:
        yield waiting.popleft(), FrameDetections.empty()
