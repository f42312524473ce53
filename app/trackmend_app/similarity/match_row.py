"""One candidate of the similarity panel: its crop, its id, and a bar as long as it is alike."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from trackmend_app.canvas.frame_picture import image_from_bgr
from trackmend_app.theme import colour_for, current_theme, ui_font
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_core.types import ImageArray, TrackId

CROP_WIDTH_PX = 30.0
ROW_HEIGHT_PX = 44


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Match:
    """A track that looks like the query.

    Attributes:
        track_id: row of the track.
        number: the id that people see.
        similarity: cosine, -1..1; None where it is not known.
        crop_bgr: (H, W, 3) uint8 picture of it, None if there is none.
        seen_too: a frame in which both are seen: it cannot be chosen; None if there is none.
    """

    track_id: TrackId
    number: int
    similarity: float | None
    crop_bgr: ImageArray | None = None
    seen_too: int | None = None


class MatchRow(QAbstractButton):
    """Shows one match; a click chooses it."""

    def __init__(self, match: Match, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.match = match
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        text = self.tr("Track {number}, cosine similarity {value}")
        name = text.format(number=match.number, value=_figure(match))
        if match.seen_too is not None:
            name += f", {self._both_seen()}"
        self.setAccessibleName(name)
        self.setToolTip(self.accessibleName())

    def _both_seen(self) -> str:
        text = self.tr("both seen in frame {frame}")
        return text.format(frame=(self.match.seen_too or 0) + 1)

    def sizeHint(self) -> QSize:
        """Ask for one row."""
        return QSize(200, ROW_HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint crop, id, bar and figure."""
        theme, match = current_theme(), self.match
        area = QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHints(
                QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
            )
            if self.underMouse() or self.hasFocus():
                painter.setPen(QPen(QColor(theme.focus if self.hasFocus() else theme.hover), 1.2))
                painter.setBrush(QColor(theme.hover))
                painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6)
            crop = QRectF(area.left() + 6, area.top() + 3, CROP_WIDTH_PX, area.height() - 6)
            draw_crop(painter, crop, match.crop_bgr, number=match.number)
            colour = QColor(panel_colour_name(match.number, theme=theme))
            painter.setPen(QColor(theme.text if match.seen_too is None else theme.quiet))
            painter.setFont(ui_font(13, weight=QFont.Weight.DemiBold))
            middle = int(Qt.AlignmentFlag.AlignVCenter)
            number_area = QRectF(crop.right() + 10, area.top(), 36, area.height())
            painter.drawText(
                number_area, middle | int(Qt.AlignmentFlag.AlignLeft), str(match.number)
            )
            if match.seen_too is not None:
                painter.setPen(QColor(theme.quiet))
                painter.setFont(ui_font(11))
                rest = area.adjusted(number_area.right() + 4, 0, -12, 0)
                painter.drawText(rest, middle, self._both_seen())
                return
            bar = QRectF(number_area.right() + 4, area.center().y() - 3, 0, 6)
            bar.setRight(area.right() - 54)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.line))
            painter.drawRoundedRect(bar, 3, 3)
            share = min(1.0, max(0.0, match.similarity or 0.0))
            bar.setWidth(max(6.0, bar.width() * share))
            painter.setBrush(colour)
            painter.drawRoundedRect(bar, 3, 3)
            painter.setPen(QColor(theme.text))
            painter.setFont(ui_font(12))
            painter.drawText(
                area.adjusted(0, 0, -12, 0),
                middle | int(Qt.AlignmentFlag.AlignRight),
                _figure(match),
            )


def _figure(match: Match) -> str:
    return "–" if match.similarity is None else f"{match.similarity:.2f}"


def draw_crop(painter: QPainter, area: QRectF, crop_bgr: ImageArray | None, *, number: int) -> None:
    """Draw a person's picture, head first, filling the area, framed in its identity's colour."""
    outline = QPainterPath()
    outline.addRoundedRect(area, 4, 4)
    painter.fillPath(outline, QColor(current_theme().stage))
    if crop_bgr is not None and crop_bgr.size:
        height, width = crop_bgr.shape[:2]
        scale = max(area.width() / width, area.height() / height)
        target = QRectF(0, 0, width * scale, height * scale)
        target.moveCenter(area.center())
        target.moveTop(area.top())
        painter.save()
        painter.setClipPath(outline)
        painter.drawImage(target, image_from_bgr(crop_bgr))
        painter.restore()
    painter.setPen(QPen(colour_for(number), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(outline)
