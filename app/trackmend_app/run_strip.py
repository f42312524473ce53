"""The strip under the video while a run goes on: how far, how fast, how long, pause, cancel."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QToolButton, QVBoxLayout, QWidget

from trackmend_app.action_set import ActionSet
from trackmend_app.elided_label import ElidedLabel
from trackmend_app.narrow_row import NarrowRow
from trackmend_app.wording import say, say_composed
from trackmend_core.types import Progress


def time_left_text(seconds: float | None) -> str:
    """Return a duration as people say it; empty if it is not known."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < 60:
        return say("{seconds} s left").format(seconds=whole)
    if whole < 3600:
        return say("{minutes} min {seconds} s left").format(
            minutes=whole // 60, seconds=f"{whole % 60:02d}"
        )
    return say("{hours} h {minutes} min left").format(
        hours=whole // 3600, minutes=f"{whole % 3600 // 60:02d}"
    )


def progress_text(progress: Progress) -> str:
    """Return how far, how fast and how long."""
    if not progress.total:
        return say_composed(progress.message)
    parts = [say("{done} of {total} frames").format(done=progress.done, total=progress.total)]
    if progress.units_per_second > 0:
        parts.append(say("{speed} frames/s").format(speed=f"{progress.units_per_second:.1f}"))
    parts.append(time_left_text(progress.seconds_left))
    return " · ".join(part for part in parts if part)


class RunStrip(QFrame):
    """Shows the running job, or a stopped run that may go on; hidden otherwise."""

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_strip")
        self.setProperty("kind", "panel")
        self._title = ElidedLabel(self)
        self._title.setProperty("kind", "figure")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._details = ElidedLabel(self)
        self._details.setProperty("kind", "quiet")
        self._pause = self._button(actions, "pause_run")
        self._cancel = self._button(actions, "cancel_run")
        self._continue = self._button(actions, "continue_run")
        self._continue.setProperty("kind", "primary")
        buttons = (self._pause, self._cancel, self._continue)
        self._row = NarrowRow(
            needed=(self._details, *buttons), dispensable=(self._title, self._bar), parent=self
        )
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._row)
        layout = QHBoxLayout(self._row)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(12)
        for widget in (self._title, self._details):
            layout.addWidget(widget)
        layout.addWidget(self._bar, 1)
        for button in buttons:
            layout.addWidget(button)
        self.hide()

    def _button(self, actions: ActionSet, action_id: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"strip_{action_id}")
        button.setDefaultAction(actions[action_id])
        return button

    def show_running(self, title: str) -> None:
        """Begin to show a job that has told nothing yet."""
        self._title.setText(say_composed(title))
        self._details.setText(self.tr("Getting ready…"))
        self._bar.setRange(0, 0)
        self._show_buttons(running=True)

    def show_progress(self, progress: Progress) -> None:
        """Say how far the job has come."""
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        self._details.setText(progress_text(progress))

    def show_stopped(self, title: str, *, done: int, total: int) -> None:
        """Offer to go on with a run that was stopped."""
        self._title.setText(say_composed(title))
        self._details.setText(
            self.tr("{done} of {total} frames are tracked").format(done=done, total=total)
        )
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)
        self._show_buttons(running=False)

    def _show_buttons(self, *, running: bool) -> None:
        self._pause.setVisible(running)
        self._cancel.setVisible(running)
        self._continue.setVisible(not running)
        self._row.choose_parts()
        self.show()

    @property
    def text(self) -> str:
        """Return what is said."""
        return f"{self._title.text()} {self._details.text()}"
