"""Where the boxes of a frame and their labels lie on the widget."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QFont, QFontMetricsF

from trackmend_app.canvas.label_layout import layout_labels
from trackmend_app.canvas.view_transform import ViewTransform
from trackmend_app.theme import ui_font
from trackmend_app.theme.look import label_px
from trackmend_core.project import BoxRecord
from trackmend_core.types import BoxSource, TrackId

_LABEL_MARGIN_PX = 5.0
MARK_WIDTH_PX = 11.0
_PADDING_PX = 5.0


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """One box ready to be drawn or hit.

    Attributes:
        box: what is drawn.
        rect: on the widget.
        label: the tab with its id, on the widget.
        number_text: the id.
        score_text: the confidence; empty when it is not shown.
    """

    box: BoxRecord
    rect: QRectF
    label: QRectF
    number_text: str
    score_text: str


def number_font() -> QFont:
    """Return the font of the id in a tab."""
    return ui_font(label_px(), weight=QFont.Weight.DemiBold)


def score_font() -> QFont:
    """Return the font of the confidence in a tab."""
    return ui_font(label_px() - 2)


def place_boxes(
    boxes: Sequence[BoxRecord],
    *,
    transform: ViewTransform,
    view: QRectF,
    selected: Iterable[TrackId],
    with_scores: bool,
) -> list[PlacedBox]:
    """Return the boxes that can be seen, those to be drawn last (on top) last.

    Selected tracks choose the place of their label first, then large boxes before small ones.
    """
    chosen = frozenset(selected)
    near = view.adjusted(-40, -40, 40, 40)
    seen = [
        (box, rect)
        for box in boxes
        if near.intersects(rect := _rect_of(box, transform)) or rect.isEmpty()
    ]
    seen.sort(key=lambda pair: (pair[0].track_id not in chosen, -pair[1].height()))
    numbers, scores = QFontMetricsF(number_font()), QFontMetricsF(score_font())
    texts = [(str(box.number), score_text(box) if with_scores else "") for box, _ in seen]
    sizes = [
        _label_size(box, text, numbers=numbers, scores=scores)
        for (box, _), text in zip(seen, texts, strict=True)
    ]
    labels = layout_labels([rect for _, rect in seen], sizes, view=view)
    placed = [
        PlacedBox(box, rect, label, *text)
        for (box, rect), label, text in zip(seen, labels, texts, strict=True)
    ]
    return placed[::-1]


def score_text(box: BoxRecord) -> str:
    """Return the confidence as people read it; of a place that is only expected there is none."""
    if box.is_expected:
        return ""
    return f"{box.score:.2f}"


def _rect_of(box: BoxRecord, transform: ViewTransform) -> QRectF:
    x1, y1, x2, y2 = (float(side) for side in box.box_xyxy)
    return transform.rect_to_widget(x1, y1, x2, y2)


def _label_size(
    box: BoxRecord, text: tuple[str, str], *, numbers: QFontMetricsF, scores: QFontMetricsF
) -> QSizeF:
    width = numbers.horizontalAdvance(text[0]) + 2 * _PADDING_PX
    if text[1]:
        width += scores.horizontalAdvance(text[1]) + _PADDING_PX
    width += MARK_WIDTH_PX * ((box.source is BoxSource.PERSON) + box.is_occluded)
    height = label_px() + _LABEL_MARGIN_PX
    return QSizeF(max(width, height), height)
