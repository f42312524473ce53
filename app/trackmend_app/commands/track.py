"""`trackmend track`: videos in, MOTChallenge text or project runs out."""

import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from trackmend_app.commands.console import drive, print_error, print_json, print_note
from trackmend_app.commands.loading import load_model, make_detector
from trackmend_app.commands.outputs import plan_text_files
from trackmend_app.commands.store import open_project, register_model, register_video
from trackmend_core.errors import UserError
from trackmend_core.exchange import mot_lines, write_mot
from trackmend_core.jobs import (
    FrameResult,
    MemorySink,
    recommended_settings,
    track_into_project,
    track_video,
)
from trackmend_core.model import Detector, LoadedModel
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import MotTable
from trackmend_core.video import VideoSource, open_video

STDOUT = Path("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRequest:
    """What was asked for; see `trackmend track --help`."""

    videos: tuple[Path, ...]
    model: Path | None = None
    backend: str = "auto"
    device: str = "auto"
    out: Path | None = None
    project: Path | None = None
    score_threshold: float | None = None
    input_wh: tuple[int, int] | None = None
    sampler: str | None = None
    official: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedVideo:
    """What came of one video; the speed is that of the whole pipeline, decoding included."""

    video: str
    frames: int
    tracks: int
    boxes: int
    seconds: float
    frames_per_second: float
    out: str | None
    project: str | None
    run_id: int | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Tools:
    model_path: Path
    model: LoadedModel
    detector: Detector
    request: TrackRequest

    def settings(self, frame_rate: float) -> TrackerSettings:
        chosen = recommended_settings(
            self.model.metadata,
            frame_rate=frame_rate,
            score_threshold=self.request.score_threshold,
        )
        if not self.request.official:
            return chosen
        return TrackerSettings.official(
            score_threshold=chosen.score_threshold, frame_rate=frame_rate
        )


def run_track(request: TrackRequest) -> None:
    """Track every video; one that fails is told, and the others go on.

    Raises:
        UserError: the request does not fit together, or a video could not be tracked.
    """
    text_files = _text_files(request)
    _check(request)
    path, model = load_model(request.model)
    detector = make_detector(
        model,
        backend=request.backend,
        device=request.device,
        input_wh=request.input_wh,
        sampler=request.sampler,
    )
    print_note(f"{model.name} on {detector.description}")
    tools = _Tools(model_path=path, model=model, detector=detector, request=request)
    done: list[TrackedVideo] = []
    failed: list[UserError] = []
    for video, text_file in zip(request.videos, text_files, strict=True):
        try:
            done.append(_track_one(video, text_file, tools))
        except UserError as error:
            if len(request.videos) == 1:
                raise
            print_error(error)
            failed.append(error)
    if request.as_json:
        videos = [asdict(tracked) for tracked in done]
        print_json({"model": model.name, "device": detector.description, "videos": videos})
    if failed:
        raise UserError(f"{len(failed)} of {len(request.videos)} videos could not be tracked.")


def _check(request: TrackRequest) -> None:
    """Refuse what cannot work before the model is loaded, which takes seconds."""
    recommended_settings({}, frame_rate=30, score_threshold=request.score_threshold)
    if not any(video.expanduser().exists() for video in request.videos):
        raise UserError(f"There is no video {request.videos[0]}.", "Check the path.")


def _text_files(request: TrackRequest) -> list[Path | None]:
    if request.out is None and request.project is None and not request.as_json:
        if len(request.videos) > 1:
            raise UserError(
                "The tracks of several videos do not go to stdout together.",
                "Name a folder with --out, or a project with --project.",
            )
        return [STDOUT]
    return plan_text_files(request.videos, request.out)


def _track_one(video: Path, text_file: Path | None, tools: _Tools) -> TrackedVideo:
    request = tools.request
    with open_video(video.expanduser()) as source:
        for notice in source.notices:
            print_note(f"{video.name}: {notice}")
        sink = MemorySink()
        started_s = time.monotonic()
        try:
            if request.project is None:
                run_id = None
                _track_in_memory(source, sink, tools)
            else:
                run_id = _track_into(request.project, video, source, sink, tools)
        except KeyboardInterrupt:
            _keep_part(sink, text_file, frame_count=source.frame_count)
            raise
        seconds = time.monotonic() - started_s
    table = sink.table()
    _write(table, text_file)
    tracked = TrackedVideo(
        video=str(video),
        frames=source.frame_count,
        tracks=len(set(table.ids.tolist())),
        boxes=len(table),
        seconds=round(seconds, 3),
        frames_per_second=round(source.frame_count / seconds, 2) if seconds else 0.0,
        out=str(text_file) if text_file not in (None, STDOUT) else None,
        project=str(request.project) if request.project else None,
        run_id=run_id,
    )
    print_note(
        f"{video.name}: {tracked.tracks} tracks, {tracked.boxes} boxes in {tracked.frames} frames, "
        f"{tracked.frames_per_second:.1f} frames a second"
    )
    return tracked


def _track_in_memory(source: VideoSource, sink: MemorySink, tools: _Tools) -> None:
    job = track_video(
        source=source,
        detector=tools.detector,
        tracker=Tracker(tools.settings(source.frame_rate)),
        writer=sink,
    )
    drive(job, title=source.path.name)


def _track_into(
    project_path: Path, video: Path, source: VideoSource, sink: MemorySink, tools: _Tools
) -> int:
    with open_project(project_path, create=True) as project:
        job = track_into_project(
            project=project,
            video_id=register_video(project, video.expanduser(), source),
            model_id=register_model(project, tools.model_path, tools.model),
            source=source,
            detector=tools.detector,
            settings=tools.settings(source.frame_rate),
            detector_settings=_detector_settings(source, tools),
            description=f"{tools.model.name}, {tools.detector.description}",
            on_frame=_into(sink),
        )
        return drive(job, title=source.path.name)


def _into(sink: MemorySink) -> Callable[[FrameResult], None]:
    return lambda result: sink.write(result.frame_index, result.detections, result.tracked)


def _detector_settings(source: VideoSource, tools: _Tools) -> dict[str, object]:
    width, height = tools.detector.input_wh_for((source.width, source.height))
    return {
        "backend": tools.detector.description,
        "input_wh": [width, height],
        "min_score": tools.detector.min_score,
    }


def _write(table: MotTable, text_file: Path | None) -> None:
    if text_file is None:
        return
    if text_file == STDOUT:
        sys.stdout.writelines(mot_lines(table))
    else:
        write_mot(text_file, table)


def _keep_part(sink: MemorySink, text_file: Path | None, *, frame_count: int) -> None:
    """Keep what there is under another name, so that nobody takes it for the whole."""
    if text_file is None or text_file == STDOUT or not sink.frames_written:
        return
    part = text_file.with_name(f"{text_file.name}.partial")
    write_mot(part, sink.table())
    print_note(f"Stopped after {sink.frames_written} of {frame_count} frames, kept in {part}.")
