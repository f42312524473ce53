"""What mouse presses, moves and releases mean on the canvas: click, pan, drag a box, draw a box."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from trackmend_app.canvas.box_drag import (
    MIN_SIDE_PX,
    Box,
    BoxDrag,
    Handle,
    cursor_for,
    drawn_box,
    handle_at,
)
from trackmend_app.canvas.modes import CanvasMode

if TYPE_CHECKING:
    from trackmend_app.canvas.video_canvas import VideoCanvas

SNAP_PX = 7.0
_HANDLE_REACH_PX = 7.0
_SIDE_BEGINS_PX = 2.0
_BOX_BEGINS_PX = 4.0
"""So far the hand may tremble: a side is set to the pixel, a click on a box moves nothing."""


class _Gesture(Enum):
    NONE = auto()
    PRESSED = auto()
    PANNING = auto()
    DRAGGING_BOX = auto()
    DRAWING_BOX = auto()
    LASSO = auto()
    ZOOMING = auto()


class Gestures:
    """The mouse on one canvas. Reads the canvas, moves its view, and has it emit its signals."""

    def __init__(self, canvas: VideoCanvas) -> None:
        self._canvas = canvas
        self._gesture = _Gesture.NONE
        self._pressed_at = QPointF()
        self._last_at = QPointF()
        self._drag: BoxDrag | None = None
        self._box: Box | None = None
        self._lasso: list[QPointF] = []
        self._zoom_rect = QRectF()
        self.space_held = False

    @property
    def edited_box(self) -> tuple[int, Box] | None:
        """Return the box being dragged or drawn (its id is -1 then) and where it is now."""
        if self._box is None:
            return None
        return (self._drag.box_id if self._drag else -1), self._box

    @property
    def is_busy(self) -> bool:
        """Return whether a button is held for something that Esc can call off."""
        return self._gesture in (
            _Gesture.DRAGGING_BOX,
            _Gesture.DRAWING_BOX,
            _Gesture.LASSO,
            _Gesture.ZOOMING,
        )

    @property
    def lasso(self) -> list[QPointF]:
        """Return the points of the lasso being drawn, on the widget."""
        return self._lasso

    @property
    def zoom_rect(self) -> QRectF:
        """Return the rectangle to be zoomed to, on the widget; empty while none is drawn."""
        return self._zoom_rect

    def cancel(self) -> None:
        """Forget the gesture; a dragged box jumps back."""
        self._gesture = _Gesture.NONE
        self._drag = None
        self._box = None
        self._lasso = []
        self._zoom_rect = QRectF()
        self._canvas.update()
        self._show_cursor(self._last_at)

    def pressed(self, event: QMouseEvent) -> None:
        """Begin what the pressed button means there."""
        point = event.position()
        self._pressed_at = self._last_at = point
        canvas = self._canvas
        if event.button() is Qt.MouseButton.MiddleButton:
            self._gesture = _Gesture.PANNING
        elif event.button() is Qt.MouseButton.LeftButton and canvas.has_frame:
            if canvas.mode is CanvasMode.PAN or self.space_held:
                self._gesture = _Gesture.PANNING
            elif (
                canvas.mode is CanvasMode.ZOOM
                or event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            ):
                self._gesture = _Gesture.ZOOMING
            elif canvas.mode is CanvasMode.DRAW_BOX and not canvas.stands_in:
                self._gesture = _Gesture.DRAWING_BOX
            elif canvas.mode is CanvasMode.LASSO or (
                event.modifiers() & Qt.KeyboardModifier.AltModifier and not self._on_handle(point)
            ):
                self._gesture, self._lasso = _Gesture.LASSO, [point]
            elif not self._take_hold(point):
                self._gesture = _Gesture.PRESSED
        self._show_cursor(point)

    def moved(self, event: QMouseEvent) -> None:
        """Go on with what was begun, if anything."""
        point = event.position()
        step = point - self._last_at
        self._last_at = point
        far = (point - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if self._gesture is _Gesture.PRESSED and far:
            self._gesture = _Gesture.PANNING
            step = point - self._pressed_at
        if self._gesture is _Gesture.PANNING:
            self._canvas.pan_by(step.x(), step.y())
        elif self._drag and (self._box or self._has_begun(self._drag, point)):
            snap = not event.modifiers() & Qt.KeyboardModifier.AltModifier
            self._box = self._drag.box_at(self._canvas.to_image(point), snap=snap)
            self._canvas.update()
        elif self._gesture is _Gesture.DRAWING_BOX:
            self._box = self._box_drawn_to(point)
            self._canvas.update()
        elif self._gesture is _Gesture.ZOOMING and far:
            self._zoom_rect = QRectF(self._pressed_at, point).normalized()
            self._canvas.update()
        elif self._gesture is _Gesture.LASSO:
            self._lasso.append(point)
            self._canvas.update()
        self._show_cursor(point)

    def released(self, event: QMouseEvent) -> None:
        """End what was begun."""
        gesture, drag, box, lasso = self._gesture, self._drag, self._box, self._lasso
        zoom_rect = self._zoom_rect
        self.cancel()
        canvas = self._canvas
        additive = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if gesture is _Gesture.DRAGGING_BOX and drag is not None:
            if box is None:
                # A side touched from outside the box, and not moved, is no click beside it.
                if drag.handle is Handle.MOVE or canvas.box_under(event.position()) is not None:
                    canvas.click_at(event.position(), additive=additive)
            elif box != drag.start:
                canvas.box_edited.emit(drag.box_id, *box)
        elif gesture is _Gesture.DRAWING_BOX:
            if box and box[2] - box[0] >= MIN_SIDE_PX and box[3] - box[1] >= MIN_SIDE_PX:
                canvas.box_drawn.emit(*box)
        elif gesture is _Gesture.LASSO:
            canvas.choose_inside(lasso, additive=additive)
        elif gesture is _Gesture.ZOOMING and not zoom_rect.isEmpty():
            canvas.zoom_to(
                QRectF(
                    canvas.to_image(zoom_rect.topLeft()), canvas.to_image(zoom_rect.bottomRight())
                )
            )
            canvas.zoomed_to_rectangle.emit()
        elif gesture is _Gesture.PRESSED or gesture is _Gesture.ZOOMING:
            canvas.click_at(event.position(), additive=additive)

    def hover(self, point: QPointF) -> None:
        """Show the pointer that fits a place, without a button held."""
        self._last_at = point
        self._show_cursor(point)

    def _on_handle(self, point: QPointF) -> bool:
        """Tell whether Alt means a handle here: a box dragged with it does not snap."""
        held = self._handle_under(point)
        return held is not None and held[2] is not Handle.MOVE

    def _has_begun(self, drag: BoxDrag, point: QPointF) -> bool:
        begins_at = _BOX_BEGINS_PX if drag.handle is Handle.MOVE else _SIDE_BEGINS_PX
        return (point - self._pressed_at).manhattanLength() >= begins_at

    def _take_hold(self, point: QPointF) -> bool:
        """Take hold of the selected box when the pointer is on it."""
        held = self._handle_under(point)
        if held is None:
            return False
        box_id, start, handle = held
        canvas = self._canvas
        self._drag = BoxDrag(
            box_id=box_id,
            start=start,
            handle=handle,
            grabbed_at=canvas.to_image(point),
            image=canvas.image_size,
            reach=SNAP_PX / canvas.zoom,
        )
        self._gesture = _Gesture.DRAGGING_BOX
        return True

    def _handle_under(self, point: QPointF) -> tuple[int, Box, Handle] | None:
        editable = self._canvas.editable_box
        if editable is None:
            return None
        rect = editable.rect
        handle = handle_at(rect, point, reach=_HANDLE_REACH_PX)
        if handle is None and rect.contains(point) and self._canvas.is_nearest(editable, point):
            handle = Handle.MOVE
        if handle is None:
            return None
        x1, y1, x2, y2 = (float(side) for side in editable.box.box_xyxy)
        return int(editable.box.box_id), (x1, y1, x2, y2), handle

    def _box_drawn_to(self, point: QPointF) -> Box:
        canvas = self._canvas
        return drawn_box(
            canvas.to_image(self._pressed_at),
            canvas.to_image(point),
            image=canvas.image_size,
            reach=SNAP_PX / canvas.zoom,
        )

    def _show_cursor(self, point: QPointF) -> None:
        canvas = self._canvas
        shape = Qt.CursorShape.ArrowCursor
        if self._gesture is _Gesture.PANNING:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._drag is not None:
            shape = cursor_for(self._drag.handle)
        elif not canvas.has_frame:
            shape = Qt.CursorShape.ArrowCursor
        elif canvas.mode.waits or self._gesture in (_Gesture.LASSO, _Gesture.ZOOMING):
            shape = Qt.CursorShape.CrossCursor
        elif canvas.mode is CanvasMode.PAN or self.space_held:
            shape = Qt.CursorShape.OpenHandCursor
        elif (held := self._handle_under(point)) is not None:
            shape = cursor_for(held[2])
        elif canvas.box_under(point) is not None:
            shape = Qt.CursorShape.PointingHandCursor
        canvas.setCursor(shape)
