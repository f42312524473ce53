"""What becomes of files dropped on the window: videos and projects open, models are kept."""

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QLineEdit, QWidget

from trackmend_app.errands import Errands
from trackmend_app.opener import Opener
from trackmend_app.user_models import is_model_file


def has_files(mime: QMimeData) -> bool:
    """Tell whether something on this machine is dragged."""
    return any(url.isLocalFile() for url in mime.urls())


def leave_drops_to(window: QWidget) -> None:
    """Let a file that is dropped on a text field reach the window, not fill in its own address."""
    for field in window.findChildren(QLineEdit):
        field.setAcceptDrops(False)


def take_files(mime: QMimeData, *, errands: Errands, opener: Opener) -> None:
    """Import the models and open all else."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    models = [path for path in paths if is_model_file(path)]
    if models:
        errands.import_models(models)
    if others := [path for path in paths if path not in models]:
        opener.open_paths(others)
