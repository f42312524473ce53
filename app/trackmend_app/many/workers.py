"""Worker processes side by side, each on its share of the cores."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Protocol

from trackmend_app.commands.track_request import TrackRequest
from trackmend_app.many.task import VideoOutcome, VideoTask, failed, stopped
from trackmend_app.many.worker import serve
from trackmend_core.types import Progress

_POLL_S = 0.5
_LAST_WORDS_S = 15.0
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class Watcher(Protocol):
    """Shows what the workers do."""

    def started(self, worker: int, task: VideoTask) -> None:
        """Take note that a worker has begun with a video."""
        ...

    def progressed(self, worker: int, progress: Progress) -> None:
        """Take note of a worker's progress with its video."""
        ...

    def ended(self, worker: int, outcome: VideoOutcome) -> None:
        """Take note of what came of a worker's video."""
        ...


@dataclass(slots=True, eq=False)
class _Worker:
    number: int
    process: SpawnProcess
    connection: Connection
    place: int | None = None


def run_in_processes(
    tasks: Sequence[VideoTask],
    *,
    request: TrackRequest,
    jobs: int,
    watcher: Watcher,
    on_worker: Callable[[int], None],
    on_poll: Callable[[], None],
) -> list[VideoOutcome]:
    """Do the tasks and return their outcomes in the same order.

    A worker that dies fails its video and is replaced. Ctrl+C lets the workers put their things
    away; what was not finished says so.

    Args:
        tasks: in the order in which they are begun.
        request: what the workers load their tools by.
        jobs: how many videos at a time.
        watcher: is told what happens.
        on_worker: gets the process id of each worker.
        on_poll: called twice a second.

    Raises:
        KeyboardInterrupt: passed on, when all workers have ended; outcomes so far are lost, but
            the receipts are there.
    """
    outcomes = [stopped(task) for task in tasks]
    waiting = deque(range(len(tasks)))
    shares = share_cores(jobs=min(jobs, len(tasks)))
    workers: list[_Worker] = []

    def start(number: int) -> None:
        worker = _start(number, request, shares[number])
        workers.append(worker)
        on_worker(worker.process.pid or 0)
        hand_out(worker)

    def hand_out(worker: _Worker) -> None:
        worker.place = waiting.popleft() if waiting else None
        task = None if worker.place is None else tasks[worker.place]
        worker.connection.send(task)
        if task is not None:
            watcher.started(worker.number, task)

    def take(worker: _Worker) -> None:
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            bury(worker)
            return
        if isinstance(message, Progress):
            watcher.progressed(worker.number, message)
            return
        finish(worker, message)
        hand_out(worker)

    def finish(worker: _Worker, outcome: VideoOutcome) -> None:
        assert worker.place is not None
        outcomes[worker.place] = outcome
        worker.place = None
        watcher.ended(worker.number, outcome)

    def bury(worker: _Worker) -> None:
        workers.remove(worker)
        _join(worker)
        if worker.place is not None:
            finish(worker, failed(tasks[worker.place], _how_it_died(worker.process.exitcode)))
        if waiting:
            start(worker.number)

    try:
        for number in range(len(shares)):
            start(number)
        while any(worker.place is not None for worker in workers):
            by_pipe = {worker.connection: worker for worker in workers}
            for ready in wait(list(by_pipe), timeout=_POLL_S):
                take(by_pipe[ready])  # type: ignore[index]  # only connections were waited for
            on_poll()
    finally:
        _dismiss(workers)
    return outcomes


def share_cores(*, jobs: int) -> list[tuple[int, ...]]:
    """Return the cores of each worker; all of one size, so that results do not depend on luck."""
    if hasattr(os, "sched_getaffinity"):
        cores = sorted(os.sched_getaffinity(0))
    else:
        cores = list(range(os.cpu_count() or 1))
    share = max(1, len(cores) // jobs)
    return [
        tuple(cores[(number * share + step) % len(cores)] for step in range(share))
        for number in range(jobs)
    ]


def _start(number: int, request: TrackRequest, cores: tuple[int, ...]) -> _Worker:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(
        target=serve, args=(there, request, cores), name=f"trackmend-{number + 1}", daemon=True
    )
    with _thread_limit(len(cores)):
        process.start()
    there.close()  # so that either side sees the end of the other
    return _Worker(number, process, here)


@contextmanager
def _thread_limit(threads: int) -> Iterator[None]:
    """Set for a child what libraries read once, when they are loaded."""
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _dismiss(workers: Sequence[_Worker]) -> None:
    """Tell all to stop, then wait; who does not listen is ended."""
    for worker in workers:
        try:
            worker.connection.send(None)
        except OSError:
            continue
    for worker in workers:
        _join(worker)


def _join(worker: _Worker) -> None:
    # Closed first: a worker that still tells of its progress must not wait for a reader.
    worker.connection.close()
    worker.process.join(_LAST_WORDS_S)
    if worker.process.exitcode is None:
        worker.process.kill()
        worker.process.join()


def _how_it_died(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return (
            f"Its worker was killed (signal {-exit_code}), perhaps for want of memory. "
            "Try fewer --jobs."
        )
    return f"Its worker ended with status {exit_code}. Try once more with --resume."
