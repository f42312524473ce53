"""Keeps the training panel in step with the trainer, and leads from a new model to a new run."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot

from trackmend_app.model_shelf import ModelChoice
from trackmend_app.panels import Panels
from trackmend_app.training.panel import TrainingPanel
from trackmend_app.training.report_dialog import WhatChangedDialog
from trackmend_app.workbench import Workbench
from trackmend_core.errors import UserError

READY = "It is in this project and is used by the next run. Earlier runs stay as they are."


class TrainingPresenter(QObject):
    """Between the training control and its panel."""

    def __init__(
        self,
        panel: TrainingPanel,
        *,
        workbench: Workbench,
        panels: Panels,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._panels = panels
        self._runs = workbench.runs
        training = workbench.training
        training.began.connect(self._on_began)
        training.heard.connect(panel.hear)
        training.model_added.connect(self._on_model_added)
        training.stopping.connect(panel.show_stopping)
        training.ended_early.connect(self._on_ended_early)
        training.failed.connect(self._on_failed)
        training.held_back.connect(self._on_held_back)
        training.nothing_new.connect(self._on_nothing_new)
        workbench.session.project_closing.connect(panel.withdraw_offers)
        self._training = training
        self._name = ""
        panel.pause_asked.connect(training.pause)
        panel.report_asked.connect(self._on_report_asked)
        panel.rerun_asked.connect(self._runs.start)
        panel.keep_asked.connect(training.add_kept_checkpoint)

    @Slot(str)
    def _on_began(self, name: str) -> None:
        self._name = name
        self._panel.begin(name)
        self._panels.show_training()

    @Slot(object)
    def _on_model_added(self, choice: ModelChoice) -> None:
        self._runs.choose(choice)
        self._panel.conclude(
            f"“{choice.name}” is ready",
            f"{self._training.reason} {READY}".strip(),
            rerun=True,
            report=self._has_report(),
        )

    @Slot(str)
    def _on_held_back(self, reason: str) -> None:
        self._panel.conclude(
            f"“{self._name}” did worse than the model it began with",
            f"{reason} It was not added to the project; the model in use stays.",
            keep=True,
            report=self._has_report(),
        )

    @Slot(str)
    def _on_nothing_new(self, reason: str) -> None:
        self._panel.conclude(
            f"“{self._name}” would do nothing new",
            f"{reason} It was not added to the project; the model in use stays.",
            report=self._has_report(),
        )

    @Slot()
    def _on_report_asked(self) -> None:
        report = self._training.report()
        if report is not None:
            dialog = WhatChangedDialog(self._panel.window(), name=self._name, report=report)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def _has_report(self) -> bool:
        try:
            return self._training.report() is not None
        except UserError as error:
            self._training.said.emit(error.message)
            return False

    @Slot(object)
    def _on_ended_early(self, checkpoint: Path | None) -> None:
        details = (
            f"The last checkpoint is kept: {checkpoint}"
            if checkpoint is not None
            else "No checkpoint had been saved yet."
        )
        self._panel.conclude("Training cancelled", details, keep=checkpoint is not None)

    @Slot(object)
    def _on_failed(self, _error: Exception) -> None:
        self._panel.conclude("Training failed", "No model was added; nothing else has changed.")
