"""Which keys a focused control keeps for itself although the window has actions on them."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

_MOVING = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
    }
)


def keeps(event: QEvent, *, ticks: bool = False) -> bool:
    """Accept the question whether a key moves a slider or a row here, or ticks it."""
    if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    plain = event.modifiers() in (
        Qt.KeyboardModifier.NoModifier,
        Qt.KeyboardModifier.KeypadModifier,
    )
    mine = event.key() in _MOVING or (ticks and event.key() == Qt.Key.Key_Space)
    if plain and mine:
        event.accept()
        return True
    return False
