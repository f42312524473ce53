"""Shows the problem report before it is saved, so that nothing leaves unseen."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QApplication,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.dialogs.fitting import FittingDialog
from trackmend_app.dialogs.questions import Questions
from trackmend_app.report.problem_report import as_one_text, suggested_name, write_report
from trackmend_core.errors import UserError

ZIP_FILTER = "Zip files (*.zip)"


class ReportDialog(FittingDialog):
    """The report as text, to be saved or copied.

    Signals: saved(path); failed(error).
    """

    saved = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QWidget, files: Mapping[str, str], *, questions: Questions) -> None:
        super().__init__(parent)
        self.setObjectName("report_dialog")
        self.setWindowTitle(self.tr("Report a problem"))
        self._files = files
        self._questions = questions
        title = QLabel(self.tr("What helps to find the fault"))
        title.setProperty("kind", "title")
        told = QLabel(
            self.tr(
                "Versions, settings, keys, the log and the project's schema. No frames, no boxes, "
                "no folders: of a file only its name. Nothing is sent; save it and attach it."
            )
        )
        told.setProperty("kind", "quiet")
        told.setWordWrap(True)
        self.text = QPlainTextEdit(as_one_text(files))
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(self.tr("The report"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        save = buttons.addButton(self.tr("Save…"), QDialogButtonBox.ButtonRole.ActionRole)
        save.setObjectName("save_report")
        save.setDefault(True)
        save.clicked.connect(self._on_save)
        copy = buttons.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("copy_report")
        copy.setToolTip(self.tr("Put the whole text on the clipboard"))
        copy.clicked.connect(self._on_copy)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        for widget in (title, told):
            column.addWidget(widget)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        self.resize(760, 560)

    @Slot()
    def _on_save(self) -> None:
        suggestion = Path.home() / suggested_name()
        path = self._questions.file_to_write("Save the report", suggestion, ZIP_FILTER)
        if path is None:
            return
        try:
            write_report(path, self._files)
        except UserError as error:
            self.failed.emit(error)
        else:
            self.saved.emit(path)
            self.accept()

    @Slot()
    def _on_copy(self) -> None:
        QApplication.clipboard().setText(self.text.toPlainText())
