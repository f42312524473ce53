"""Counts the minutes in which somebody was at work on a project, and keeps them in its file."""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Signal, Slot

from trackmend_app.leaving import keep_if_possible
from trackmend_app.session import Session

PAUSE_S = 45.0
"""Whoever does nothing for longer was away; the pause does not count."""

KEEP_EVERY_S = 60.0
STATE_KEY = "active_seconds"

Clock = Callable[[], float]


def elapsed_clock() -> Clock:
    """Return a clock that counts seconds and never goes back."""
    timer = QElapsedTimer()
    timer.start()
    return lambda: timer.nsecsElapsed() / 1e9


class ActivityClock(QObject):
    """Every step, selection and edit is a sign of work; the time between two signs is counted.

    Attributes:
        is_led: tells whether the frame is changed by a run, which goes on with nobody there.

    Signals:
        minute_passed(): the number of whole minutes has changed.
    """

    minute_passed = Signal()

    def __init__(
        self, session: Session, *, clock: Clock | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._clock = clock or elapsed_clock()
        self._seconds = 0.0
        self._kept = 0.0
        self._last_sign: float | None = None
        self.is_led: Callable[[], bool] = lambda: False
        session.project_changed.connect(self._on_project_changed)
        session.project_closing.connect(self.keep)
        for signal in (session.frame_changed, session.selection_changed, session.committed):
            signal.connect(self.note)

    @property
    def seconds(self) -> float:
        """Return how long people have worked on this project."""
        return self._seconds

    @property
    def minutes(self) -> int:
        """Return the same in whole minutes."""
        return int(self._seconds // 60)

    @Slot()
    def note(self) -> None:
        """Take a sign of work."""
        if self._session.project is None or self.is_led():
            return
        now, before = self._clock(), self.minutes
        if self._last_sign is not None and now - self._last_sign <= PAUSE_S:
            self._seconds += now - self._last_sign
        self._last_sign = now
        if self._seconds - self._kept >= KEEP_EVERY_S:
            self.keep()
        if self.minutes != before:
            self.minute_passed.emit()

    @Slot()
    def keep(self) -> None:
        """Write the time into the project file, if it has grown."""
        project = self._session.project
        if project is not None and self._seconds > self._kept:
            self._kept = self._seconds
            keep_if_possible(project, STATE_KEY, round(self._seconds, 1))

    @Slot()
    def _on_project_changed(self) -> None:
        project = self._session.project
        self._seconds = self._kept = float(project.state(STATE_KEY, 0.0)) if project else 0.0
        self._last_sign = None
        self.minute_passed.emit()
