"""A worker process: takes tasks from a pipe, tells progress and outcomes, ends when told or left.

It hears Ctrl+C only through its parent, and notices within a fraction of a second when that dies.
"""

import os
import signal
import time
import traceback
from collections.abc import Generator
from contextlib import closing
from multiprocessing.connection import Connection

from trackmend_app.commands.track_request import TrackRequest
from trackmend_app.many.task import VideoOutcome, VideoTask, failed
from trackmend_app.pipe_end import LeftAlone, hear, look_up, tell
from trackmend_core.errors import UserError
from trackmend_core.types import Progress

TELL_EVERY_S = 0.2


def serve(connection: Connection, request: TrackRequest, cores: tuple[int, ...]) -> None:
    """Do tasks until None comes through the pipe or nobody is at its other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _keep_to(cores)
    from trackmend_app.commands.tools import make_tools
    from trackmend_app.many.work import track_task

    tools = None
    try:
        task: VideoTask | None
        while (task := hear(connection)) is not None:
            try:
                tools = tools or make_tools(request)
                outcome = _follow(track_task(task, tools), connection)
            except UserError as error:
                outcome = failed(task, " ".join(str(error).split()))
            except LeftAlone:
                raise
            except Exception as error:
                outcome = bug(task, error)
            tell(connection, outcome)
    except LeftAlone:
        return


def bug(task: VideoTask, error: Exception) -> VideoOutcome:
    """Return the outcome of a video that met a bug."""
    details = "".join(traceback.format_exception(error))
    message = f"This is a bug in Trackmend: {type(error).__name__}: {error}"
    return failed(task, message, details=details)


def _follow(job: Generator[Progress, None, VideoOutcome], connection: Connection) -> VideoOutcome:
    """Drive a job and tell its progress now and then; look for the parent's word at every step."""
    told_at = 0.0
    with closing(job):
        while True:
            try:
                progress = next(job)
            except StopIteration as end:
                outcome: VideoOutcome = end.value
                return outcome
            look_up(connection)
            if time.monotonic() - told_at >= TELL_EVERY_S:
                tell(connection, progress)
                told_at = time.monotonic()


def _keep_to(cores: tuple[int, ...]) -> None:
    """Leave the other cores to the other workers."""
    if not cores:
        return
    if hasattr(os, "sched_setaffinity"):  # the only word that every engine heeds
        os.sched_setaffinity(0, cores)
    import cv2
    import torch

    cv2.setNumThreads(len(cores))
    torch.set_num_threads(len(cores))
