"""Tracks one video of a queue: seen, tracked, written, and only then receipted."""

import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from trackmend_app.commands.store import open_project, register_video
from trackmend_app.commands.tools import Eyes, Tools
from trackmend_app.many.receipts import commit, scratch_file
from trackmend_app.many.task import State, VideoOutcome, VideoTask
from trackmend_core.exchange import mot_chunks, write_mot_chunks
from trackmend_core.jobs import MemorySink, continue_run, track_into_project, track_video
from trackmend_core.project import Project, RunRecord, RunStatus
from trackmend_core.tracking import Tracker
from trackmend_core.types import Progress, RunId, VideoId
from trackmend_core.video import VideoSource, open_video

KEY = "queue_key"
"""Under this name a run of a project remembers the key that it was made under."""


def track_task(task: VideoTask, tools: Tools) -> Generator[Progress, None, VideoOutcome]:
    """Track a video and put its results into place; closing the generator leaves none.

    A run of a project that was interrupted is gone on with; text is written from the whole.

    Raises:
        UserError: the video cannot be tracked, or a result not written.
    """
    started_s = time.monotonic()
    with open_video(task.video) as source:
        tools = tools.at(source)
        eyes = tools.eyes(source)
        outcome = VideoOutcome(
            video=str(task.video),
            state=State.FINISHED,
            frames=source.frame_count,
            out=None if task.text_file is None else str(task.text_file),
            device=tools.device,
            notes=(*source.notices, *eyes.notices),
        )
        scratch = None if task.text_file is None else scratch_file(task)
        if task.project is None:
            outcome = yield from _in_memory(source, eyes, tools, outcome, scratch)
        else:
            outcome = yield from _in_project(task, source, eyes, tools, outcome, scratch)
    # The last step at which whoever drives this may still stop it.
    yield Progress(done=outcome.frames, total=outcome.frames, message="Writing")
    seconds = time.monotonic() - started_s
    outcome = replace(
        outcome,
        seconds=round(seconds, 3),
        frames_per_second=round(outcome.frames / seconds, 2) if seconds else 0.0,
    )
    return commit(task, outcome, scratch=scratch)


def _in_memory(
    source: VideoSource, eyes: Eyes, tools: Tools, outcome: VideoOutcome, scratch: Path | None
) -> Generator[Progress, None, VideoOutcome]:
    sink = MemorySink()
    yield from track_video(
        source=eyes.frames,
        detector=eyes.detector,
        tracker=Tracker(tools.settings(source.frame_rate)),
        writer=sink,
    )
    table = sink.table()
    if scratch is not None:
        write_mot_chunks(scratch, [table])
    return replace(outcome, tracks=len(set(table.ids.tolist())), boxes=len(table))


def _in_project(
    task: VideoTask,
    source: VideoSource,
    eyes: Eyes,
    tools: Tools,
    outcome: VideoOutcome,
    scratch: Path | None,
) -> Generator[Progress, None, VideoOutcome]:
    assert task.project is not None
    with open_project(task.project, create=True) as project:
        video_id = register_video(project, task.video, source)
        run_id = yield from _run(task, project, video_id, source, eyes, tools)
        tracks = project.tracks(run_id)
        if scratch is not None:
            write_mot_chunks(scratch, mot_chunks(project, run_id))
    return replace(
        outcome,
        tracks=len(tracks),
        boxes=sum(track.box_count for track in tracks),
        project=str(task.project),
        run_id=run_id,
    )


def _run(
    task: VideoTask,
    project: Project,
    video_id: VideoId,
    source: VideoSource,
    eyes: Eyes,
    tools: Tools,
) -> Generator[Progress, None, RunId]:
    """Go on with the newest run under the same key, or make a new one."""
    earlier = _earlier(project, video_id, task.key) if task.resume else None
    if earlier is not None and earlier.status is RunStatus.FINISHED:
        return earlier.run_id
    if earlier is not None:
        return (
            yield from continue_run(
                project=project, run_id=earlier.run_id, source=eyes.frames, detector=eyes.detector
            )
        )
    return (
        yield from track_into_project(
            project=project,
            video_id=video_id,
            model_id=tools.model_in(project),
            source=eyes.frames,
            detector=eyes.detector,
            settings=tools.settings(source.frame_rate),
            detector_settings={**tools.detector_settings(source), KEY: task.key},
            description=tools.description.replace(" on ", ", "),
        )
    )


def _earlier(project: Project, video_id: VideoId, key: str | None) -> RunRecord | None:
    runs = [run for run in project.runs(video_id) if run.detector_settings.get(KEY) == key]
    return runs[-1] if runs else None
