"""A widget with a picture that can be zoomed about a point, moved and fitted."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QNativeGestureEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from trackmend_app.canvas.view_transform import ViewTransform

_WHEEL_STEP = 1.2
_BUTTON_STEP = 1.4
_NOTCH = 120.0


class ZoomableView(QWidget):
    """The view part of the canvas: it knows the size of its picture and where that lies.

    Signals:
        zoom_changed(scale): widget pixels per image pixel.
        view_shown(): the picture lies elsewhere than before.
    """

    zoom_changed = Signal(float)
    view_shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._transform = ViewTransform()
        self._fitted = True
        self.focus_came_by_key = False

    @property
    def image_size(self) -> QSizeF:
        """Return the size of the picture in its own pixels; empty without one."""
        return QSizeF()

    def view_moved(self) -> None:
        """Do what has to be done when the picture lies elsewhere than before."""
        self.update()

    @property
    def transform(self) -> ViewTransform:
        """Where the picture lies on the widget."""
        return self._transform

    @property
    def zoom(self) -> float:
        """Return how many widget pixels one image pixel takes."""
        return self._transform.scale

    @property
    def is_fitted(self) -> bool:
        """Return whether the whole picture is shown and stays so when the widget is resized."""
        return self._fitted

    def fit(self) -> None:
        """Show the whole picture, as large as fits."""
        fitted = ViewTransform.fitted(image=self.image_size, view=QSizeF(self.size()))
        self._show(fitted, fitted=True)

    def set_zoom(self, scale: float, about: QPointF | None = None) -> None:
        """Zoom to a scale, about a widget point (the middle by default)."""
        middle = QRectF(self.rect()).center()
        self._zoom_by(scale / self._transform.scale, about=about or middle)

    def zoom_in(self) -> None:
        """Zoom in one step about the middle."""
        self.set_zoom(self.zoom * _BUTTON_STEP)

    def zoom_out(self) -> None:
        """Zoom out one step about the middle."""
        self.set_zoom(self.zoom / _BUTTON_STEP)

    def centre_on(self, x: float, y: float) -> None:
        """Bring a point of the picture to the middle of the view."""
        view = QSizeF(self.size())
        self._show(self._transform.centred_on(QPointF(x, y), view=view), fitted=False)

    def zoom_to(self, part: QRectF) -> None:
        """Show a part of the picture, in its own pixels, as large as fits."""
        if not part.isEmpty():
            view = QSizeF(self.size())
            self._show(self._transform.showing(part, view=view), fitted=False)

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the picture by widget pixels."""
        self._show(self._transform.moved(dx, dy), fitted=False)

    def look_like(self, other: "ZoomableView") -> None:
        """Show what another view of the same picture shows, also if that one is larger."""
        if self.image_size.isEmpty():
            return
        if other.is_fitted:
            if not self._fitted:
                self.fit()
            return
        there = other.transform.moved(
            (self.width() - other.width()) / 2, (self.height() - other.height()) / 2
        )
        if there != self._transform:
            self._show(there, fitted=False)

    def to_image(self, point: QPointF) -> QPointF:
        """Map a widget point to the picture."""
        return self._transform.to_image(point)

    def to_widget(self, x: float, y: float) -> QPointF:
        """Map a point of the picture to the widget."""
        return self._transform.to_widget(x, y)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stay fitted, or keep what is in the middle there."""
        if self._fitted or event.oldSize().isEmpty():
            self.fit()
            return
        grown = (event.size() - event.oldSize()) / 2
        self.pan_by(grown.width(), grown.height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom to the pointer; with Shift, or sideways, move the picture."""
        if self.image_size.isEmpty():
            event.ignore()
            return
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or not turned.y():
            self.pan_by((turned.x() or turned.y()) / 2, 0)
        else:
            self._zoom_by(_WHEEL_STEP ** (turned.y() / _NOTCH), about=event.position())
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember whether the focus frame is wanted: it is when a key brought the focus."""
        self.focus_came_by_key = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
        super().focusInEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Take the pinch of a track pad as zoom."""
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture
            and not self.image_size.isEmpty()
        ):
            self._zoom_by(1 + event.value(), about=event.position())
            return True
        return super().event(event)

    def _zoom_by(self, factor: float, *, about: QPointF) -> None:
        self._show(self._transform.zoomed(factor=factor, about=about), fitted=False)

    def _show(self, transform: ViewTransform, *, fitted: bool) -> None:
        if self.image_size.isEmpty():
            transform, fitted = ViewTransform(), True
        elif not fitted:
            transform = transform.kept_in_view(image=self.image_size, view=QSizeF(self.size()))
        scale_before = self._transform.scale
        self._transform = transform
        self._fitted = fitted
        self.view_moved()
        self.view_shown.emit()
        if transform.scale != scale_before:
            self.zoom_changed.emit(transform.scale)
