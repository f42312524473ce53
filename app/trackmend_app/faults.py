"""Shows what went wrong: the user's own errors with a hint, bugs with details to copy."""

import platform
import sys
import traceback
from importlib.metadata import version
from types import TracebackType

import PySide6
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from trackmend_app.log_file import log, log_path
from trackmend_app.wording import say_composed
from trackmend_core.errors import UserError, blame_surroundings


def fault_details(error: BaseException) -> str:
    """Return what a bug report needs: versions, system and the traceback."""
    trace = "".join(traceback.format_exception(error)).rstrip()
    return (
        f"Trackmend {version('trackmend')}, Python {platform.python_version()}, "
        f"PySide6 {PySide6.__version__}, {platform.platform()}\n\n{trace}"
    )


class FaultReporter(QObject):
    """Turns exceptions into dialogs, one at a time; bugs are logged with their traceback.

    Signals:
        reported(error): after it has been logged and before it is shown.
        refused(UserError): an edit was impossible; that takes no dialog.
    """

    reported = Signal(object)
    refused = Signal(object)
    _raised_elsewhere = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: QMessageBox | None = None
        self._previous_hook = sys.excepthook
        self._raised_elsewhere.connect(self.report)

    def install(self) -> None:
        """Catch every exception that nobody else does."""
        sys.excepthook = self._on_uncaught

    def uninstall(self) -> None:
        """Put the earlier hook back."""
        sys.excepthook = self._previous_hook

    @Slot(object)
    def report(self, error: BaseException) -> None:
        """Show the error; a second one while a dialog is open is only logged."""
        if not isinstance(error, UserError):
            log.error("%s", fault_details(error))
        if isinstance(error, OSError):
            error = blame_surroundings(error) or error
        self.reported.emit(error)
        if self._dialog is not None:
            return
        self._dialog = self._build(error)
        self._dialog.finished.connect(self._on_dialog_finished)
        self._dialog.open()

    @Slot(object)
    def refuse(self, error: BaseException) -> None:
        """Tell that an edit was not made; if the file or the disk was the reason, in a dialog."""
        if not isinstance(error, UserError) or error.__cause__ is not None:
            self.report(error)
            return
        self.reported.emit(error)
        self.refused.emit(error)

    def _build(self, error: BaseException) -> QMessageBox:
        dialog = QMessageBox(self._window)
        dialog.setObjectName("fault_dialog")
        dialog.setWindowTitle("Trackmend")
        if isinstance(error, UserError):
            dialog.setIcon(QMessageBox.Icon.Warning)
            dialog.setText(say_composed(error.message))
            dialog.setInformativeText(say_composed(error.hint))
            return dialog
        dialog.setIcon(QMessageBox.Icon.Critical)
        dialog.setText(
            self.tr("Something went wrong inside Trackmend. Your project is open and unharmed.")
        )
        dialog.setInformativeText(
            self.tr("{error}\n\nThe details are in {log}.").format(
                error=f"{type(error).__name__}: {error}", log=log_path()
            )
        )
        details = fault_details(error)
        copy = dialog.addButton(self.tr("Copy details"), QMessageBox.ButtonRole.ActionRole)
        copy.setObjectName("copy_details")
        copy.clicked.disconnect()
        copy.clicked.connect(lambda: QApplication.clipboard().setText(details))
        dialog.addButton(QMessageBox.StandardButton.Close)
        return dialog

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None

    def _on_uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._previous_hook(kind, error, trace)
            return
        self._raised_elsewhere.emit(error)
