"""A scroll area whose width is time: zoom about a frame, move, fit."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from trackmend_app.timeline.lane_layout import LaneLayout
from trackmend_app.timeline.time_axis import TimeAxis

_WHEEL_STEP = 1.25
_BUTTON_STEP = 1.6
_NOTCH = 120.0


class TimeScrollArea(QAbstractScrollArea):
    """The part of the timeline that knows which frames are in view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axis = TimeAxis()
        self._layout = LaneLayout()

    @property
    def current_frame(self) -> int:
        """The frame that zooming keeps in place."""
        return 0

    def forget_picture(self) -> None:
        """Do what has to be done when other frames are in view."""
        self.viewport().update()

    @property
    def axis(self) -> TimeAxis:
        """The frames in view."""
        return self._axis

    def fit(self) -> None:
        """Show the whole video."""
        self.show_axis(self._axis.fitted())

    def zoom_in(self) -> None:
        """Show fewer frames, about the playhead when it is in view."""
        self.show_axis(self._axis.zoomed(factor=_BUTTON_STEP, about_x=self._zoom_centre()))

    def zoom_out(self) -> None:
        """Show more frames, about the playhead when it is in view."""
        self.show_axis(self._axis.zoomed(factor=1 / _BUTTON_STEP, about_x=self._zoom_centre()))

    def show_axis(self, axis: TimeAxis) -> None:
        """Show other frames."""
        self._axis = axis
        self.forget_picture()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom time at the pointer; with Shift or sideways move in it; over the ids move lanes."""
        turned = event.angleDelta()
        sideways = turned.x() or (
            turned.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
        )
        if sideways:
            self.show_axis(self._axis.moved(-sideways / _NOTCH * 0.08 * self._axis.shown_span))
        elif event.position().x() < self._axis.left:
            bar = self.verticalScrollBar()
            bar.setValue(round(bar.value() - turned.y() / _NOTCH * 2 * self._layout.pitch))
        else:
            factor = _WHEEL_STEP ** (turned.y() / _NOTCH)
            self.show_axis(self._axis.zoomed(factor=factor, about_x=event.position().x()))
        event.accept()

    def _zoom_centre(self) -> float:
        x = self._axis.x_of(self.current_frame + 0.5)
        inside = self._axis.left <= x <= self._axis.right
        return x if inside else self._axis.left + self._axis.width / 2
