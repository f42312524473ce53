"""Runs a model and a tracker over a video, frame by frame."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from trackmend_core.jobs.detect_ahead import detect_frames
from trackmend_core.jobs.read_ahead import ReadAhead, ReadFrame
from trackmend_core.jobs.seams import FrameDetector, FrameSource, RunSink
from trackmend_core.jobs.speed import SpeedMeter, WorkClock
from trackmend_core.project import as_stored
from trackmend_core.tracking import Tracker
from trackmend_core.types import FrameDetections, ImageArray, Progress, TrackedBox

UNREADABLE_IN_A_ROW = 10
"""So many frames may fail to decode one after the other before the video counts as broken."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FrameResult:
    """What was found in a frame, with the frame itself.

    Attributes:
        frame_index: 0-based.
        image: BGR, not to be written to.
        detections: all of them, also those below the tracker's threshold.
        tracked: boxes with ids.
    """

    frame_index: int
    image: ImageArray
    detections: FrameDetections
    tracked: Sequence[TrackedBox]


OnFrame = Callable[[FrameResult], None]


def track_video(
    *,
    source: FrameSource,
    detector: FrameDetector,
    tracker: Tracker,
    writer: RunSink,
    start_frame: int = 0,
    on_frame: OnFrame | None = None,
) -> Generator[Progress, None, float | None]:
    """Detect and track every frame from `start_frame` on and hand it to the writer.

    The next frames are decoded, and where the detector takes many also run through the network,
    while the present one is tracked and written. Closing the generator cancels: the frame at
    hand is written or not at all, and the reading thread has ended when `close` returns. The caller
    opens and closes the writer (`with project.start_run(...) as writer:`).

    A frame that cannot be decoded is written as one without detections, and the progress says so.

    Args:
        source: used by another thread as long as the generator lives.
        detector: of the frames.
        tracker: has seen the frames before `start_frame`, if there are any.
        writer: gets each frame in order.
        start_frame: 0-based.
        on_frame: called with each frame that was decoded, in the thread that drives the generator.

    Yields:
        Progress over the whole video, after each frame.

    Returns:
        Frames per second, what passed between asking for frames left out; None without frames.

    Raises:
        UserError: many frames in a row cannot be decoded.
    """
    meter, work = SpeedMeter(), WorkClock()
    unreadable = 0
    with (
        ReadAhead(source, start_frame=start_frame) as frames,
        closing(detect_frames(_until_broken(frames), detector)) as detected,
    ):
        for frame, detections in detected:
            unreadable += frame.error is not None
            _process(frame, detections, tracker=tracker, writer=writer, on_frame=on_frame)
            work.unit_done()
            yield Progress(
                done=frame.frame_index + 1,
                total=source.frame_count,
                message=_message(unreadable),
                units_per_second=meter.advance(),
            )
            work.go_on()
    return work.units_per_second


def _until_broken(frames: Iterable[ReadFrame]) -> Iterator[ReadFrame]:
    """Pass frames on; many in a row that cannot be decoded end it with the error of the last."""
    in_a_row = 0
    for frame in frames:
        in_a_row = 0 if frame.error is None else in_a_row + 1
        if frame.error is not None and in_a_row >= UNREADABLE_IN_A_ROW:
            raise frame.error
        yield frame


def _process(
    frame: ReadFrame,
    detections: FrameDetections,
    *,
    tracker: Tracker,
    writer: RunSink,
    on_frame: OnFrame | None,
) -> None:
    # The tracker sees what the project will give back, so that tracking again gives the same ids.
    tracked = tracker.step(as_stored(detections), frame.image)
    writer.write(frame.frame_index, detections, tracked)
    if on_frame is not None and frame.image is not None:
        on_frame(
            FrameResult(
                frame_index=frame.frame_index,
                image=frame.image,
                detections=detections,
                tracked=tracked,
            )
        )


def _message(unreadable: int) -> str:
    if not unreadable:
        return "Tracking"
    frames = "1 frame" if unreadable == 1 else f"{unreadable} frames"
    return f"Tracking; {frames} could not be read and stay empty"
