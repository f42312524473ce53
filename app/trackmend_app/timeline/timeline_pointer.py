"""What the mouse means on the timeline: scrub, seek and select, pan, choose a range."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from trackmend_app.timeline.timeline_painter import LaneDrag

if TYPE_CHECKING:
    from trackmend_app.timeline.timeline_view import TimelineView


class _Gesture(Enum):
    NONE = auto()
    SCRUBBING = auto()
    SCRUBBING_OVERVIEW = auto()
    PRESSED = auto()
    PANNING = auto()
    CHOOSING_RANGE = auto()
    MERGING = auto()


class TimelinePointer:
    """The mouse on one timeline."""

    def __init__(self, view: TimelineView) -> None:
        self._view = view
        self._gesture = _Gesture.NONE
        self._pressed_at = QPointF()
        self._last_at = QPointF()
        self._range_before: tuple[int, int] | None = None

    @property
    def is_scrubbing(self) -> bool:
        """Return whether the playhead is held; the view must not turn its page under it."""
        return self._gesture is _Gesture.SCRUBBING

    @property
    def is_busy(self) -> bool:
        """Return whether a range is being chosen or a lane held, which Esc calls off."""
        return self._gesture in (_Gesture.CHOOSING_RANGE, _Gesture.MERGING)

    def cancel(self) -> None:
        """Call off the range being chosen, or put the held lane back."""
        if self._gesture is _Gesture.CHOOSING_RANGE:
            self._view.set_range(self._range_before)
        self._view.set_drag(None)
        self._gesture = _Gesture.NONE

    def pressed(self, event: QMouseEvent) -> None:
        """Begin what the pressed button means there."""
        self._pressed_at = self._last_at = event.position()
        if event.button() is Qt.MouseButton.MiddleButton:
            self._gesture = _Gesture.PANNING
        if event.button() is not Qt.MouseButton.LeftButton or not self._view.axis.frame_count:
            return
        point, regions = event.position(), self._view.regions
        in_gutter = point.x() < self._view.axis.left
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not in_gutter:
            self._gesture = _Gesture.CHOOSING_RANGE
            self._range_before = self._view.frame_range
        elif point.y() < regions.ruler.top() and not in_gutter:
            self._gesture = _Gesture.SCRUBBING_OVERVIEW
            self._scrub(point)
        elif point.y() < regions.lanes.top() and not in_gutter:
            self._gesture = _Gesture.SCRUBBING
            self._scrub(point)
        else:
            self._gesture = _Gesture.PRESSED

    def double_clicked(self, event: QMouseEvent) -> None:
        """Show the whole video on the header; on an id go to where its track begins."""
        point = event.position()
        held = self._view.track_at(point.y()) if point.x() < self._view.axis.left else None
        if point.y() < self._view.regions.lanes.top():
            self._view.fit()
        elif held is not None:
            self._view.track_activated.emit(int(held.track_id))
        else:
            self.pressed(event)

    def menu_asked(self, event: QContextMenuEvent) -> None:
        """Ask for a menu: in a lane as after a click there, so that "here" is that frame."""
        point, view = QPointF(event.pos()), self._view
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            point = self._chosen_place() or QPointF()
        elif point.x() >= view.axis.left and point.y() >= view.regions.lanes.top():
            view.frame_requested.emit(view.axis.index_at(point.x()))
        track = view.track_at(point.y())
        position = view.viewport().mapToGlobal(point.toPoint())
        view.menu_requested.emit(-1 if track is None else int(track.track_id), position)

    def _chosen_place(self) -> QPointF | None:
        """Return a place in the first lane in view whose track is selected."""
        view = self._view
        for row in view.lane_layout.visible_rows:
            y = view.lane_layout.y_of(row) + view.lane_layout.pitch / 2
            track = view.track_at(y)
            if track is not None and track.track_id in view.selected:
                return QPointF(view.axis.left, y)
        return None

    def moved(self, event: QMouseEvent) -> None:
        """Go on with what was begun, if anything."""
        point = event.position()
        step = point - self._last_at
        self._last_at = point
        far = (point - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if self._gesture is _Gesture.PRESSED and far:
            self._gesture = self._dragging()
            step = point - self._pressed_at
        if self._gesture is _Gesture.MERGING:
            self._hold_lane(point)
        elif self._gesture is _Gesture.PANNING:
            self._pan(step)
        elif self._gesture in (_Gesture.SCRUBBING, _Gesture.SCRUBBING_OVERVIEW):
            self._scrub(point)
        elif self._gesture is _Gesture.CHOOSING_RANGE and far:
            self._view.set_range(self._range_to(point))
        self._show_cursor(point)

    def released(self, event: QMouseEvent) -> None:
        """End what was begun."""
        gesture, point = self._gesture, event.position()
        self._gesture = _Gesture.NONE
        view = self._view
        far = (point - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if gesture is _Gesture.PRESSED:
            self._click(point, event.modifiers())
        elif gesture is _Gesture.MERGING:
            self._let_lane_go()
        elif gesture is _Gesture.CHOOSING_RANGE and far:
            first, last = self._range_to(point)
            view.set_range((first, last))
            view.range_selected.emit(first, last)
        self._show_cursor(point)

    def _click(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        view = self._view
        if point.x() >= view.axis.left:
            view.frame_requested.emit(view.axis.index_at(point.x()))
        track = view.track_at(point.y())
        if track is not None:
            additive = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
            view.track_clicked.emit(int(track.track_id), additive)

    def _dragging(self) -> _Gesture:
        """Return what a drag means that began here: an id is held, everything else moves."""
        view = self._view
        on_number = self._pressed_at.x() < view.axis.left
        if on_number and view.track_at(self._pressed_at.y()) is not None:
            return _Gesture.MERGING
        return _Gesture.PANNING

    def _hold_lane(self, point: QPointF) -> None:
        view = self._view
        held, over = view.track_at(self._pressed_at.y()), view.track_at(point.y())
        if held is None:
            return
        target = over.track_id if over is not None and over is not held else None
        before = view.drag
        view.set_drag(
            LaneDrag(dragged=held.track_id, target=target, y=point.y())
            if before is None or before.target != target
            else replace(before, y=point.y())
        )
        if target is not None and (before is None or before.target != target):
            view.merge_considered.emit(int(held.track_id), int(target))

    def _let_lane_go(self) -> None:
        drag = self._view.drag
        self._view.set_drag(None)
        if drag is not None and drag.target is not None:
            self._view.merge_asked.emit(int(drag.dragged), int(drag.target))

    def _pan(self, step: QPointF) -> None:
        view = self._view
        if step.x() and not view.axis.is_fitted:
            view.show_axis(view.axis.moved(-step.x() / view.axis.frame_width))
        bar = view.verticalScrollBar()
        bar.setValue(round(bar.value() - step.y()))

    def _scrub(self, point: QPointF) -> None:
        view = self._view
        axis = view.axis
        if self._gesture is _Gesture.SCRUBBING_OVERVIEW:
            axis = axis.fitted()
        index = axis.index_at(point.x())
        if index != view.current_frame:
            view.frame_requested.emit(index)

    def _range_to(self, point: QPointF) -> tuple[int, int]:
        axis = self._view.axis
        ends = (axis.index_at(self._pressed_at.x()), axis.index_at(point.x()))
        return min(ends), max(ends)

    def _show_cursor(self, point: QPointF) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._gesture is _Gesture.PANNING:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._gesture is _Gesture.MERGING:
            shape = Qt.CursorShape.DragMoveCursor
        elif self._gesture is _Gesture.CHOOSING_RANGE:
            shape = Qt.CursorShape.SizeHorCursor
        elif point.y() < self._view.regions.lanes.top() and point.x() >= self._view.axis.left:
            shape = Qt.CursorShape.PointingHandCursor
        self._view.viewport().setCursor(shape)
