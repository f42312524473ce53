"""The widget that shows a frame with its boxes, ids, trails and similarity, to look at and mend."""

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from trackmend_app.canvas.annotated_view import AnnotatedView
from trackmend_app.canvas.box_layout import PlacedBox, place_boxes
from trackmend_app.canvas.box_words import describe_box
from trackmend_app.canvas.canvas_painter import (
    paint_canvas,
    paint_crosshair,
    paint_focus_frame,
    paint_lasso,
    paint_zoom_rectangle,
)
from trackmend_app.canvas.frame_picture import FramePicture
from trackmend_app.canvas.gestures import Gestures
from trackmend_app.canvas.hit_testing import boxes_under, next_choice
from trackmend_app.canvas.modes import CanvasMode
from trackmend_app.canvas.trail_painter import TrailPoint
from trackmend_app.similarity.colour_map import SimilarityRange, overlay_image
from trackmend_app.theme import current_theme
from trackmend_core.project import BoxRecord
from trackmend_core.types import BoxId, FloatArray, ImageArray, TrackId


class VideoCanvas(AnnotatedView):
    """Shows a frame and what was found in it; knows no project.

    Signals:
        box_clicked(box_id, track_id, additive): a box was chosen; additive with Ctrl.
        empty_clicked(): a click beside every box.
        box_edited(box_id, x1, y1, x2, y2): a box was moved or resized, once, at release.
        box_drawn(x1, y1, x2, y2): a new box was drawn.
        point_hovered(x, y): the pointer is on this image point.
        hover_left(): the pointer left the frame.
        context_menu_requested(box_id or -1, global position).
        zoom_changed(scale): widget pixels per image pixel (from `ZoomableView`).
        follow_requested(track_id): a box was double-clicked.
        lassoed(track_ids, additive): a lasso (Alt+drag) was closed around these boxes.
        draw_cancelled(): Esc was pressed in draw or zoom mode with nothing begun.
        zoomed_to_rectangle(): a rectangle was drawn and fills the view now.
    """

    box_clicked = Signal(int, int, bool)
    empty_clicked = Signal()
    box_edited = Signal(int, float, float, float, float)
    box_drawn = Signal(float, float, float, float)
    point_hovered = Signal(float, float)
    hover_left = Signal()
    context_menu_requested = Signal(int, QPoint)
    follow_requested = Signal(int)
    lassoed = Signal(list, bool)
    draw_cancelled = Signal()
    zoomed_to_rectangle = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mode = CanvasMode.SELECT
        self._placed: list[PlacedBox] | None = None
        self._known_numbers: dict[TrackId, int] = {}
        self._gestures = Gestures(self)
        self._pointer = QPointF()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAccessibleName(self.tr("Video"))
        self.setAccessibleDescription(
            self.tr(
                "The current frame with tracked boxes. Wheel zooms, dragging moves the picture."
            )
        )

    # What is shown

    def set_frame(self, image_bgr: ImageArray | None, frame_index: int) -> None:
        """Show a frame, (H, W, 3) uint8 BGR, not to be changed later; None shows what to do."""
        before = self.image_size
        self._content.frame = None if image_bgr is None else FramePicture(image_bgr)
        self._content.frame_index = frame_index
        if self.image_size != before:
            self.fit()
        self.update()

    def set_boxes(self, boxes: Sequence[BoxRecord]) -> None:
        """Show the boxes of the frame."""
        self._content.boxes = list(boxes)
        self._known_numbers.update((box.track_id, box.number) for box in boxes)
        self._forget_layout()

    def set_trails(
        self,
        trails: Mapping[TrackId, Sequence[TrailPoint]],
        numbers: Mapping[TrackId, int] | None = None,
    ) -> None:
        """Show where tracks were, (frame, x, y) in order; `numbers` for any without a box here."""
        self._content.trails = dict(trails)
        self._known_numbers.update(numbers or {})
        self.update()

    def set_selection(self, track_ids: Iterable[TrackId], box_id: BoxId | None = None) -> None:
        """Mark tracks as selected, and the one box (if any) that can be edited by its handles."""
        self._content.selected = frozenset(track_ids)
        self._content.selected_box = box_id
        self._forget_layout()

    def set_overlay(
        self, similarity: FloatArray | None, shown: SimilarityRange | None = None
    ) -> None:
        """Lay a similarity map over the frame, (H, W) float32 cosine; None takes it away.

        The colours run from the map's median to its maximum unless a range is given.
        """
        self._content.overlay = None
        if similarity is not None:
            shown = shown or SimilarityRange.of(similarity)
            self._content.overlay = overlay_image(similarity, shown=shown)
            self._content.overlay_range = shown
        self.update()

    def set_visibility(self, boxes: bool, trails: bool, confidence: bool) -> None:
        """Show or hide what lies on the frame."""
        self._content.show_boxes = boxes
        self._content.show_trails = trails
        self._content.show_scores = confidence
        self._forget_layout()

    def set_stand_in(self, text: str) -> None:
        """Say that another frame than the wanted one is shown; its boxes cannot be edited."""
        if text != self._content.stand_in:
            self._content.stand_in = text
            self._gestures.cancel()
            self.update()

    @property
    def stands_in(self) -> bool:
        """Return whether another frame than the wanted one is shown."""
        return bool(self._content.stand_in)

    @property
    def mode(self) -> CanvasMode:
        """What the left button does."""
        return self._mode

    def set_mode(self, mode: CanvasMode) -> None:
        """Choose what the left button does; a gesture under way is called off."""
        self._mode = mode
        self._gestures.cancel()

    @property
    def image_size(self) -> QSizeF:
        """Return the size of the frame in pixels; empty without one."""
        return self._content.frame.rect().size() if self._content.frame else QSizeF()

    @property
    def has_frame(self) -> bool:
        """Return whether there is a frame to work on."""
        return self._content.frame is not None

    # What lies where

    @property
    def placed_boxes(self) -> list[PlacedBox]:
        """Return the boxes in view with their places on the widget, topmost last."""
        if self._placed is None:
            self._placed = place_boxes(
                self._content.boxes if self._content.show_boxes and self.has_frame else [],
                transform=self.transform,
                view=QRectF(self.rect()),
                selected=self._content.selected,
                with_scores=self._content.show_scores,
            )
        return self._placed

    @property
    def editable_box(self) -> PlacedBox | None:
        """Return the selected box, or the one box of the one selected track."""
        if self._mode is not CanvasMode.SELECT or self._content.stand_in:
            return None
        content = self._content
        mine = [placed for placed in self.placed_boxes if placed.box.track_id in content.selected]
        if content.selected_box is not None:
            mine = [placed for placed in mine if placed.box.box_id == content.selected_box]
        return mine[0] if len(mine) == 1 else None

    def box_under(self, point: QPointF) -> PlacedBox | None:
        """Return the box that a widget point means most likely; none of a frame that stands in."""
        candidates = self._candidates(point)
        return self._placed_of(candidates[0]) if candidates else None

    def is_nearest(self, placed: PlacedBox, point: QPointF) -> bool:
        """Return whether a press means this selected box, not another's label on top."""
        others = (other for other in self.placed_boxes if other is not placed)
        return not any(other.label.contains(point) for other in others)

    def click_at(self, point: QPointF, *, additive: bool) -> None:
        """Choose the box at a widget point; a second click there chooses the next one below."""
        editable = self.editable_box
        chosen = next_choice(
            self._candidates(point),
            selected=editable.box.box_id if editable and not additive else None,
        )
        placed = self._placed_of(chosen) if chosen is not None else None
        if placed is None:
            self.empty_clicked.emit()
            return
        self.box_clicked.emit(int(placed.box.box_id), int(placed.box.track_id), additive)

    def choose_inside(self, lasso: Sequence[QPointF], *, additive: bool) -> None:
        """Choose the tracks whose boxes have their middle inside a closed line on the widget."""
        line = QPolygonF(list(lasso))
        inside = [
            int(placed.box.track_id)
            for placed in self.placed_boxes
            if line.containsPoint(placed.rect.center(), Qt.FillRule.OddEvenFill)
        ]
        self.lassoed.emit(inside, additive)

    def _candidates(self, point: QPointF) -> list[BoxId]:
        placed = self.placed_boxes if not self._content.stand_in else []
        return boxes_under(
            point,
            rects={p.box.box_id: p.rect for p in placed},
            labels={p.box.box_id: p.label for p in reversed(placed)},
        )

    def _placed_of(self, box_id: BoxId) -> PlacedBox:
        return next(placed for placed in self.placed_boxes if placed.box.box_id == box_id)

    # Painting and events

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frame and what lies on it."""
        view, theme = self.rect(), current_theme()
        with QPainter(self) as painter:
            paint_canvas(
                painter,
                self._content,
                placed=self.placed_boxes,
                transform=self.transform,
                view=view,
                device_ratio=self.devicePixelRatioF(),
                numbers=self._known_numbers,
                editable=self.editable_box,
                edited=self._gestures.edited_box,
                theme=theme,
            )
            if self._gestures.lasso:
                paint_lasso(painter, self._gestures.lasso, theme=theme)
            if not self._gestures.zoom_rect.isEmpty():
                paint_zoom_rectangle(
                    painter, self._gestures.zoom_rect, view=QRectF(view), theme=theme
                )
            if self._mode is CanvasMode.DRAW_BOX and self.has_frame and self.underMouse():
                paint_crosshair(painter, self._pointer, view=QRectF(view))
            if self.hasFocus() and self.focus_came_by_key:
                paint_focus_frame(painter, QRectF(view), theme=theme)

    def view_moved(self) -> None:
        """Place boxes anew: the view has moved."""
        self._forget_layout()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        self._gestures.pressed(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a gesture, or hover."""
        self._pointer = event.position()
        self._gestures.moved(event)
        self._hover(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a gesture."""
        self._gestures.released(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Bring what was double-clicked to the middle and offer to follow it."""
        if event.button() is not Qt.MouseButton.LeftButton or not self.has_frame:
            return
        self._gestures.cancel()
        placed = self.box_under(event.position())
        centre = placed.rect.center() if placed else event.position()
        point = self.to_image(centre)
        self.centre_on(point.x(), point.y())
        if placed:
            self.follow_requested.emit(int(placed.box.track_id))

    def leaveEvent(self, _event: QEvent) -> None:
        """Forget the hovered box."""
        self._content.hovered_box = None
        self.hover_left.emit()
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the box under the pointer, or of the selected one when a key asks."""
        placed = self.box_under(QPointF(event.pos()))
        position = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard and self.editable_box:
            placed = self.editable_box
            position = self.mapToGlobal(placed.rect.center().toPoint())
        self.context_menu_requested.emit(int(placed.box.box_id) if placed else -1, position)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc calls a gesture off; space held moves the picture."""
        if event.key() == Qt.Key.Key_Escape and self._escape():
            return
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._gestures.space_held = True
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go of the picture."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._gestures.space_held = False
        super().keyReleaseEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Esc for a gesture under way; show what a box is as a tooltip."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            busy = self._gestures.is_busy or self._mode.waits
            if event.key() == Qt.Key.Key_Escape and busy:
                event.accept()
                return True
        if isinstance(event, QHelpEvent):
            return self._show_tooltip(event)
        return super().event(event)

    def _escape(self) -> bool:
        if self._gestures.is_busy:
            self._gestures.cancel()
            return True
        if self._mode.waits:
            self.draw_cancelled.emit()
            return True
        return False

    def _hover(self, point: QPointF) -> None:
        placed = self.box_under(point) if self._mode.chooses else None
        hovered = placed.box.box_id if placed else None
        if hovered != self._content.hovered_box or self._mode is CanvasMode.DRAW_BOX:
            self._content.hovered_box = hovered
            self.update()
        on_image = self.to_image(point)
        if QRectF(QPointF(), self.image_size).contains(on_image):
            self.point_hovered.emit(on_image.x(), on_image.y())

    def _show_tooltip(self, event: QHelpEvent) -> bool:
        placed = self.box_under(QPointF(event.pos()))
        if placed is None:
            QToolTip.hideText()
            return True
        QToolTip.showText(event.globalPos(), describe_box(placed.box), self)
        return True

    def _forget_layout(self) -> None:
        self._placed = None
        self.update()
