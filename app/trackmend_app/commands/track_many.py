"""`trackmend track` on many videos: a queue that survives interruption, a table at its end."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from trackmend_app.commands.console import (
    print_error,
    print_json,
    print_note,
    progress_bar,
    speed_text,
)
from trackmend_app.commands.given_boxes import detections_file
from trackmend_app.commands.tools import Tools
from trackmend_app.commands.track_request import TrackRequest
from trackmend_app.log_file import log, start_log_file
from trackmend_app.many.cluster import run_on_cluster
from trackmend_app.many.lock import QueueLock
from trackmend_app.many.plan import QueuePlan, plan_queue, receipts_folder
from trackmend_app.many.queue_key import file_checksum, queue_key
from trackmend_app.many.task import State, VideoOutcome, VideoTask, failed
from trackmend_app.many.work import track_task
from trackmend_app.many.worker import bug
from trackmend_app.many.workers import run_in_processes
from trackmend_app.opening import PROJECT_SUFFIX
from trackmend_core.errors import UserError
from trackmend_core.types import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

COLUMNS = ("video", "frames", "tracks", "boxes", "fps", "state")
BUG_STATUS = 1


def run_track_many(
    request: TrackRequest,
    *,
    model_path: Path | None,
    make_tools: Callable[[], Tools],
    model_name: str | None,
) -> None:
    """Track every video of a request into a folder; one that fails does not stop the others.

    Args:
        request: with all videos found, each once.
        model_path: of the model that will be used, for the key.
        make_tools: loads what this process needs, if it does the work itself.
        model_name: for the report.

    Raises:
        UserError: the request does not fit together, or a video could not be tracked.
        typer.Exit: status 1, a video met a bug.
    """
    check_many(request)
    model = None if model_path is None else file_checksum(model_path)
    with QueueLock(receipts_folder(request.out, request.project)) as lock:
        plan = plan_queue(
            request.videos,
            out=request.out,
            projects=request.project,
            key_of=lambda video: _key(request, video, model=model),
            resume=request.resume,
        )
        for note in plan.notes:
            print_note(note)
        if plan.kept:
            print_note(f"{len(plan.kept)} of {len(request.videos)} videos were finished before.")
        with _Bars(total=len(plan.tasks), beat=lock.beat) as bars:
            try:
                done = _run(request, plan, bars, lock, make_tools, model_path)
            except KeyboardInterrupt:
                finished = bars.finished + len(plan.kept)
                print_note(
                    f"{finished} of {len(request.videos)} videos are finished. "
                    "Go on with the same command and --resume."
                )
                raise
    outcomes = dict(zip(plan.order, done, strict=True)) | plan.kept
    _report([outcomes[place] for place in sorted(outcomes)], request, model_name)


def check_many(request: TrackRequest) -> None:
    """Refuse a queue that has no place for its results, or too many ways to be worked on.

    Raises:
        UserError: see there.
    """
    if request.jobs < 1:
        raise UserError(f"--jobs {request.jobs} leaves nobody to work.", "Say 1 or more.")
    if request.scheduler is not None and request.jobs > 1:
        raise UserError(
            "--jobs and --scheduler do not go together.", "The cluster decides how many at a time."
        )
    if request.out is None and request.project is None:
        raise UserError(
            "Many videos need a place for their tracks.",
            "Name a folder with --out, or a folder for a project each with --project.",
        )
    for option, path in (("--out", request.out), ("--project", request.project)):
        if path is not None and (path.is_file() or path.suffix == PROJECT_SUFFIX):
            raise UserError(
                f"{option} {path.name} is one file, but a queue makes one for each video.",
                "Name a folder.",
            )


def _key(request: TrackRequest, video: Path, *, model: str | None) -> str:
    given = None
    if request.detections is not None:
        path = detections_file(request.detections, video)
        given = file_checksum(path)
    return queue_key(video, settings={**request.deciding(), "model": model, "detections": given})


def _run(
    request: TrackRequest,
    plan: QueuePlan,
    bars: "_Bars",
    lock: QueueLock,
    make_tools: Callable[[], Tools],
    model_path: Path | None,
) -> list[VideoOutcome]:
    if not plan.tasks:
        return []
    plain = _for_workers(request, model_path)
    if request.scheduler is not None:
        return run_on_cluster(plan.tasks, request=plain, address=request.scheduler, watcher=bars)
    if request.jobs > 1:
        return run_in_processes(
            plan.tasks,
            request=plain,
            jobs=request.jobs,
            watcher=bars,
            on_worker=lock.note_worker,
            on_poll=lock.beat,
        )
    tools = make_tools()
    return [_here(task, tools, bars) for task in plan.tasks]


def _for_workers(request: TrackRequest, model_path: Path | None) -> TrackRequest:
    """Return the request as it holds in any folder; a worker is told its video with each task."""
    given = request.detections
    return replace(
        request,
        videos=(),
        model=None if request.model is None else model_path,
        detections=None if given is None else given.expanduser().absolute(),
    )


def _here(task: VideoTask, tools: Tools, bars: "_Bars") -> VideoOutcome:
    """Do a task in this process."""
    bars.started(0, task)
    try:
        outcome = _follow(track_task(task, tools), bars)
    except UserError as error:
        outcome = failed(task, " ".join(str(error).split()))
    except Exception as error:
        outcome = bug(task, error)
    bars.ended(0, outcome)
    return outcome


def _follow(job: Generator[Progress, None, VideoOutcome], bars: "_Bars") -> VideoOutcome:
    with closing(job):
        while True:
            try:
                bars.progressed(0, next(job))
            except StopIteration as end:
                outcome: VideoOutcome = end.value
                return outcome


class _Bars:
    """A bar for every worker where stderr is a terminal, and a line for every video done."""

    def __init__(self, *, total: int, beat: Callable[[], None]) -> None:
        self.finished = 0
        self._ended = 0
        self._total = total
        self._beat = beat
        self._bar: Bar = progress_bar()
        self._tasks: dict[int, TaskID] = {}
        self._names: dict[int, str] = {}

    def __enter__(self) -> "_Bars":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def started(self, worker: int, task: VideoTask) -> None:
        """Show what a worker has begun with."""
        self._names[worker] = task.name
        if worker not in self._tasks:
            self._tasks[worker] = self._bar.add_task(task.name, total=None, speed="")
        self._bar.reset(self._tasks[worker], description=task.name, total=None, speed="")

    def progressed(self, worker: int, progress: Progress) -> None:
        """Show how far a worker is."""
        self._beat()
        self._bar.update(
            self._tasks[worker],
            completed=progress.done,
            total=progress.total or None,
            description=f"{self._names[worker]}: {progress.message}",
            speed=speed_text(progress),
        )

    def ended(self, worker: int, outcome: VideoOutcome) -> None:
        """Say what came of a video."""
        self._beat()
        self._bar.update(self._tasks[worker], speed="")
        self._ended += 1
        self.finished += outcome.state is not State.FAILED
        name = Path(outcome.video).name
        for note in outcome.notes:
            print_note(f"{name}: {note}")
        if outcome.state is State.FAILED:
            print_error(UserError(f"{name}: {outcome.message}"))
        else:
            print_note(
                f"[{self._ended}/{self._total}] {name}: {outcome.tracks} tracks, "
                f"{outcome.boxes} boxes in {outcome.frames} frames, "
                f"{outcome.frames_per_second:.1f} frames a second"
            )


def _report(
    outcomes: Sequence[VideoOutcome], request: TrackRequest, model_name: str | None
) -> None:
    if request.as_json:
        devices = [outcome.device for outcome in outcomes if outcome.device]
        print_json(
            {
                "model": model_name,
                "device": devices[0] if devices else None,
                "videos": [_plain(outcome) for outcome in outcomes],
            }
        )
    else:
        _print_table(outcomes)
    bugs = [outcome for outcome in outcomes if outcome.details]
    failures = [outcome for outcome in outcomes if outcome.state is State.FAILED]
    if failures:
        error = UserError(f"{len(failures)} of {len(outcomes)} videos could not be tracked.")
        if not bugs:
            raise error
        print_error(error)
        path = start_log_file()
        for outcome in bugs:
            log.error("%s: %s", outcome.video, outcome.details)
        print_note(f"The details are in {path}.")
        raise typer.Exit(BUG_STATUS)


def _plain(outcome: VideoOutcome) -> dict[str, object]:
    plain = asdict(outcome)
    for name in ("details", "device"):
        del plain[name]
    return plain


def _print_table(outcomes: Sequence[VideoOutcome]) -> None:
    lines: list[tuple[str, ...]] = [COLUMNS]
    for outcome in outcomes:
        has_tracks = outcome.state is not State.FAILED
        counts = (outcome.frames, outcome.tracks, outcome.boxes)
        numbers = (*map(str, counts), f"{outcome.frames_per_second:.1f}")
        cells = numbers if has_tracks else ("-",) * len(numbers)
        lines.append((Path(outcome.video).name, *cells, outcome.state.value))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *middle, last in lines:
        right = (text.rjust(width) for text, width in zip(middle, widths[1:-1], strict=True))
        typer.echo("  ".join([first.ljust(widths[0]), *right, last]))
