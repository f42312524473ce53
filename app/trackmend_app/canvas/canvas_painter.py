"""Paint the canvas in order: stage, frame, similarity, trails, boxes, labels, hand, notes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from trackmend_app.canvas.box_drag import Box
from trackmend_app.canvas.box_layout import PlacedBox
from trackmend_app.canvas.box_painter import BoxLook, draw_handles, draw_label, draw_outline
from trackmend_app.canvas.chips import (
    ChipPart,
    draw_chip,
    draw_drop_frame,
    draw_empty_state,
    draw_numbers_chip,
    draw_stand_in,
)
from trackmend_app.canvas.frame_picture import FramePicture
from trackmend_app.canvas.ghost_painter import draw_ghosts
from trackmend_app.canvas.hand_painter import draw_box_in_hand
from trackmend_app.canvas.trail_painter import TrailPoint, draw_trails
from trackmend_app.canvas.view_transform import ViewTransform
from trackmend_app.ghosts import Ghost
from trackmend_app.similarity.colour_map import SimilarityRange
from trackmend_app.similarity.legend import draw_legend
from trackmend_app.theme import Theme, colour_for
from trackmend_core.project import BoxRecord
from trackmend_core.types import BoxId, TrackId

_NOTE_MARGIN_PX = 12.0


@dataclass(slots=True, kw_only=True)
class CanvasContent:
    """Everything that the canvas was told to show."""

    empty_title: str
    empty_hint: str
    drop_text: str
    frame: FramePicture | None = None
    frame_index: int = 0
    boxes: list[BoxRecord] = field(default_factory=list)
    trails: dict[TrackId, Sequence[TrailPoint]] = field(default_factory=dict)
    selected: frozenset[TrackId] = frozenset()
    selected_box: BoxId | None = None
    hovered_box: BoxId | None = None
    overlay: QImage | None = None
    overlay_range: SimilarityRange = field(default=SimilarityRange(0.0, 1.0))
    show_boxes: bool = True
    show_trails: bool = True
    show_scores: bool = False
    notice: str = ""
    proposal: Sequence[ChipPart] = ()
    ghosts: Sequence[Ghost] = ()
    stand_in: str = ""
    drop_highlight: bool = False


def paint_canvas(
    painter: QPainter,
    content: CanvasContent,
    *,
    placed: Sequence[PlacedBox],
    transform: ViewTransform,
    view: QRect,
    device_ratio: float,
    numbers: Mapping[TrackId, int],
    editable: PlacedBox | None,
    edited: tuple[int, Box] | None,
    theme: Theme,
) -> None:
    """Paint everything; see `VideoCanvas` for the meaning of the arguments."""
    area = QRectF(view)
    painter.fillRect(area, QColor(theme.stage))
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    if content.frame is None:
        draw_empty_state(
            painter,
            view=area,
            title=content.empty_title,
            hint=content.empty_hint,
            theme=theme,
            device_ratio=device_ratio,
        )
    else:
        part = content.frame.visible_part(transform, view=view, device_ratio=device_ratio)
        if part is not None:
            painter.drawImage(part.top_left, part.image)
        _paint_overlay(painter, content, transform)
        if content.show_trails:
            draw_trails(
                painter,
                content.trails,
                numbers=numbers,
                transform=transform,
                frame_index=content.frame_index,
                selected=content.selected,
            )
        _paint_boxes(
            painter,
            content,
            placed,
            editable=editable,
            edited=edited,
            ghosts=lambda: draw_ghosts(
                painter, content.ghosts, transform=transform, view=area, theme=theme
            ),
        )
        if edited is not None:
            draw_box_in_hand(
                painter,
                edited,
                placed=placed,
                image=content.frame.rect().size(),
                transform=transform,
                view=area,
                theme=theme,
            )
        _paint_notes(painter, content, view=area, theme=theme)
    if content.drop_highlight:
        draw_drop_frame(painter, view=area, text=content.drop_text, theme=theme)


def paint_crosshair(painter: QPainter, point: QPointF, *, view: QRectF) -> None:
    """Draw the lines that help to place the first corner of a new box."""
    for colour, width in ((QColor(0, 0, 0, 120), 2.4), (QColor(255, 255, 255, 190), 1.0)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QLineF(view.left(), point.y(), view.right(), point.y()))
        painter.drawLine(QLineF(point.x(), view.top(), point.x(), view.bottom()))


def paint_lasso(painter: QPainter, line: Sequence[QPointF], *, theme: Theme) -> None:
    """Draw the line that is being closed around boxes."""
    veil = QColor(theme.focus)
    veil.setAlpha(40)
    painter.setBrush(veil)
    painter.setPen(QPen(QColor(theme.focus), 1.6, Qt.PenStyle.DashLine))
    painter.drawPolygon(QPolygonF(list(line)))


def paint_zoom_rectangle(painter: QPainter, part: QRectF, *, view: QRectF, theme: Theme) -> None:
    """Dim what will be outside the view."""
    around = QPainterPath()
    around.addRect(view)
    around.addRect(part)
    painter.fillPath(around, QColor(0, 0, 0, 120))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.focus), 1.6))
    painter.drawRect(part)


def paint_focus_frame(painter: QPainter, area: QRectF, *, theme: Theme) -> None:
    """Draw the frame that shows which widget the keys go to."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.focus), 2.0))
    painter.drawRect(area.adjusted(1, 1, -1, -1))


def _paint_overlay(painter: QPainter, content: CanvasContent, transform: ViewTransform) -> None:
    if content.overlay is None or content.frame is None:
        return
    target = transform.rect_to_widget(0, 0, content.frame.width, content.frame.height)
    painter.fillRect(target, QColor(6, 4, 16, 130))
    painter.drawImage(target, content.overlay)


def _paint_boxes(
    painter: QPainter,
    content: CanvasContent,
    placed: Sequence[PlacedBox],
    *,
    editable: PlacedBox | None,
    edited: tuple[int, Box] | None,
    ghosts: Callable[[], None],
) -> None:
    """Paint frames, then what would come of them, and the ids last: no line crosses an id."""
    in_hand = edited[0] if edited else None
    shown = [item for item in placed if int(item.box.box_id) != in_hand]
    looks = [
        BoxLook(
            selected=item.box.track_id in content.selected,
            hovered=item.box.box_id == content.hovered_box,
        )
        for item in shown
    ]
    for item, look in zip(shown, looks, strict=True):
        draw_outline(painter, item, look=look)
    ghosts()
    if editable is not None and int(editable.box.box_id) != in_hand:
        draw_handles(painter, editable.rect, colour=colour_for(editable.box.number))
    for item, look in zip(shown, looks, strict=True):
        draw_label(painter, item, look=look)


def _paint_notes(painter: QPainter, content: CanvasContent, *, view: QRectF, theme: Theme) -> None:
    margin = QPointF(_NOTE_MARGIN_PX, _NOTE_MARGIN_PX)
    if content.notice:
        draw_chip(painter, content.notice, top_left=view.topLeft() + margin, theme=theme)
    elif content.proposal:
        draw_numbers_chip(painter, content.proposal, top_left=view.topLeft() + margin, theme=theme)
    if content.stand_in:
        draw_stand_in(painter, content.stand_in, view=view, theme=theme)
    if content.overlay is not None:
        corner = view.bottomLeft() + QPointF(_NOTE_MARGIN_PX, -_NOTE_MARGIN_PX)
        draw_legend(painter, bottom_left=corner, shown=content.overlay_range, theme=theme)
