"""Gives the keyboard back to the window when a dialog of ours closes and nobody else does."""

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication, QWidget

PATIENCE_MS = 60


class FocusReturn(QObject):
    """Watches who has the keyboard.

    Window managers hand it on when a dialog closes; a display without one (a kiosk, a remote or
    virtual screen) leaves it nowhere, and every key is dead until the next click.
    """

    def __init__(self, app: QApplication, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        app.focusWindowChanged.connect(self._on_focus_window_changed)

    @Slot(QWindow)
    def _on_focus_window_changed(self, now: QWindow | None) -> None:
        if now is not None and now is not self._window.windowHandle():
            now.visibleChanged.connect(self._on_dialog_shown_or_hidden)

    @Slot(bool)
    def _on_dialog_shown_or_hidden(self, visible: bool) -> None:
        if not visible:
            QTimer.singleShot(PATIENCE_MS, self, self._take_back)

    @Slot()
    def _take_back(self) -> None:
        focused = QGuiApplication.focusWindow()
        nobody = focused is None or not focused.isVisible()
        if nobody and QApplication.activeModalWidget() is None and self._window.isVisible():
            self._window.activateWindow()
