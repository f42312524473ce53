"""What keys mean on the timeline: choose a lane, zoom, call off what the mouse has begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from trackmend_app.timeline.timeline_pointer import TimelinePointer
    from trackmend_app.timeline.timeline_view import TimelineView

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class TimelineKeys:
    """The keyboard on one timeline."""

    def __init__(self, view: TimelineView, pointer: TimelinePointer) -> None:
        self._view = view
        self._pointer = pointer
        self._zooms = {
            Qt.Key.Key_Plus: view.zoom_in,
            Qt.Key.Key_Equal: view.zoom_in,
            Qt.Key.Key_Minus: view.zoom_out,
        }

    def claims(self, event: QEvent) -> bool:
        """Tell whether Esc belongs to a drag under way; the window's own Esc would not end it."""
        return (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self._pointer.is_busy
        )

    def pressed(self, event: QKeyEvent) -> bool:
        """Do what a key means; tell whether it means anything."""
        key = Qt.Key(event.key())
        if key in _STEPS and self._view.lane_layout.count:
            self._view.choose_neighbour(_STEPS[key])
        elif key in self._zooms:
            self._zooms[key]()
        elif key == Qt.Key.Key_Escape and self._pointer.is_busy:
            self._pointer.cancel()
        else:
            return False
        return True
