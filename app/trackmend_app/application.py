"""Prepares the one QApplication: name, icon, theme, log; and draws a window into a picture."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget

from trackmend_app.garbage import collect_in_this_thread
from trackmend_app.log_file import log, start_log_file
from trackmend_app.settings import load_settings, settings_file
from trackmend_app.theme import DARK
from trackmend_app.theme.icons import icon_pixmap
from trackmend_app.wording.translator import speak
from trackmend_core.errors import UserError

PICTURE_SIZE = (1600, 1000)
PICTURE_LIMIT_MS = 120_000
_SETTLE_MS = 250
_THREAD_SWITCH_S = 0.0005
"""A thread that reads or tracks gives way this soon: with Python's 5 ms, a step that reads twenty
boxes beside it waits for its turn twenty times over."""


def prepare_application() -> QApplication:
    """Return the application, made if there is none yet."""
    settings = load_settings(settings_file())
    if QApplication.instance() is None and settings["appearance.scale"] != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{settings.number('appearance.scale') / 100:g}")
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["trackmend"])
    app.setApplicationName("trackmend")
    app.setApplicationDisplayName("Trackmend")
    app.setOrganizationName("trackmend")
    app.setDesktopFileName("trackmend")
    app.setWindowIcon(QIcon(icon_pixmap("logo", size=256, colour=DARK.focus, ratio=1.0)))
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    collect_in_this_thread(app)
    sys.setswitchinterval(_THREAD_SWITCH_S)
    start_log_file()
    if settings.problem:
        log.warning("%s", settings.problem)
    speak(app, settings.text("language.code"))
    return app


def obey_ctrl_c() -> None:
    """Let Ctrl+C in the terminal end the window at once: every edit is in the file already."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_until(ready: Callable[[], bool], *, limit_ms: int) -> bool:
    """Run the event loop until something is so; tell whether it came in time."""
    loop = QEventLoop()
    look = QTimer(interval=30)
    look.timeout.connect(lambda: loop.quit() if ready() else None)
    look.start()
    QTimer.singleShot(limit_ms, loop.quit)
    loop.exec()
    return ready()


def settle() -> None:
    """Let the event loop do for a moment what has been asked of it."""
    loop = QEventLoop()
    QTimer.singleShot(_SETTLE_MS, loop.quit)
    loop.exec()


def save_picture(window: QWidget, path: Path) -> None:
    """Draw a window into a PNG file.

    Raises:
        UserError: the file cannot be written.
    """
    settle()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not window.grab().save(str(path), "PNG"):
        raise UserError(f"The picture {path} cannot be written.", "Choose another place.")
