"""Paints a matrix: colours in one stroke, figures and hatching where cells are large enough."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QPainter, QPen

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.similarity.colour_map import colour_table
from trackmend_app.similarity.match_row import draw_crop
from trackmend_app.theme import Theme, ui_font
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_app.why.matrix_content import Header, Mark, MatrixContent
from trackmend_app.why.matrix_layout import HATCH_PX, MatrixLayout
from trackmend_core.types import FloatArray, ImageArray

_BRIGHT: Final = 0.62
"""From this merit on, ink reads better on the colour than paper."""
_INK, _PAPER = QColor("#101318"), QColor("#f4f6f8")
_GRID_PX: Final = 9.0


def mark_colour(mark: Mark, theme: Theme) -> QColor:
    """Return the colour of a frame around a cell."""
    return QColor(
        {
            Mark.APPEARANCE: theme.good,
            Mark.OVERLAP: theme.focus,
            Mark.NEWBORN: theme.doubt,
            Mark.RUNNER_UP: theme.on_overlay,
        }[mark]
    )


def colours_of(merits: FloatArray, theme: Theme) -> QImage:
    """Return one pixel per cell; what cannot be compared has the colour of an empty lane."""
    known = np.isfinite(merits)
    steps = np.clip(np.where(known, merits, 0.0) * 255, 0, 255).astype(np.uint8)
    pixels = np.empty((*merits.shape, 4), np.uint8)
    pixels[..., :3] = colour_table()[steps][..., ::-1]
    pixels[..., 3] = 255
    empty = QColor(theme.lane)
    pixels[~known] = (empty.blue(), empty.green(), empty.red(), 255)
    pixels = np.ascontiguousarray(pixels)
    height, width = merits.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


class MatrixPainter:
    """Paints one content at one layout.

    Args:
        content: what to show.
        layout: how large.
        scroll: how far the cells are moved.
        view: size of the widget.
        theme: colours.
    """

    def __init__(
        self,
        content: MatrixContent,
        layout: MatrixLayout,
        *,
        scroll: QPointF,
        view: QSize,
        theme: Theme,
    ) -> None:
        self._content = content
        self._layout = layout
        self._scroll = scroll
        self._view = QRectF(0, 0, view.width(), view.height())
        self._theme = theme

    def paint(
        self,
        painter: QPainter,
        colours: QImage,
        *,
        crops: Mapping[CropKey, ImageArray],
        pointed: tuple[int, int] | None,
    ) -> None:
        """Paint cells, marks, headers and where the pointer is."""
        layout = self._layout
        painter.fillRect(self._view, QColor(self._theme.panel))
        painter.save()
        painter.setClipRect(self._view.adjusted(layout.head_width, layout.head_height, 0, 0))
        self._paint_cells(painter, colours)
        self._paint_marks(painter)
        if pointed is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, width in ((_INK, 4.0), (QColor(self._theme.focus), 2.0)):
                painter.setPen(QPen(colour, width))
                rect = layout.cell_rect(*pointed, scroll=self._scroll)
                painter.drawRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5))
        painter.restore()
        self._paint_heads(painter, crops, pointed)

    def _visible(self) -> tuple[range, range]:
        content, layout = self._content, self._layout
        top, left = layout.cell_at(
            QPointF(layout.head_width, layout.head_height), scroll=self._scroll
        )
        bottom, right = layout.cell_at(self._view.bottomRight(), scroll=self._scroll)
        return (
            range(max(0, top), min(len(content.rows), bottom + 1)),
            range(max(0, left), min(len(content.columns), right + 1)),
        )

    def _paint_cells(self, painter: QPainter, colours: QImage) -> None:
        content, layout = self._content, self._layout
        if not content.merits.size:
            return
        first = layout.cell_rect(0, 0, scroll=self._scroll)
        rows, columns = content.merits.shape
        whole = QRectF(first.topLeft(), first.size())
        whole.setWidth(layout.cell_width * columns)
        whole.setHeight(layout.cell_height * rows)
        painter.drawImage(whole, colours)
        visible_rows, visible_columns = self._visible()
        if layout.cell >= _GRID_PX:
            painter.setPen(QPen(QColor(self._theme.panel), 1.0))
            for row in visible_rows:
                y = layout.cell_rect(row, 0, scroll=self._scroll).top()
                painter.drawLine(QPointF(whole.left(), y), QPointF(whole.right(), y))
            for column in visible_columns:
                x = layout.cell_rect(0, column, scroll=self._scroll).left()
                painter.drawLine(QPointF(x, whole.top()), QPointF(x, whole.bottom()))
        if layout.cell < HATCH_PX:
            return
        hatch = QBrush(QColor(self._theme.faint), Qt.BrushStyle.BDiagPattern)
        painter.setFont(ui_font(11, weight=QFont.Weight.Medium))
        for row in visible_rows:
            for column in visible_columns:
                rect = layout.cell_rect(row, column, scroll=self._scroll)
                merit = float(content.merits[row, column])
                if not np.isfinite(merit):
                    painter.fillRect(rect.adjusted(1, 1, -1, -1), hatch)
                elif layout.figures:
                    painter.setPen(_INK if merit >= _BRIGHT else _PAPER)
                    text = content.text(row, column)
                    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)

    def _paint_marks(self, painter: QPainter) -> None:
        rows, columns = self._visible()
        inset = 1.5 if self._layout.cell >= _GRID_PX else 0.0
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for (row, column), mark in self._content.marks.items():
            if row not in rows or column not in columns:
                continue
            rect = self._layout.cell_rect(row, column, scroll=self._scroll)
            rect.adjust(inset, inset, -inset, -inset)
            width = 2.6 if self._layout.cell >= 16 else 1.2
            if mark is Mark.RUNNER_UP:
                painter.setPen(QPen(mark_colour(mark, self._theme), 1.4, Qt.PenStyle.DotLine))
            else:
                painter.setPen(QPen(mark_colour(mark, self._theme), width))
            painter.drawRect(rect)

    def _paint_heads(
        self,
        painter: QPainter,
        crops: Mapping[CropKey, ImageArray],
        pointed: tuple[int, int] | None,
    ) -> None:
        layout, theme = self._layout, self._theme
        rows, columns = self._visible()
        left = QRectF(0, 0, layout.head_width, self._view.height())
        above = QRectF(0, 0, self._view.width(), layout.head_height)
        painter.fillRect(left, QColor(theme.panel))
        painter.fillRect(above, QColor(theme.panel))
        for row in rows:
            rect = layout.cell_rect(row, 0, scroll=self._scroll)
            rect = QRectF(0, rect.top(), layout.head_width, layout.cell_height)
            if rect.top() >= layout.head_height - layout.cell_height / 2:
                is_pointed = pointed is not None and pointed[0] == row
                self._paint_row_head(painter, rect, self._content.rows[row], crops, is_pointed)
        for column in columns:
            rect = layout.cell_rect(0, column, scroll=self._scroll)
            rect = QRectF(rect.left(), 0, layout.cell_width, layout.head_height)
            if rect.left() >= layout.head_width - layout.cell_width / 2:
                is_pointed = pointed is not None and pointed[1] == column
                head = self._content.columns[column]
                self._paint_column_head(painter, rect, head, crops, is_pointed)

    def _label_pen(self, head: Header, is_pointed: bool) -> QPen:
        quiet = self._theme.faint if head.quiet else self._theme.quiet
        return QPen(QColor(self._theme.text if is_pointed else quiet))

    def _colour(self, head: Header) -> QColor:
        name = panel_colour_name(head.number, theme=self._theme) if head.number > 0 else ""
        return QColor(name or self._theme.faint)

    def _paint_row_head(
        self,
        painter: QPainter,
        rect: QRectF,
        head: Header,
        crops: Mapping[CropKey, ImageArray],
        is_pointed: bool,
    ) -> None:
        layout = self._layout
        tick = QRectF(rect.right() - 5, rect.top() + 0.5, 3, max(1.0, rect.height() - 1))
        painter.fillRect(tick, self._colour(head))
        if not layout.labels:
            return
        text = rect.adjusted(0, 0, -8, 0)
        if layout.crops:
            width = min(28.0, rect.height() * 0.7)
            picture = QRectF(rect.right() - 9 - width, rect.top() + 1, width, rect.height() - 2)
            draw_crop(
                painter, picture, crops.get(head.crop) if head.crop else None, number=head.number
            )
            text = QRectF(rect.left(), rect.top(), picture.left() - 4 - rect.left(), rect.height())
        painter.setPen(self._label_pen(head, is_pointed))
        painter.setFont(ui_font(11 if layout.cell >= 13 else 9, weight=QFont.Weight.DemiBold))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(text, int(flags), head.label)

    def _paint_column_head(
        self,
        painter: QPainter,
        rect: QRectF,
        head: Header,
        crops: Mapping[CropKey, ImageArray],
        is_pointed: bool,
    ) -> None:
        layout = self._layout
        tick = QRectF(rect.left() + 0.5, rect.bottom() - 5, max(1.0, rect.width() - 1), 3)
        painter.fillRect(tick, self._colour(head))
        if not layout.labels:
            return
        painter.setPen(self._label_pen(head, is_pointed))
        painter.setFont(ui_font(11 if layout.cell >= 13 else 9, weight=QFont.Weight.DemiBold))
        centre = int(Qt.AlignmentFlag.AlignCenter)
        if layout.crops:
            label = QRectF(rect.left(), rect.top(), rect.width(), 15)
            painter.drawText(label, centre, head.label)
            width = min(rect.width() - 3, 34.0)
            picture = QRectF(0, 0, width, rect.height() - 24)
            picture.moveCenter(QPointF(rect.center().x(), rect.top() + 15 + picture.height() / 2))
            draw_crop(
                painter, picture, crops.get(head.crop) if head.crop else None, number=head.number
            )
            return
        painter.save()
        painter.translate(rect.center().x(), rect.bottom() - 8)
        painter.rotate(-90)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(0, -rect.width() / 2, 40, rect.width()), int(flags), head.label)
        painter.restore()
