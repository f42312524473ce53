"""How large ids and lines on the video are: chosen in the settings, kept by the application."""

from PySide6.QtWidgets import QApplication

LABEL_PX = 13
LINE_PX = 2
_LABEL, _LINE = "trackmend_label_px", "trackmend_line_px"


def set_look(app: QApplication, *, label_px: int, line_px: int) -> None:
    """Draw ids and outlines in other sizes from now on, and draw what is on the screen anew."""
    app.setProperty(_LABEL, label_px)
    app.setProperty(_LINE, line_px)
    for window in app.topLevelWidgets():
        window.update()


def label_px() -> int:
    """Return the size of ids on the video, in pixels."""
    return _look(_LABEL, LABEL_PX)


def line_px() -> int:
    """Return the width of a box's outline, in pixels."""
    return _look(_LINE, LINE_PX)


def _look(name: str, usual: int) -> int:
    app = QApplication.instance()
    value = app.property(name) if app is not None else None
    return value if isinstance(value, int) else usual
