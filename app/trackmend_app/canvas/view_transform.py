"""Where image pixels lie on the widget: zoom about a point, pan, fit, with limits."""

from dataclasses import dataclass, replace
from typing import Self

from PySide6.QtCore import QPointF, QRectF, QSizeF

MIN_SCALE = 0.05
MAX_SCALE = 40.0
_KEEP_VISIBLE_PX = 48.0


@dataclass(frozen=True, slots=True)
class ViewTransform:
    """A uniform scale and a shift.

    Attributes:
        scale: widget pixels per image pixel.
        dx: widget x of the image's left edge.
        dy: widget y of the image's top edge.
    """

    scale: float = 1.0
    dx: float = 0.0
    dy: float = 0.0

    @classmethod
    def fitted(cls, *, image: QSizeF, view: QSizeF, margin: float = 0.0) -> Self:
        """Return the transform that shows the whole image, centred, as large as fits."""
        if image.isEmpty() or view.isEmpty():
            return cls()
        free_w, free_h = max(1.0, view.width() - 2 * margin), max(1.0, view.height() - 2 * margin)
        scale = min(free_w / image.width(), free_h / image.height())
        return cls(
            scale,
            (view.width() - image.width() * scale) / 2,
            (view.height() - image.height() * scale) / 2,
        )

    def to_widget(self, x: float, y: float) -> QPointF:
        """Map an image point to the widget."""
        return QPointF(x * self.scale + self.dx, y * self.scale + self.dy)

    def to_image(self, point: QPointF) -> QPointF:
        """Map a widget point to the image."""
        return QPointF((point.x() - self.dx) / self.scale, (point.y() - self.dy) / self.scale)

    def rect_to_widget(self, x1: float, y1: float, x2: float, y2: float) -> QRectF:
        """Map an image box to the widget."""
        return QRectF(self.to_widget(x1, y1), self.to_widget(x2, y2))

    def zoomed(self, *, factor: float, about: QPointF) -> "ViewTransform":
        """Scale by a factor, leaving the widget point `about` on the same image point."""
        scale = min(MAX_SCALE, max(MIN_SCALE, self.scale * factor))
        ratio = scale / self.scale
        return ViewTransform(
            scale,
            about.x() - (about.x() - self.dx) * ratio,
            about.y() - (about.y() - self.dy) * ratio,
        )

    def moved(self, dx: float, dy: float) -> "ViewTransform":
        """Shift by widget pixels."""
        return replace(self, dx=self.dx + dx, dy=self.dy + dy)

    def centred_on(self, point: QPointF, *, view: QSizeF) -> "ViewTransform":
        """Bring an image point to the middle of the view."""
        return replace(
            self,
            dx=view.width() / 2 - point.x() * self.scale,
            dy=view.height() / 2 - point.y() * self.scale,
        )

    def showing(self, part: QRectF, *, view: QSizeF) -> "ViewTransform":
        """Show a part of the image, in image pixels, centred and as large as fits."""
        fitting = min(view.width() / part.width(), view.height() / part.height())
        scale = min(MAX_SCALE, max(MIN_SCALE, fitting))
        return replace(self, scale=scale).centred_on(part.center(), view=view)

    def kept_in_view(self, *, image: QSizeF, view: QSizeF) -> "ViewTransform":
        """Shift back so that a strip of the image stays on the widget."""
        keep_x = min(_KEEP_VISIBLE_PX, image.width() * self.scale)
        keep_y = min(_KEEP_VISIBLE_PX, image.height() * self.scale)
        return replace(
            self,
            dx=min(view.width() - keep_x, max(keep_x - image.width() * self.scale, self.dx)),
            dy=min(view.height() - keep_y, max(keep_y - image.height() * self.scale, self.dy)),
        )
