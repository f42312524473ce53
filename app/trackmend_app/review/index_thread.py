"""A thread that owns the review index: it opens it, then does one task after another on it."""

import queue
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from trackmend_app.review.index_home import IndexHere, IndexHome
from trackmend_app.review.index_process import IndexElsewhere
from trackmend_core.project import Project
from trackmend_core.review import ReviewIndex
from trackmend_core.types import RunId

# Any: what a task finds is between the task and whoever takes its result.
Task = Callable[[ReviewIndex], Any]
Conclusion = Callable[[ReviewIndex, Any], Any]
Take = Callable[[Any], None]


class _Ended(Exception):  # noqa: N818 - an outcome, not an error
    """Nobody wants the index any more."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    kind: str
    task: Task
    conclude: Conclusion
    take: Take


class IndexThread(QThread):
    """Opens the index of one run and keeps it; nobody else touches it.

    The index of a large run lives in a process of its own: numpy's many small steps in a thread of
    this one would have the window wait for Python's lock at every frame.

    Signals:
        done(this thread, take, result): a task has ended; call `take` with the result.
        failed(this thread, error): the index could not be opened, or a task raised.
    """

    done = Signal(object, object, object)
    failed = Signal(object, object)

    def __init__(
        self,
        project: Project,
        run_id: RunId,
        parent: QObject | None = None,
        *,
        elsewhere: bool = False,
    ) -> None:
        """Look at a run of an open project, in a process of its own if `elsewhere`."""
        super().__init__(parent)
        self._elsewhere = elsewhere
        self._home: IndexHome | None = None
        self._project = project
        self._run_id = run_id
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._end_asked = threading.Event()
        self._posted: Counter[str] = Counter()  # written by those who post
        self._begun: Counter[str] = Counter()  # written by the thread

    def post(self, kind: str, task: Task, conclude: Conclusion, take: Take) -> None:
        """Do a task after those before it, conclude from it, hand the conclusion over by `done`.

        What costs much and is soon outdated belongs into `conclude`: it is left out, and the result
        is None, when another task of the same kind waits already or the end was asked for. The
        task itself is done in any case, so that no answer is lost. Both are functions of a module,
        or a `partial` of one, that need no Qt: they may be done in another process.
        """
        self._posted[kind] += 1
        self._jobs.put(_Job(kind, task, conclude, take))

    def run(self) -> None:
        """Open the index and work until the end is asked for."""
        try:
            home = self._home = self._open()
            while (job := self._jobs.get()) is not None:
                result = home.do(job.task)
                self._begun[job.kind] += 1
                is_newest = self._begun[job.kind] == self._posted[job.kind]
                is_wanted = is_newest and not self._end_asked.is_set()
                concluded = home.do(job.conclude, result) if is_wanted else None
                self.done.emit(self, job.take, concluded)
        except _Ended:
            return
        except Exception as error:
            self.failed.emit(self, error)
        finally:
            opened, self._home = self._home, None
            if opened is not None:
                opened.close()

    def _open(self) -> IndexHome:
        project, run_id = self._project, self._run_id
        if self._elsewhere:
            return IndexElsewhere(project.path, run_id, author=project.author, on_step=self._check)
        return IndexHere(project, run_id, on_step=self._check)

    @property
    def home(self) -> IndexHome | None:
        """Return where the index lives, while it is open."""
        return self._home

    def end(self) -> None:
        """End after the tasks that wait, or at once while the index is still being opened."""
        self._end_asked.set()
        self._jobs.put(None)
        self.wait()

    def _check(self) -> None:
        if self._end_asked.is_set():
            raise _Ended
