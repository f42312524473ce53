"""`trackmend demo`: the sample project, made once and then opened."""

import os
from pathlib import Path

from trackmend_app.commands.console import drive, print_note
from trackmend_app.commands.open_window import check_picture, has_display, open_window
from trackmend_app.sample import make_sample, remove_sample
from trackmend_app.sample_place import sample_folder, sample_project


def run_demo(*, screenshot: Path | None, fresh: bool, prepare_only: bool) -> int:
    """Make the sample project if need be and open it; return the exit status.

    Raises:
        UserError: the folder cannot be written, or the model is missing.
    """
    if screenshot is not None:
        check_picture(screenshot)
    folder = sample_folder()
    if fresh:
        remove_sample(folder)
    if not sample_project(folder).exists():
        print_note(f"Making the sample project in {folder}")
        drive(make_sample(folder), title="Sample")
    print_note(f"The sample project is {sample_project(folder)}")
    if prepare_only:
        return 0
    if screenshot is None and (not has_display() or _is_offscreen()):
        screenshot = folder / "window.png"
    status = open_window([sample_project(folder)], screenshot=screenshot, opens_first_card=True)
    if screenshot is not None:
        print_note(f"The window is drawn in {screenshot.absolute()}")
    return status


def _is_offscreen() -> bool:
    return os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal")
