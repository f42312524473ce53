"""Takes up a cancelled or failed run where it stopped, under the same ids."""

from collections.abc import Generator

from trackmend_core.errors import UserError
from trackmend_core.jobs.as_begun import AsBegun
from trackmend_core.jobs.seams import FrameDetector, FrameSource
from trackmend_core.jobs.track_video import OnFrame, track_video
from trackmend_core.project import Project
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import ImageArray, Progress, RunId

_FRAMES_PER_STEP = 50


def continue_run(
    *,
    project: Project,
    run_id: RunId,
    source: FrameSource,
    detector: FrameDetector,
    on_frame: OnFrame | None = None,
) -> Generator[Progress, None, RunId]:
    """Replay the stored detections through a fresh tracker, then go on with the next frame.

    What the tracker saw is what the project gives back (see `as_stored`), so the tracker ends the
    replay in the state in which it was stopped and the ids go on as if nothing had happened. Only
    a tracker that follows the camera makes it read the frames again.

    Raises:
        UserError: the run's settings or embeddings do not fit, or many frames in a row cannot be
            decoded.
    """
    with project.resume_run(run_id) as writer:
        tracker = Tracker(TrackerSettings.from_dict(project.run(run_id).tracker_settings))
        start_frame = writer.next_frame
        length = 0
        for stored in project.iter_detections(run_id):
            image = _readable(source, stored.frame_index) if tracker.wants_image else None
            tracker.step(stored.detections, image)
            length = length or stored.detections.embeddings.shape[1]
            if stored.frame_index % _FRAMES_PER_STEP == 0:
                yield Progress(
                    done=stored.frame_index,
                    total=source.frame_count,
                    message="Taking up the run where it stopped",
                )
        speed = yield from track_video(
            source=source,
            detector=AsBegun(detector, length=length) if length else detector,
            tracker=tracker,
            writer=writer,
            start_frame=start_frame,
            on_frame=on_frame,
        )
        writer.finish(frames_per_second=speed)
    return writer.run_id


def _readable(source: FrameSource, frame_index: int) -> ImageArray | None:
    """Return the frame, None where it cannot be decoded, as `track_video` does."""
    try:
        return source.read(frame_index)
    except UserError:
        return None
