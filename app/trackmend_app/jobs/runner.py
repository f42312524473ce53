"""Drives one generator of `Progress` in a thread of its own; finished, failed, cancelled differ."""

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from trackmend_app.log_file import log
from trackmend_core.types import Progress

# Any: what a job sends in (nothing) and returns (its own result type) is the caller's to know.
Job = Generator[Progress, None, Any]
JobFactory = Callable[[], Job]

PROGRESS_INTERVAL_S = 0.1


class _Cancelled(Exception):  # noqa: N818 - an outcome, not an error
    """The job was asked to stop and stopped."""


class _JobThread(QThread):
    """Runs the job and keeps its outcome until the GUI thread fetches it.

    Signals: progressed(Progress); done(this thread), so that a late one is told from the present.
    """

    progressed = Signal(object)
    done = Signal(object)

    def __init__(self, factory: JobFactory, parent: QObject) -> None:
        super().__init__(parent)
        self._factory = factory
        self._cancel_asked = threading.Event()
        self._may_go_on = threading.Event()
        self._may_go_on.set()
        self.result: object = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Drive the generator to its end; the factory runs here as well (it may load a model)."""
        try:
            self.result = self._drive(self._factory())
        except BaseException as error:
            self.error = error
        self.done.emit(self)

    def _drive(self, job: Job) -> object:
        last_told_s = 0.0
        try:
            while True:
                self._may_go_on.wait()
                if self._cancel_asked.is_set():
                    raise _Cancelled
                progress = next(job)
                now_s = time.monotonic()
                if now_s - last_told_s >= PROGRESS_INTERVAL_S:
                    last_told_s = now_s
                    self.progressed.emit(progress)
        except StopIteration as end:
            return end.value
        finally:
            job.close()

    def cancel(self) -> None:
        self._cancel_asked.set()
        self._may_go_on.set()

    def set_paused(self, paused: bool) -> None:
        if paused and not self._cancel_asked.is_set():
            self._may_go_on.clear()
        else:
            self._may_go_on.set()


class JobRunner(QObject):
    """Runs at most one job at a time in its own thread.

    Signals:
        started(title).
        progressed(Progress): at most ten a second.
        paused_changed(paused).
        finished(result): the generator returned.
        failed(error): the generator raised; the error carries its traceback.
        cancelled(): `cancel` was asked and obeyed; what the job wrote until then is kept.
        ended(): after any of the three.
    """

    started = Signal(str)
    progressed = Signal(object)
    paused_changed = Signal(bool)
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: _JobThread | None = None
        self._title = ""
        self._paused = False

    @property
    def is_running(self) -> bool:
        """Return whether a job has not ended yet."""
        return self._thread is not None

    @property
    def is_paused(self) -> bool:
        """Return whether the running job waits for `set_paused(False)`."""
        return self._paused

    @property
    def title(self) -> str:
        """Return what the job does, in the user's words; empty when none runs."""
        return self._title

    def start(self, title: str, factory: JobFactory) -> None:
        """Start a job; the factory is called in the worker thread.

        Raises:
            RuntimeError: another job runs.
        """
        if self._thread is not None:
            raise RuntimeError(f"“{self._title}” still runs")
        self._title = title
        thread = _JobThread(factory, self)
        self._thread = thread
        thread.progressed.connect(self.progressed)
        thread.done.connect(self._on_done)
        self.started.emit(title)
        thread.start()

    def cancel(self) -> None:
        """Ask the job to stop at its next step; `cancelled` tells when it has."""
        if self._thread is not None:
            self._thread.cancel()

    def set_paused(self, paused: bool) -> None:
        """Hold the job before its next step, or let it go on."""
        if self._thread is None or paused == self._paused:
            return
        self._paused = paused
        self._thread.set_paused(paused)
        self.paused_changed.emit(paused)

    def stop_and_wait(self) -> None:
        """Cancel and block until the thread is gone: for those who leave a project or the window.

        `cancelled` is announced whatever the outcome: nobody is there any more for a result, and
        a question asked about it would keep the window from closing.
        """
        if self._thread is None:
            return
        self._thread.cancel()
        self._end(self._thread, is_left=True)

    @Slot(object)
    def _on_done(self, thread: _JobThread) -> None:
        if thread is self._thread:
            self._end(thread, is_left=False)

    def _end(self, thread: _JobThread, *, is_left: bool) -> None:
        thread.wait()
        title, self._thread, self._title, self._paused = self._title, None, "", False
        if isinstance(thread.error, _Cancelled):
            self.cancelled.emit()
        elif is_left:
            if thread.error is not None:
                log.error("%s, while it was being left", title, exc_info=thread.error)
            self.cancelled.emit()
        elif thread.error is None:
            self.finished.emit(thread.result)
        else:
            self.failed.emit(thread.error)
        self.ended.emit()
        thread.deleteLater()
