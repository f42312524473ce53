"""The modal questions behind one small surface, so that tests can answer them."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QMessageBox, QWidget

from trackmend_app.wording import say_composed

_LINE_WIDTH_PX = 380
VIDEO_FILTER = (
    "Videos (*.mp4 *.avi *.mkv *.mov *.m4v *.webm *.mpg *.mpeg *.ts *.mts *.wmv *.flv *.ogv);;"
    "All files (*)"
)
PROJECT_FILTER = "Trackmend projects (*.trackmend)"
BOXES_FILTER = "Boxes (*.txt *.json *.trackmend);;All files (*)"
MODEL_FILTER = "Checkpoints (*.safetensors *.pth *.pt);;All files (*)"


def nobody_looks() -> bool:
    """Tell whether the window is only drawn into memory."""
    return QGuiApplication.platformName() in ("offscreen", "minimal")


class Questions(Protocol):
    """What the window asks; None says that the person thought better of it."""

    def files_to_open(self, title: str, name_filter: str) -> list[Path]:
        """Ask for existing files; none if the person thought better of it."""

    def folder_to_open(self, title: str) -> Path | None:
        """Ask for an existing folder."""

    def file_to_write(self, title: str, suggestion: Path, name_filter: str) -> Path | None:
        """Ask where to write."""

    def confirm(self, question: str, details: str, accept: str) -> bool:
        """Ask before something wide."""

    def tell(self, message: str, details: str) -> None:
        """Tell something that must be read before the window goes on, or is gone."""

    def text(self, title: str, label: str, suggestion: str) -> str | None:
        """Ask for one line of text."""


class DialogQuestions:
    """Asks through Qt's dialogs."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def files_to_open(self, title: str, name_filter: str) -> list[Path]:
        """Ask for existing files."""
        names: Sequence[str]
        names, _ = QFileDialog.getOpenFileNames(
            self._window, say_composed(title), "", say_composed(name_filter)
        )
        return [Path(name) for name in names]

    def folder_to_open(self, title: str) -> Path | None:
        """Ask for an existing folder."""
        name = QFileDialog.getExistingDirectory(self._window, say_composed(title))
        return Path(name) if name else None

    def file_to_write(self, title: str, suggestion: Path, name_filter: str) -> Path | None:
        """Ask where to write; the dialog itself asks before a file is overwritten."""
        name, _ = QFileDialog.getSaveFileName(
            self._window, say_composed(title), str(suggestion), say_composed(name_filter)
        )
        return Path(name) if name else None

    def confirm(self, question: str, details: str, accept: str) -> bool:
        """Ask before something wide; the safe answer is the default."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Trackmend")
        box.setText(say_composed(question))
        box.setInformativeText(say_composed(details))
        yes = box.addButton(say_composed(accept), QMessageBox.ButtonRole.AcceptRole)
        no = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(no)
        box.exec()
        return box.clickedButton() is yes

    def tell(self, message: str, details: str) -> None:
        """Wait until it was read; where nobody can, it goes to stderr."""
        message, details = say_composed(message), say_composed(details)
        if nobody_looks():
            sys.stderr.write(f"{message} {details}\n")
            return
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Trackmend")
        box.setText(message)
        box.setInformativeText(details)
        box.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        box.exec()
        box.deleteLater()

    def text(self, title: str, label: str, suggestion: str) -> str | None:
        """Ask for one line of text."""
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(say_composed(title))
        dialog.setLabelText(say_composed(label))
        dialog.setTextValue(suggestion)
        dialog.resize(_LINE_WIDTH_PX, dialog.sizeHint().height())
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        answer = dialog.textValue()
        dialog.deleteLater()
        return answer if accepted else None


class Unattended:
    """Agrees to nothing and waits for nobody: the window is only drawn, no person is there."""

    def files_to_open(self, title: str, name_filter: str) -> list[Path]:  # noqa: ARG002
        """Name none."""
        return []

    def folder_to_open(self, title: str) -> Path | None:  # noqa: ARG002
        """Name none."""
        return None

    def file_to_write(self, title: str, suggestion: Path, name_filter: str) -> Path | None:  # noqa: ARG002
        """Name none."""
        return None

    def confirm(self, question: str, details: str, accept: str) -> bool:  # noqa: ARG002
        """Give the safe answer."""
        return False

    def tell(self, message: str, details: str) -> None:
        """Say it on stderr."""
        sys.stderr.write(f"{say_composed(message)} {say_composed(details)}\n")

    def text(self, title: str, label: str, suggestion: str) -> str | None:  # noqa: ARG002
        """Say nothing."""
        return None
