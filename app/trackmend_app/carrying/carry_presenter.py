"""Offers to carry corrections over when a newer run is done, and does it as one edit."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from trackmend_app.carrying.carry_dialog import CarryOverDialog
from trackmend_app.jobs.carrying import carrying_plan
from trackmend_app.jobs.runner import JobRunner
from trackmend_app.workbench import Workbench
from trackmend_core.errors import UserError
from trackmend_core.jobs.carry_over import AUTHOR_MARK, CarryPlan, check_plan, note_plan
from trackmend_core.types import RunId


class CarryPresenter(QObject):
    """One plan at a time, and none outlives its project: ids mean others in the next one."""

    def __init__(self, window: QWidget, *, workbench: Workbench) -> None:
        super().__init__(window)
        self._window = window
        self._workbench = workbench
        self._session = workbench.session
        self._plan: CarryPlan | None = None
        self._dialog: CarryOverDialog | None = None
        self.runner = JobRunner(self)
        self.runner.finished.connect(self._on_planned)
        self.runner.failed.connect(self._on_failed)
        workbench.runs.runner.finished.connect(self._on_run_finished)
        workbench.session.project_closing.connect(self._on_project_closing)

    @Slot()
    def open(self) -> None:
        """Look up what the corrections of the newest corrected run before mean for this one."""
        self._look(self._session.required_run().run_id, is_asked=True)

    @Slot(object)
    def _on_run_finished(self, run_id: RunId) -> None:
        project = self._session.project
        if project is None or not self._was_corrected_before(run_id):
            return
        self._look(run_id, is_asked=False)

    def _was_corrected_before(self, run_id: RunId) -> bool:
        project = self._session.required_project()
        earlier = {
            run.run_id for run in project.runs(project.run(run_id).video_id) if run.run_id < run_id
        }
        if any(edit.run_id in earlier and edit.is_in_effect for edit in project.edits()):
            return True
        return any(project.verified(one) for one in earlier)

    def _look(self, run_id: RunId, *, is_asked: bool) -> None:
        if self.runner.is_running:
            self._workbench.said.emit(self.tr("Corrections are being looked up already"))
            return
        project = self._session.required_project()
        self._workbench.said.emit(self.tr("Looking up your corrections of the earlier run…"))
        self.runner.start(
            self.tr("Carrying corrections over"),
            lambda: carrying_plan(project, run_id, is_asked=is_asked),
        )

    @Slot(object)
    def _on_planned(self, plan: CarryPlan | None) -> None:
        run = self._session.run
        if plan is None or run is None or run.run_id != plan.to_run:
            return
        result = plan.result
        if plan.edit is None and not result.conflicts:
            note_plan(self._session.required_project(), plan)
            self._workbench.said.emit(
                self.tr("The new run agrees with all of your earlier corrections")
            )
            return
        if self._dialog is not None:
            self._dialog.close()
        self._plan = plan
        dialog = CarryOverDialog(self._window, from_run=plan.from_run, result=result)
        dialog.carry_asked.connect(self._carry)
        dialog.place_asked.connect(self._workbench.travel.to)
        dialog.finished.connect(self._on_closed)
        self._dialog = dialog
        dialog.show()

    @Slot()
    def _carry(self) -> None:
        plan, project = self._plan, self._session.project
        if plan is None or plan.edit is None or project is None or self._dialog is None:
            return
        author = project.author
        project.author = f"{author} ({AUTHOR_MARK})" if author else AUTHOR_MARK
        try:
            check_plan(project, plan)
            self._session.edit(plan.edit)
        except UserError as error:
            self._workbench.failed.emit(error)
            return
        finally:
            project.author = author
        note_plan(project, plan)
        self._dialog.show_done()

    @Slot()
    def _on_project_closing(self) -> None:
        self.runner.stop_and_wait()
        if self._dialog is not None:
            self._dialog.reject()

    @Slot()
    def _on_closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog, self._plan = None, None

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        self._workbench.failed.emit(error)
