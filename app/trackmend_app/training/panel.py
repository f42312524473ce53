"""The panel that shows a training going on: state, time left, loss curves, what came of it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.action_set import ActionSet
from trackmend_app.run_strip import time_left_text
from trackmend_app.training.curves import LossCurves
from trackmend_app.wording import say, say_composed
from trackmend_training.protocol import CheckpointSaved, Message, Noted, Started, Step


class TrainingPanel(QWidget):
    """Shows one training.

    Signals:
        rerun_asked(): run the new model on this video.
        keep_asked(): add the model of a training that was cancelled or did worse.
        report_asked(): show what changed.
        pause_asked(paused): let the training wait, or go on.
    """

    rerun_asked = Signal()
    keep_asked = Signal()
    report_asked = Signal()
    pause_asked = Signal(bool)

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training_panel")
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state = QLabel(self.tr("No training yet"))
        self._state.setProperty("kind", "figure")
        self._state.setWordWrap(True)
        self._details = QLabel(self.tr("Correct some tracks, then choose Finetune…"))
        self._details.setProperty("kind", "quiet")
        self._details.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._steps = 0
        self._name = ""
        self.curves = LossCurves()
        self._begin = QToolButton()
        self._begin.setObjectName("begin_training")
        self._begin.setDefaultAction(actions["finetune"])
        self._begin.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._begin.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._cancel = QPushButton(self.tr("Cancel training"))
        self._cancel.setToolTip(actions["cancel_training"].toolTip())
        self._cancel.clicked.connect(actions["cancel_training"].trigger)
        self._rerun = QPushButton(self.tr("Run the new model"))
        self._rerun.setObjectName("rerun")
        self._rerun.setProperty("kind", "primary")
        self._rerun.setToolTip(
            self.tr("Track this video again with the finetuned model, as a new run")
        )
        self._rerun.clicked.connect(self.rerun_asked)
        self._keep = QPushButton(self.tr("Add it all the same"))
        self._keep.setObjectName("keep")
        self._keep.setToolTip(self.tr("Put the model as it is now into this project"))
        self._keep.clicked.connect(self.keep_asked)
        self._report = QPushButton(self.tr("What changed…"))
        self._report.setObjectName("report")
        self._report.setToolTip(
            self.tr("Switches fixed and broken, and figures, on frames held out")
        )
        self._report.clicked.connect(self.report_asked)
        self._pause = QPushButton(self.tr("Pause"))
        self._pause.setObjectName("pause")
        self._pause.setCheckable(True)
        self._pause.setToolTip(self.tr("Wait after this step; nothing is lost"))
        self._pause.toggled.connect(self._on_pause_toggled)
        row = QHBoxLayout()
        for button in (self._rerun, self._keep, self._report):
            row.addWidget(button)
        row.addWidget(self._begin)
        row.addStretch(1)
        row.addWidget(self._pause)
        row.addWidget(self._cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(8)
        for widget in (self._state, self._details, self._bar):
            layout.addWidget(widget)
        layout.addWidget(self.curves, 1)
        layout.addLayout(row)
        self._show_running(False)
        self._offer()

    def begin(self, name: str) -> None:
        """Show a training that has been started."""
        self.curves.clear()
        self._name = name
        self._state.setText(self.tr("Teaching “{name}”").format(name=name))
        self._details.setText(self.tr("Building the training set from the corrected tracks…"))
        self._bar.setRange(0, 0)
        self._show_running(True)
        self._offer()

    def hear(self, message: Message) -> None:
        """Take in what the trainer says."""
        if isinstance(message, Started):
            self._steps = message.steps
            self._show_steps(message.start_step)
            self._details.setText(
                self.tr("{images} images, {identities} identities · {device}").format(
                    images=message.images, identities=message.identities, device=message.device
                )
            )
        elif isinstance(message, Step):
            self._show_steps(message.step)
            self._details.setText(_step_text(message, self._steps))
            self.curves.add_step(message.step, message.total, message.losses)
        elif isinstance(message, CheckpointSaved):
            self.curves.add_checkpoint(message.step)
        elif isinstance(message, Noted):
            self._details.setText(say_composed(message.text))
            self._bar.setRange(0, 0)  # a full bar beside work that goes on looks stuck

    def _show_steps(self, done: int) -> None:
        self._bar.setRange(0, self._steps)
        self._bar.setValue(done)

    def show_stopping(self) -> None:
        """Say that the training ends after the step it is at."""
        self._state.setText(self.tr("Stopping after this step…"))
        self._cancel.setEnabled(False)
        self._pause.setEnabled(False)

    def conclude(
        self,
        state: str,
        details: str,
        *,
        rerun: bool = False,
        keep: bool = False,
        report: bool = False,
    ) -> None:
        """Say how the training ended, and offer the next step."""
        self._state.setText(say_composed(state))
        self._details.setText(say_composed(details))
        self._show_running(False)
        self._offer(rerun=rerun, keep=keep, report=report)

    @Slot()
    def withdraw_offers(self) -> None:
        """Offer no next step any more: the project that it would be made in is closed."""
        self._offer()

    @Slot(bool)
    def _on_pause_toggled(self, paused: bool) -> None:
        self._pause.setText(self.tr("Go on") if paused else self.tr("Pause"))
        if self._running:
            words = (
                self.tr("Teaching “{name}” · paused") if paused else self.tr("Teaching “{name}”")
            )
            self._state.setText(words.format(name=self._name))
        self.pause_asked.emit(paused)

    def _offer(self, *, rerun: bool = False, keep: bool = False, report: bool = False) -> None:
        self._rerun.setVisible(rerun)
        self._keep.setVisible(keep)
        self._report.setVisible(report)
        self._begin.setVisible(not (self._running or rerun or keep or report))

    def _show_running(self, running: bool) -> None:
        self._running = running
        self._bar.setVisible(running)
        self._cancel.setVisible(running)
        self._cancel.setEnabled(running)
        self._pause.setChecked(False)
        self._pause.setVisible(running)
        self._pause.setEnabled(running)

    @property
    def text(self) -> str:
        """Return what is said."""
        return f"{self._state.text()} {self._details.text()}"


def _step_text(step: Step, steps: int) -> str:
    left = time_left_text(step.seconds_left) if step.seconds_left > 0 else ""
    parts = [
        say("step {step} of {steps}").format(step=step.step, steps=steps),
        say("loss {loss}").format(loss=f"{step.total:.3f}"),
        left,
    ]
    return " · ".join(part for part in parts if part)
