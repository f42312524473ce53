"""Keeps the window's keys still while somebody types."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_PASSED_ON = (Qt.Key.Key_Escape, Qt.Key.Key_F1, Qt.Key.Key_F11)


def takes_text(widget: QObject | None) -> bool:
    """Tell whether a widget is a field that one types into."""
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    return isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit | QAbstractSpinBox)


class TypingGuard(QObject):
    """Gives every key to the text field that has the focus, and Enter to a list that has it.

    Qt asks the focused widget first whether a key is its own (`ShortcutOverride`); text fields
    claim letters but not, say, Ctrl+1 or PgUp, which would edit tracks behind the person's back.
    The filter sits on the focused field only: one on the application would see every event.
    """

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        app.focusChanged.connect(self._on_focus_changed)

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None and _is_guarded(old):
            old.removeEventFilter(self)
        if new is not None and _is_guarded(new):
            new.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Claim the key for the text field, or Enter for the list."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if takes_text(watched):
            claims = event.key() not in _PASSED_ON
        else:
            # Ctrl+Enter is no list's key, and the window may mean something by it.
            claims = event.key() in _ENTER and event.modifiers() in _PLAIN
        if claims:
            event.accept()
        return claims


def _is_guarded(widget: QWidget) -> bool:
    return takes_text(widget) or isinstance(widget, QAbstractItemView)
