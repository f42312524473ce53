"""Runs the window to its end, or draws it into a file."""

from pathlib import Path

from PySide6.QtCore import QSettings, QSize

from trackmend_app.application import obey_ctrl_c, prepare_application
from trackmend_app.dialogs.questions import Unattended
from trackmend_app.garbage import keep_what_is_there
from trackmend_app.help.first_start import begin_first_time
from trackmend_app.main_window import MainWindow
from trackmend_app.window_picture import draw_window

_TITLE_BAR_PX = 40
"""What the desktop adds above the window; without it the status line would lie off the screen."""


def run_window(
    paths: list[Path], *, screenshot: Path | None = None, opens_first_card: bool = False
) -> int:
    """Open the window on projects or videos and run it to its end; return the exit status.

    Args:
        paths: a project, videos, or nothing for the welcome page.
        screenshot: draw the window into this PNG file once everything is shown, then end.
        opens_first_card: take the first suspicion in hand before it is drawn.

    Raises:
        UserError: the picture cannot be drawn or written.
    """
    app = prepare_application()
    window = MainWindow(app, questions=None if screenshot is None else Unattended())
    window.faults.install()
    if window.settings.now.problem is not None:
        window.faults.report(window.settings.now.problem)
    if screenshot is None:
        if paths:
            window.workbench.opener.open_paths(paths)
        obey_ctrl_c()
        room = window.screen().availableSize() - QSize(0, _TITLE_BAR_PX)
        window.resize(window.size().boundedTo(room))
        window.show()
        keep_what_is_there()
        if not paths:
            begin_first_time(window.tour, QSettings())
        return int(app.exec())
    try:
        draw_window(window, screenshot, opens=paths, opens_first_card=opens_first_card)
    finally:
        window.close()
    return 0
