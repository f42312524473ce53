"""Tells how long a key is held: Qt's shortcuts know the press only."""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication


class HeldKey(QObject):
    """Waits for the release of a key whose press a shortcut has reported.

    Signals: held(); released(), also when the application loses the keyboard meanwhile.
    """

    held = Signal()
    released = Signal()

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._app = app
        self._is_down = False

    def press(self) -> None:
        """Begin to hold; the filter sits on the application only while the key is down."""
        if self._is_down:
            return
        self._is_down = True
        self._app.installEventFilter(self)
        self.held.emit()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Look for the release; nothing is swallowed."""
        kind = event.type()
        let_go = kind in (QEvent.Type.ApplicationDeactivate, QEvent.Type.WindowDeactivate)
        if kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            let_go = not event.isAutoRepeat()
        if let_go and self._is_down:
            self._is_down = False
            self._app.removeEventFilter(self)
            self.released.emit()
        return False
