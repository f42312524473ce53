"""Keeps the training panel in step with the trainer, and leads from a new model to a new run."""

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from trackmend_app.model_shelf import ModelChoice
from trackmend_app.panels import Panels
from trackmend_app.training.panel import TrainingPanel
from trackmend_app.workbench import Workbench


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
        panel.rerun_asked.connect(self._runs.start)
        panel.keep_asked.connect(training.add_kept_checkpoint)

    @Slot(str)
    def _on_began(self, name: str) -> None:
        self._panel.begin(name)
        self._panels.show_training()

    @Slot(object)
    def _on_model_added(self, choice: ModelChoice) -> None:
        self._runs.choose(choice)
        self._panel.conclude(
            f"“{choice.name}” is ready",
            "It is in this project and is used by the next run. Earlier runs stay as they are.",
            rerun=True,
        )

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
