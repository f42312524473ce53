"""Notices that the open project was edited by somebody else: in another window, or by a command."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from trackmend_app.session import Session
from trackmend_core.errors import UserError
from trackmend_core.types import EditId

LOOK_MS = 1500

_Position = tuple[EditId | None, EditId | None, EditId | None]


class ForeignEdits(QObject):
    """Looks into the log from time to time; what this window did itself is no news.

    Signals: found(): the session has read everything anew.
    """

    found = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._known: _Position | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        session.project_changed.connect(self._on_project_changed)
        session.edited.connect(self._learn)

    @Slot()
    def look(self) -> None:
        """Show what others did, if they did anything."""
        before = self._known
        self._learn()
        if self._known is not None and self._known != before:
            self._session.read_anew()
            self.found.emit()

    @Slot()
    def _learn(self) -> None:
        project = self._session.project
        try:
            self._known = project.log_position() if project is not None else None
        except UserError:
            return  # in use for the moment; the next look tells

    @Slot()
    def _on_project_changed(self) -> None:
        self._learn()
        if self._session.project is None:
            self._timer.stop()
        else:
            self._timer.start()
