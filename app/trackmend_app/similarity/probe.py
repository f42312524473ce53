"""Lets the pointer on the video say what is looked for: hover for a look, click to keep it."""

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from trackmend_app.canvas.video_canvas import VideoCanvas
from trackmend_app.theme import current_theme

_RING_PX = 9.0


class PlaceMark(QWidget):
    """A ring around the place that is looked for; lets every event through to the canvas."""

    def __init__(self, canvas: VideoCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._point: tuple[float, float] | None = None
        self._pinned = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    @property
    def point(self) -> tuple[float, float] | None:
        """Return the place on show, source pixels."""
        return self._point if self.isVisibleTo(self._canvas) else None

    def show_place(self, point: tuple[float, float] | None, *, pinned: bool) -> None:
        """Show a place of the frame on the canvas, source pixels; None shows nothing."""
        self._point, self._pinned = point, pinned
        self.setGeometry(self._canvas.rect())
        self.setVisible(point is not None)
        self.raise_()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ring, filled in the middle when the place is pinned."""
        if self._point is None:
            return
        centre = self._canvas.to_widget(*self._point)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, width in (("#000000", 4.0), (current_theme().on_overlay, 1.8)):
                painter.setPen(QPen(QColor(colour), width))
                painter.drawEllipse(centre, _RING_PX, _RING_PX)
            if self._pinned:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(current_theme().focus))
                painter.drawEllipse(centre, 3.5, 3.5)


class PointerProbe(QObject):
    """Watches the canvas while the pointer is to look for places.

    Clicks are taken from the canvas then, so that looking selects nothing.

    Signals:
        hovered(x, y): the pointer is on this place, source pixels.
        picked(x, y): it was clicked.
        left(): the pointer has left the frame.
    """

    hovered = Signal(float, float)
    picked = Signal(float, float)
    left = Signal()

    def __init__(self, canvas: VideoCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._is_on = False
        self.mark = PlaceMark(canvas)
        canvas.installEventFilter(self)

    @property
    def is_on(self) -> bool:
        """Return whether the pointer looks for places."""
        return self._is_on

    def set_on(self, on: bool) -> None:
        """Let the pointer look for places, or give it back to the canvas."""
        self._is_on = on
        if on:
            self._canvas.setCursor(Qt.CursorShape.CrossCursor)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take clicks and moves while on; the mark grows with the canvas at all times."""
        if event.type() is QEvent.Type.Resize:
            self.mark.setGeometry(self._canvas.rect())
        if not self._is_on:
            return False
        if event.type() is QEvent.Type.Leave:
            self.left.emit()
        if not isinstance(event, QMouseEvent):
            return False
        return self._mouse(event)

    def _mouse(self, event: QMouseEvent) -> bool:
        place = self._place(event.position())
        if event.type() is QEvent.Type.MouseMove:
            if event.buttons() == Qt.MouseButton.NoButton:
                self._canvas.setCursor(Qt.CursorShape.CrossCursor)
                if place is not None:
                    self.hovered.emit(place.x(), place.y())
                else:
                    self.left.emit()
                return True
            return False
        if event.button() is not Qt.MouseButton.LeftButton:
            return False
        if event.type() is QEvent.Type.MouseButtonPress and place is not None:
            self.picked.emit(place.x(), place.y())
        return True

    def _place(self, point: QPointF) -> QPointF | None:
        on_image = self._canvas.to_image(point)
        inside = QRectF(QPointF(), self._canvas.image_size).contains(on_image)
        return on_image if inside else None
