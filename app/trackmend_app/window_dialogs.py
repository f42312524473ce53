"""The dialogs that concern the window itself: commands, keys, settings, the log, about."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog

from trackmend_app.actions import ACTIONS
from trackmend_app.dialogs.about import AboutDialog
from trackmend_app.dialogs.command_palette import CommandPalette
from trackmend_app.dialogs.key_sheet import KeySheet
from trackmend_app.help.help_window import HelpWindow
from trackmend_app.keys.key_editor import KeyEditor
from trackmend_app.keys.key_map import KeyChoice, keys_file, load_choice, resolved, save_choice
from trackmend_app.log_file import log_path
from trackmend_app.report.problem_report import gather_report
from trackmend_app.report.report_dialog import ReportDialog
from trackmend_app.settings.dialog import SettingsDialog
from trackmend_core.errors import UserError

if TYPE_CHECKING:
    from trackmend_app.main_window import MainWindow


class WindowDialogs(QObject):
    """Opens each of them, and does what was chosen."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._help: HelpWindow | None = None

    def find_command(self) -> None:
        """Find a command by a few letters of its name."""
        self._open(CommandPalette(self._window, self._window.action_set))

    def show_keys(self) -> None:
        """Show the sheet of keys."""
        self._open(KeySheet(self._window, self._window.action_set.rows))

    def edit_keys(self) -> None:
        """Change which key does what; it holds at once and is remembered."""
        rows = [row.translated() for row in ACTIONS]
        editor = KeyEditor(self._window, rows=rows, choice=load_choice(keys_file()))
        editor.accepted.connect(lambda: self._use_keys(editor.choice))
        self._open(editor)

    def _use_keys(self, choice: KeyChoice) -> None:
        try:
            save_choice(keys_file(), choice)
        except UserError as error:
            self._window.faults.report(error)
        self._window.action_set.set_keys(resolved(ACTIONS, choice))

    def edit_settings(self) -> None:
        """Change the settings; most hold at once, and all are remembered."""
        dialog = SettingsDialog(self._window, self._window.settings.now)
        dialog.accepted.connect(lambda: self._window.settings.change(dialog.values))
        self._open(dialog)

    def show_log(self) -> None:
        """Open the folder of the log file."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_path().parent)))

    def report_problem(self) -> None:
        """Gather what helps to find a fault, show it, and let it be saved."""
        window = self._window
        project = window.workbench.session.project
        files = gather_report(
            device=window.status_presenter.device,
            project=project.path if project is not None else None,
        )
        dialog = ReportDialog(window, files, questions=window.workbench.questions)
        dialog.failed.connect(window.faults.report)
        dialog.saved.connect(lambda path: window.status_line.notice(f"The report is {path}"))
        self._open(dialog)

    def show_help(self, page: str) -> None:
        """Show what to do when something is wrong, beside the work."""
        if self._help is None:
            self._help = HelpWindow(
                self._window, self._window.action_set, language=self._window.language
            )
        self._help.show_page(page)

    def show_about(self) -> None:
        """Say what this program is."""
        self._open(AboutDialog(self._window, device=self._window.status_presenter.device))

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
