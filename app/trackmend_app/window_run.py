"""Runs the window to its end, or draws it into a file."""

from pathlib import Path

from PySide6.QtCore import QSettings, QSize

from trackmend_app.application import (
    PICTURE_LIMIT_MS,
    PICTURE_SIZE,
    obey_ctrl_c,
    prepare_application,
    save_picture,
    wait_until,
)
from trackmend_app.garbage import keep_what_is_there
from trackmend_app.help.first_start import begin_first_time
from trackmend_app.main_window import MainWindow

_TITLE_BAR_PX = 40
"""What the desktop adds above the window; without it the status line would lie off the screen."""


def run_window(paths: list[Path], *, screenshot: Path | None = None) -> int:
    """Open the window on projects or videos and run it to its end; return the exit status.

    Args:
        paths: a project, videos, or nothing for the welcome page.
        screenshot: draw the window into this PNG file once everything is shown, then end.

    Raises:
        UserError: the picture cannot be drawn or written.
    """
    app = prepare_application()
    window = MainWindow(app)
    window.faults.install()
    if window.settings.now.problem is not None:
        window.faults.report(window.settings.now.problem)
    if paths:
        window.workbench.opener.open_paths(paths)
    if screenshot is None:
        obey_ctrl_c()
        room = window.screen().availableSize() - QSize(0, _TITLE_BAR_PX)
        window.resize(window.size().boundedTo(room))
        window.show()
        keep_what_is_there()
        if not paths:
            begin_first_time(window.tour, QSettings())
        return int(app.exec())
    try:
        draw_window(window, screenshot, expects_video=bool(paths))
    finally:
        window.close()
    return 0


def draw_window(window: MainWindow, path: Path, *, expects_video: bool) -> None:
    """Draw the window as it is once its frame is shown.

    Raises:
        UserError: what was to be opened could not be, or the file cannot be written.
    """
    errors: list[BaseException] = []
    window.faults.reported.connect(errors.append)
    window.resize(*PICTURE_SIZE)
    window.show()
    if expects_video:
        wait_until(
            lambda: bool(errors) or window.canvas_presenter.shown_frame >= 0,
            limit_ms=PICTURE_LIMIT_MS,
        )
    if errors:
        raise errors[0]
    save_picture(window, path)
