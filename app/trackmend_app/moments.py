"""Names a moment by itself after some minutes with edits, so that there is one to go back to."""

from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from trackmend_app.session import Session
from trackmend_app.wording import say
from trackmend_core.errors import UserError

MINUTE_MS = 60_000
MINUTES = 15


class MomentKeeper(QObject):
    """Every edit is saved at once; this only sets named moments between them.

    Signals: named(name): a moment was set.
    """

    named = Signal(str)

    def __init__(self, session: Session, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._wait = QTimer(self, singleShot=True, interval=MINUTES * MINUTE_MS)
        self._wait.timeout.connect(self._on_waited)
        self._is_wanted = True
        session.committed.connect(self._on_committed)
        session.project_closing.connect(self._wait.stop)

    @property
    def waits_ms(self) -> int | None:
        """Return how long after an edit a moment is set; None if never."""
        return self._wait.interval() if self._is_wanted else None

    @property
    def is_waiting(self) -> bool:
        """Tell whether there are edits since the last moment."""
        return self._wait.isActive()

    def set_interval(self, minutes: int) -> None:
        """Set a moment so many minutes after the first edit since the last one; 0: never."""
        waited = self._wait.isActive()
        self._wait.stop()
        self._is_wanted = minutes > 0
        if self._is_wanted:
            self._wait.setInterval(minutes * MINUTE_MS)
            if waited:
                self._wait.start()

    @Slot(str)
    def _on_committed(self, _sentence: str) -> None:
        if self._is_wanted and not self._wait.isActive():
            self._wait.start()

    @Slot()
    def _on_waited(self) -> None:
        project = self._session.project
        if project is None:
            return
        name = say("by itself, {time}").format(time=f"{datetime.now():%Y-%m-%d %H:%M}")
        try:
            project.add_checkpoint(name)
        except UserError:
            self._wait.start()  # the file is busy: once more, later
            return
        self.named.emit(name)
