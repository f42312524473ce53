"""Runs a model and a tracker over a video of a project, as a new run."""

from collections.abc import Generator, Mapping

from trackmend_core.jobs.seams import FrameDetector, FrameSource
from trackmend_core.jobs.track_video import OnFrame, track_video
from trackmend_core.project import Project
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import ModelId, Progress, RunId, VideoId


def track_into_project(
    *,
    project: Project,
    video_id: VideoId,
    model_id: ModelId | None,
    source: FrameSource,
    detector: FrameDetector,
    settings: TrackerSettings,
    detector_settings: Mapping[str, object],
    description: str,
    on_frame: OnFrame | None = None,
) -> Generator[Progress, None, RunId]:
    """Track the whole video into a new run and return its id; see `track_video`.

    Closing the generator leaves a cancelled run with everything written so far, which
    `continue_run` can take up again.

    Raises:
        UserError: many frames in a row cannot be decoded; the run is kept as failed.
    """
    with project.start_run(
        video_id,
        model_id=model_id,
        tracker_settings=settings.to_dict(),
        detector_settings=dict(detector_settings),
        description=description,
    ) as writer:
        speed = yield from track_video(
            source=source,
            detector=detector,
            tracker=Tracker(settings),
            writer=writer,
            on_frame=on_frame,
        )
        writer.finish(frames_per_second=speed)
    return writer.run_id
