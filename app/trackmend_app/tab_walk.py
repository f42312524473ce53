"""Tab goes only where the keyboard can be seen: past panels that stand behind others as tabs."""

from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

_MOST_STEPS = 400
"""More than there are controls, so that a walk without an end ends."""


def walk(move: Callable[[bool], bool], on: bool) -> bool:
    """Move the focus on, or back, until it is somewhere that can be seen; False if it cannot move.

    Args:
        move: Qt's own way to the next control, or the one before.
        on: forwards.
    """
    for _ in range(_MOST_STEPS):
        if not move(on):
            return False
        focused = QApplication.focusWidget()
        if focused is None or not _is_behind(focused):
            _scroll_to(focused)
            break
    return True


def _is_behind(widget: QWidget) -> bool:
    """Tell whether a widget's panel is a tab behind another: Qt keeps it outside the window.

    It keeps a row of tabs there as well while all its panels are hidden.
    """
    window = widget.window()
    return any(
        one.parentWidget() is window and not window.rect().intersects(one.geometry())
        for one in (widget, *_around(widget))
    )


def _scroll_to(widget: QWidget | None) -> None:
    """Bring a widget into view; Qt does that only for steps within one scroll area."""
    if widget is None or not widget.visibleRegion().isEmpty():
        return
    for one in _around(widget):
        if isinstance(one, QScrollArea):
            one.ensureWidgetVisible(widget)


def _around(widget: QWidget) -> list[QWidget]:
    found: list[QWidget] = []
    parent = widget.parentWidget()
    while parent is not None:
        found.append(parent)
        parent = parent.parentWidget()
    return found
