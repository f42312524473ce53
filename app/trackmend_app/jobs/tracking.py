"""The tracking job as the window runs it: load the model, open the video, write a run; no Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from trackmend_app.commands.given_boxes import read_given
from trackmend_app.jobs.runner import Job
from trackmend_app.model_shelf import DetectorShelf, ModelChoice, ReadyDetector
from trackmend_core.errors import UserError
from trackmend_core.jobs import (
    FrameResult,
    GivenDetector,
    NumberedFrames,
    continue_run,
    recommended_settings,
    track_into_project,
)
from trackmend_core.project import Project, check_same_video
from trackmend_core.tracking import Preset
from trackmend_core.types import FloatArray, ImageArray, ModelId, Progress, RunId, VideoId
from trackmend_core.video import CachedVideo, FrameCache, VideoSource, open_video

GIVEN = "detections"
"""A run whose settings have this name tracks boxes of the file that it names."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrackingTools:
    """What every tracking job needs.

    Attributes:
        frames: shared with the window, so that a frame is decoded once.
        on_device: told device and back end once the model is loaded, in the worker thread.
        on_frame: told each tracked frame, in the worker thread.
    """

    project: Project
    shelf: DetectorShelf
    frames: FrameCache
    on_device: Callable[[str], None]
    on_frame: Callable[[FrameResult], None]


def new_run(
    tools: TrackingTools,
    *,
    video_id: VideoId,
    video_path: Path,
    choice: ModelChoice,
    score_threshold: float | None,
    preset: Preset = Preset.DEFAULT,
) -> Job:
    """Track a whole video with a model into a new run; returns its id.

    Raises:
        UserError: the model or the video cannot be used.
    """
    yield Progress(done=0, total=0, message=f"Loading {choice.name}…")
    ready = tools.shelf.get(choice.path, video=video_path)
    tools.on_device(ready.detector.description)
    if ready.said_of_scene:
        yield Progress(done=0, total=0, message=ready.said_of_scene)
    with open_video(video_path) as source:
        _check_video(tools.project, video_id, source)
        settings = recommended_settings(
            ready.facts.metadata,
            frame_rate=source.frame_rate,
            score_threshold=score_threshold,
            preset=preset,
        )
        way = "" if preset is Preset.DEFAULT else f", {preset}"
        run_id: RunId = yield from track_into_project(
            project=tools.project,
            video_id=video_id,
            model_id=registered(tools.project, choice, ready),
            source=CachedVideo(source, tools.frames),
            detector=ready.detector,
            settings=settings,
            detector_settings=_seen_by(ready),
            description=f"{choice.name}{way}, {ready.detector.description}",
            on_frame=tools.on_frame,
        )
    return run_id


def boxes_run(
    tools: TrackingTools,
    *,
    video_id: VideoId,
    video_path: Path,
    choice: ModelChoice,
    boxes: Path,
) -> Job:
    """Track boxes that were detected elsewhere, with a model's embeddings; returns the run's id.

    Raises:
        UserError: the boxes cannot be read or do not fit the video, or the model cannot be used.
    """
    yield Progress(done=0, total=0, message=f"Loading {choice.name}…")
    ready = tools.shelf.get(choice.path, video=video_path)
    tools.on_device(ready.detector.description)
    if ready.said_of_scene:
        yield Progress(done=0, total=0, message=ready.said_of_scene)
    with open_video(video_path) as source:
        _check_video(tools.project, video_id, source)
        given = read_given(boxes, video_path)
        run_id: RunId = yield from track_into_project(
            project=tools.project,
            video_id=video_id,
            model_id=registered(tools.project, choice, ready),
            source=NumberedFrames(
                CachedVideo(source, tools.frames), frame_count=source.frame_count
            ),
            detector=GivenDetector(
                given,
                frame_count=source.frame_count,
                embeddings_of=partial(_read_at_boxes, ready),
            ),
            # Whoever made the boxes has chosen among them already.
            settings=recommended_settings(
                ready.facts.metadata, frame_rate=source.frame_rate, score_threshold=0.0
            ),
            detector_settings={**_seen_by(ready), GIVEN: boxes.name},
            description=f"Boxes of {boxes.name}, {choice.name}, {ready.detector.description}",
            on_frame=tools.on_frame,
        )
    return run_id


def _seen_by(ready: ReadyDetector) -> dict[str, object]:
    """Return what a project remembers of how a run's frames were seen."""
    settings: dict[str, object] = {"backend": ready.detector.description}
    if ready.said_of_scene:
        settings["weights"] = ready.said_of_scene
    return settings


def _read_at_boxes(
    ready: ReadyDetector, image_bgr: ImageArray, boxes_xyxy: FloatArray
) -> FloatArray:
    """Return the embeddings of boxes, (N, D)."""
    return ready.detector.detect_and_read(image_bgr, boxes_xyxy)[1]


def resumed_run(
    tools: TrackingTools, *, run_id: RunId, video_path: Path, choice: ModelChoice
) -> Job:
    """Go on with a run that was stopped, with the model that began it; returns its id.

    Raises:
        UserError: the model or the video cannot be used.
    """
    if GIVEN in tools.project.run(run_id).detector_settings:
        raise UserError(
            "This run tracks boxes of a file, not what a model sees.",
            "Track the boxes from the file once more; this part stays beside it.",
        )
    yield Progress(done=0, total=0, message=f"Loading {choice.name}…")
    ready = tools.shelf.get(choice.path, video=video_path)
    tools.on_device(ready.detector.description)
    if ready.said_of_scene:
        yield Progress(done=0, total=0, message=ready.said_of_scene)
    with open_video(video_path) as source:
        _check_video(tools.project, tools.project.run(run_id).video_id, source)
        yield from continue_run(
            project=tools.project,
            run_id=run_id,
            source=CachedVideo(source, tools.frames),
            detector=ready.detector,
            on_frame=tools.on_frame,
        )
    return run_id


def _check_video(project: Project, video_id: VideoId, source: VideoSource) -> None:
    video = next(one for one in project.videos() if one.video_id == video_id)
    check_same_video(
        video, frame_count=source.frame_count, width=source.width, height=source.height
    )


def registered(project: Project, choice: ModelChoice, ready: ReadyDetector) -> ModelId:
    """Return the model's row in the project, made if need be.

    A row of the same number in another project is another model: the file decides.
    """
    rows = [model.model_id for model in project.models() if model.path == choice.path]
    if rows:
        return choice.model_id if choice.model_id in rows else rows[0]
    return project.add_model(
        choice.name, choice.path, ready.facts.arch, metadata=dict(ready.facts.metadata)
    )
