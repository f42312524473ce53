"""The process of a review index: opens it, does what it is told to, ends when nobody listens.

It hears Ctrl+C only through the window, and ends within a step when that is gone.
"""

import gc
import os
import signal
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from trackmend_app.pipe_end import LeftAlone, hear, look_up, tell
from trackmend_app.review.index_message import Fault, Found, Order
from trackmend_core.errors import UserError
from trackmend_core.project import Project
from trackmend_core.review import ReviewIndex
from trackmend_core.types import RunId

NICE = 10
"""The window comes first while much is read and compared."""


def serve(connection: Connection, path: Path, run_id: RunId, author: str) -> None:
    """Open the index of a run, say so, and do orders until None comes or nobody sends any."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _serve(connection, path, run_id, author)
    except LeftAlone:
        return
    except Exception as error:
        tell(connection, _fault(error))


def _serve(connection: Connection, path: Path, run_id: RunId, author: str) -> None:
    with Project.join(path) as project:
        project.author = author
        index = _opened(project, run_id, on_step=lambda: look_up(connection))
        tell(connection, Found())
        order: Order | None
        while (order := hear(connection)) is not None:
            try:
                answer: Found | Fault = Found(value=order.work(index, *order.given))
            except Exception as error:
                answer = _fault(error)
            tell(connection, answer)


def _opened(project: Project, run_id: RunId, *, on_step: Callable[[], None]) -> ReviewIndex:
    """Open the index in a thread that stands back; what is asked of it later is urgent.

    Linux counts niceness by thread; elsewhere the whole process stands back.
    """
    opened: list[ReviewIndex] = []
    failed: list[BaseException] = []

    def open_index() -> None:
        try:
            if hasattr(os, "nice"):
                os.nice(NICE)
            opened.append(ReviewIndex.open(project, run_id, on_step=on_step))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=open_index, name="open review index")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    # What was found stays. A full collection would go through all of it again and again, and made
    # one update in a dozen twice as long in a project of 1 000 tracks.
    gc.collect()
    gc.freeze()
    return opened[0]


def _fault(error: Exception) -> Fault:
    """Return what the window shall say."""
    if isinstance(error, UserError):
        return Fault(message=error.message, hint=error.hint)
    trace = "".join(traceback.format_exception(error))
    return Fault(message=f"{type(error).__name__}: {error}", trace=trace)
