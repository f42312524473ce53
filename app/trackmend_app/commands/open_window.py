"""Opens the window from the command line, after checks that need no Qt."""

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from trackmend_core.errors import UserError

COMMANDS = (
    "track", "evaluate", "export", "train", "finetune", "model", "demo", "selftest",
)  # fmt: skip


def open_window(
    paths: Sequence[Path], *, screenshot: Path | None = None, opens_first_card: bool = False
) -> int:
    """Open the window and return its exit status when it is closed.

    Args:
        paths: projects, videos, folders of images.
        screenshot: draw the window into this file instead of showing it.
        opens_first_card: in that picture the first suspicion is in hand, as after N.

    Raises:
        UserError: a path is not there, or there is no display to show a window on.
    """
    for path in paths:
        _check(path)
    if screenshot is not None:
        check_picture(screenshot)
        draw_offscreen()
    elif not has_display():
        raise UserError(
            "There is no display to open a window on.",
            "Add --screenshot FILE.png to draw it into a file, or use the commands in --help.",
        )
    from trackmend_app.window_run import run_window

    return run_window(list(paths), screenshot=screenshot, opens_first_card=opens_first_card)


def has_display() -> bool:
    """Return whether a window can be shown (or the user chose a Qt platform)."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def draw_offscreen() -> None:
    """Make Qt draw into memory, unless the user chose a platform."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def check_picture(path: Path) -> None:
    """Check that a screenshot can be written there before any work is done.

    Raises:
        UserError: it is no PNG, or there is no such folder.
    """
    if path.suffix.lower() != ".png":
        raise UserError(f"A screenshot is a PNG file, not {path.name}.", "Say NAME.png.")
    if not path.absolute().parent.is_dir():
        raise UserError(f"There is no folder {path.absolute().parent}.", "Make it first.")


def _check(path: Path) -> None:
    if path.expanduser().exists():
        return
    if str(path).startswith("-"):
        raise UserError(f"There is no option {path}.", "See `trackmend --help`.")
    near = get_close_matches(str(path), COMMANDS, n=1)
    meant = f"Did you mean `trackmend {near[0]}`?" if near else "See `trackmend --help`."
    raise UserError(f"There is no file or command {path}.", meant)
