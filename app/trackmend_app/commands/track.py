"""`trackmend track`: videos in, MOTChallenge text or project runs out."""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from trackmend_app.commands.console import drive, print_error, print_json, print_note
from trackmend_app.commands.loading import load_model
from trackmend_app.commands.outputs import plan_text_files
from trackmend_app.commands.store import open_project, register_video
from trackmend_app.commands.tools import Eyes, Tools, engine_of
from trackmend_app.commands.track_many import check_many, run_track_many
from trackmend_app.commands.track_request import TrackRequest
from trackmend_app.many.find_videos import find_videos, is_one_video
from trackmend_app.opening import PROJECT_SUFFIX
from trackmend_core.errors import UserError
from trackmend_core.exchange import check_text_target, mot_lines, write_mot
from trackmend_core.jobs import (
    FrameResult,
    MemorySink,
    recommended_settings,
    track_into_project,
    track_video,
)
from trackmend_core.model import LoadedModel
from trackmend_core.tracking import Preset, Tracker
from trackmend_core.types import MotTable
from trackmend_core.video import VideoSource, open_video

STDOUT = Path("-")


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


def run_track(request: TrackRequest) -> None:
    """Track every video; one that fails is told, and the others go on.

    Raises:
        UserError: the request does not fit together, or a video could not be tracked.
    """
    videos = _videos(request)
    is_queue = _is_queue(request, videos)
    request = replace(request, videos=videos)
    if is_queue:
        check_many(request)
    text_files = [] if is_queue else _text_files(request)
    _check(request)
    path, model = load_model(request.model) if request.needs_model else (None, None)
    name = None if model is None else model.name
    # In a queue nothing may depend on which other videos are in it: it is resumed with more.
    load = _loader(replace(request, videos=()) if is_queue else request, path, model)
    if is_queue:
        run_track_many(request, model_path=path, make_tools=load, model_name=name)
        return
    tools = load()
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
        rows = [asdict(tracked) for tracked in done]
        print_json({"model": name, "device": tools.device, "videos": rows})
    if failed:
        raise UserError(f"{len(failed)} of {len(request.videos)} videos could not be tracked.")


def _videos(request: TrackRequest) -> tuple[Path, ...]:
    """Return the videos as they were named, or what lies in the folders and lists among them."""
    if all(is_one_video(path.expanduser()) for path in request.videos):
        return request.videos
    return find_videos(request.videos)


def _is_queue(request: TrackRequest, videos: tuple[Path, ...]) -> bool:
    """Return whether each video gets results of its own in a folder, with a receipt."""
    are_many = len(videos) > 1 or videos != request.videos
    if request.jobs != 1 or request.resume or request.scheduler is not None:
        return True
    if request.project is not None:
        return request.project.suffix != PROJECT_SUFFIX and (request.project.is_dir() or are_many)
    return are_many and request.out is not None and not request.out.suffix


def _loader(
    request: TrackRequest, path: Path | None, model: LoadedModel | None
) -> Callable[[], Tools]:
    """Return what puts the model on its engine, which takes seconds, and says so."""

    def load() -> Tools:
        detector = None
        if model is not None:
            detector = engine_of(model, request, videos=request.videos)
        tools = Tools(request=request, model_path=path, model=model, detector=detector)
        print_note(tools.description)
        if detector is not None:
            print_note(f"({detector.reason})")
        return tools

    return load


def _check(request: TrackRequest) -> None:
    """Refuse what cannot work before the model is loaded, which takes seconds."""
    if request.detections is None and not request.embeddings:
        raise UserError(
            "--no-embeddings leaves nothing to track.", "Name detections with --detections."
        )
    recommended_settings(
        {},
        frame_rate=30,
        score_threshold=request.score_threshold,
        preset=Preset(request.tracker),
        changes=dict(request.changes),
    )
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
    text_files = plan_text_files(request.videos, request.out)
    for text_file in text_files:
        if text_file is not None:
            check_text_target(text_file)
            _refuse_input(text_file, request)
    return text_files


def _refuse_input(text_file: Path, request: TrackRequest) -> None:
    """Refuse to put the tracks where something lies that they are made of."""
    for given in (*request.videos, request.detections):
        with suppress(OSError):
            if given is not None and text_file.samefile(given.expanduser()):
                raise UserError(
                    f"{text_file} is what is to be tracked, so it is not replaced.",
                    "Choose another name for the tracks.",
                )


def _track_one(video: Path, text_file: Path | None, tools: Tools) -> TrackedVideo:
    request = tools.request
    with open_video(video.expanduser()) as source:
        tools = tools.at(source)
        eyes = tools.eyes(source)
        for notice in (*source.notices, *eyes.notices, tools.said_of_scene):
            if notice:
                print_note(f"{video.name}: {notice}")
        sink = MemorySink()
        started_s = time.monotonic()
        try:
            if request.project is None:
                run_id = None
                _track_in_memory(source, eyes, sink, tools)
            else:
                run_id = _track_into(request.project, video, source, eyes, sink, tools)
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


def _track_in_memory(source: VideoSource, eyes: Eyes, sink: MemorySink, tools: Tools) -> None:
    job = track_video(
        source=eyes.frames,
        detector=eyes.detector,
        tracker=Tracker(tools.settings(source.frame_rate)),
        writer=sink,
    )
    drive(job, title=source.path.name)


def _track_into(
    project_path: Path,
    video: Path,
    source: VideoSource,
    eyes: Eyes,
    sink: MemorySink,
    tools: Tools,
) -> int:
    with open_project(project_path, create=True) as project:
        job = track_into_project(
            project=project,
            video_id=register_video(project, video.expanduser(), source),
            model_id=tools.model_in(project),
            source=eyes.frames,
            detector=eyes.detector,
            settings=tools.settings(source.frame_rate),
            detector_settings=tools.detector_settings(source),
            description=tools.description.replace(" on ", ", "),
            on_frame=_into(sink),
        )
        return drive(job, title=source.path.name)


def _into(sink: MemorySink) -> Callable[[FrameResult], None]:
    return lambda result: sink.write(result.frame_index, result.detections, result.tracked)


def _write(table: MotTable, text_file: Path | None) -> None:
    if text_file is None:
        return
    if text_file == STDOUT:
        sys.stdout.writelines(mot_lines(table))
        return
    try:
        write_mot(text_file, table)
    except UserError as error:
        raise _kept_elsewhere(table, error) from error


def _kept_elsewhere(table: MotTable, error: UserError) -> UserError:
    """Put tracks that took hours somewhere else, and return what to tell."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="trackmend-"))
        write_mot(folder / "tracks.txt", table)
    except (UserError, OSError):
        return error
    return UserError(error.message, f"The tracks are in {folder / 'tracks.txt'} instead.")


def _keep_part(sink: MemorySink, text_file: Path | None, *, frame_count: int) -> None:
    """Keep what there is under another name, so that nobody takes it for the whole."""
    if text_file is None or text_file == STDOUT or not sink.frames_written:
        return
    part = text_file.with_name(f"{text_file.name}.partial")
    try:
        _write(sink.table(), part)
    except UserError as error:
        print_error(error)
        return
    print_note(f"Stopped after {sink.frames_written} of {frame_count} frames, kept in {part}.")
