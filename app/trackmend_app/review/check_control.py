"""Runs the check of the queue on a copy of the person's project, off the GUI thread."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from trackmend_app.jobs.runner import Job, JobRunner
from trackmend_app.review.check_dialog import QueueCheckDialog
from trackmend_app.session import Session
from trackmend_core.project import Project
from trackmend_core.types import Progress, RunId

if TYPE_CHECKING:
    from trackmend_core.review.bench.own_check import QueueCheck


class QueueCheckControl(QObject):
    """Asks "How good is the queue here?"; leaving the dialog or the project ends the check.

    Signals: failed(error).
    """

    failed = Signal(object)

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._dialog: QueueCheckDialog | None = None
        self.runner = JobRunner(self)
        self.runner.progressed.connect(self._on_progressed)
        self.runner.finished.connect(self._on_finished)
        self.runner.failed.connect(self._on_failed)
        session.project_closing.connect(self._on_project_closing)

    def ask(self) -> None:
        """Begin the check and show how it goes."""
        if self.runner.is_running or self._session.run is None:
            return
        project, run_id = self._session.required_project(), self._session.run.run_id
        dialog = QueueCheckDialog(self._window)
        dialog.finished.connect(self._on_dialog_left)
        self._dialog = dialog
        self.runner.start(self.tr("Checking the queue"), lambda: check_job(project, run_id))
        dialog.open()

    @Slot(object)
    def _on_progressed(self, progress: Progress) -> None:
        if self._dialog is not None:
            self._dialog.show_progress(progress)

    @Slot(object)
    def _on_finished(self, check: "QueueCheck") -> None:
        if self._dialog is not None:
            self._dialog.show_result(check)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if self._dialog is not None:
            self._dialog.reject()
        self.failed.emit(error)

    @Slot()
    def _on_dialog_left(self) -> None:
        dialog, self._dialog = self._dialog, None
        self.runner.cancel()
        if dialog is not None:
            dialog.deleteLater()

    @Slot()
    def _on_project_closing(self) -> None:
        if self._dialog is not None:
            self._dialog.reject()


def check_job(project: Project, run_id: RunId) -> Job:
    """Return the job; what it needs is imported when it is asked for."""
    from trackmend_core.jobs.queue_check import check_own_queue

    return (yield from check_own_queue(project.path, run_id))
