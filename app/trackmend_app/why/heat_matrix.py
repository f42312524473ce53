"""A matrix of coloured cells with headers that stay in view; pointer and arrow keys walk on it."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QToolTip, QWidget

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.theme import current_theme
from trackmend_app.why.matrix_content import MatrixContent
from trackmend_app.why.matrix_layout import LARGEST_PX, MatrixLayout
from trackmend_app.why.matrix_painter import MatrixPainter, colours_of
from trackmend_core.types import ImageArray

_ZOOM_STEP = 1.3
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class HeatMatrix(QAbstractScrollArea):
    """Shows what it is handed; fitted until it is zoomed.

    Signals:
        pointed(row, column): the pointer or the cursor is on this cell.
        chosen(row, column): it was clicked, or Enter was pressed on it.
        crops_wanted(): the headers are large enough for pictures now; see `crop_keys`.
    """

    pointed = Signal(int, int)
    chosen = Signal(int, int)
    crops_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content: MatrixContent | None = None
        self._colours: tuple[str, QImage] | None = None
        self._crops: dict[CropKey, ImageArray] = {}
        self._pointed: tuple[int, int] | None = None
        self._zoom = 1.0
        self._layout = MatrixLayout.fitted(rows=1, columns=1, view=QSize(1, 1))
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(self.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def content(self) -> MatrixContent | None:
        """Return what is on show."""
        return self._content

    @property
    def pointed_cell(self) -> tuple[int, int] | None:
        """Return row and column of the cursor."""
        return self._pointed

    @property
    def cell_layout(self) -> MatrixLayout:
        """Return how large everything is."""
        return self._layout

    def set_content(self, content: MatrixContent | None) -> None:
        """Show a matrix; the cursor stays where it is if that still is a cell."""
        self._content = content
        self._colours = None
        if not self._is_cell(self._pointed):
            self._pointed = None
        self._lay_out()

    def crop_keys(self) -> list[CropKey]:
        """Return the pictures that the headers want at this size."""
        if self._content is None or not self._layout.crops:
            return []
        heads = (*self._content.rows, *self._content.columns)
        return [head.crop for head in heads if head.crop is not None]

    def set_crops(self, crops: Mapping[CropKey, ImageArray]) -> None:
        """Show pictures where they belong."""
        wanted = set(self.crop_keys())
        new = {key: crop for key, crop in crops.items() if key in wanted}
        if new:
            self._crops = {key: c for key, c in self._crops.items() if key in wanted} | new
            self.viewport().update()

    def point_at(self, row: int, column: int) -> None:
        """Put the cursor on a cell and bring it into view."""
        if not self._is_cell((row, column)):
            return
        self._point(row, column)
        rect = self._layout.cell_rect(row, column, scroll=self._scroll)
        view = self.viewport().size()
        for bar, low, high, least, most in (
            (
                self.horizontalScrollBar(),
                rect.left(),
                rect.right(),
                self._layout.head_width,
                view.width(),
            ),
            (
                self.verticalScrollBar(),
                rect.top(),
                rect.bottom(),
                self._layout.head_height,
                view.height(),
            ),
        ):
            if low < least:
                bar.setValue(int(bar.value() + low - least))
            elif high > most:
                bar.setValue(int(bar.value() + high - most + 1))

    def zoom_by(self, factor: float) -> None:
        """Enlarge the cells; at 1 everything is seen at once."""
        cell = self._layout.cell
        if factor > 1 and cell >= LARGEST_PX:
            return
        self._zoom = max(1.0, self._zoom * factor)
        self._lay_out()

    def sizeHint(self) -> QSize:
        """Ask for a square that can be read."""
        return QSize(420, 360)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit anew."""
        super().resizeEvent(event)
        self._lay_out()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Paint anew: headers stay where they are."""
        self.viewport().update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the matrix."""
        theme = current_theme()
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._content is None:
                painter.fillRect(self.viewport().rect(), theme.panel)
                return
            if self._colours is None or self._colours[0] != theme.name:
                self._colours = (theme.name, colours_of(self._content.merits, theme))
            MatrixPainter(
                self._content,
                self._layout,
                scroll=self._scroll,
                view=self.viewport().size(),
                theme=theme,
            ).paint(painter, self._colours[1], crops=self._crops, pointed=self._pointed)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the cell under the pointer."""
        cell = self._cell_at(event.position())
        if cell is not None:
            self._point(*cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell."""
        cell = self._cell_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and cell is not None:
            self._point(*cell)
            self.chosen.emit(*cell)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take what was pressed here."""
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl, else scroll."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(_ZOOM_STEP ** (event.angleDelta().y() / 120.0))
            event.accept()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrows, choose with Enter, zoom with plus and minus."""
        key = Qt.Key(event.key())
        if key in _ARROWS and self._content is not None:
            row, column = self._pointed or (0, 0)
            by_row, by_column = _ARROWS[key]
            if self._pointed is not None:
                row, column = row + by_row, column + by_column
            self.point_at(row, column)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pointed is not None:
            self.chosen.emit(*self._pointed)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(_ZOOM_STEP)
        elif key is Qt.Key.Key_Minus:
            self.zoom_by(1 / _ZOOM_STEP)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep arrows, Enter, plus and minus from the window while this has the keyboard."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            mine = (*_ARROWS, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Plus)
            mine = (*mine, Qt.Key.Key_Minus, Qt.Key.Key_Equal)
            if event.key() in mine and event.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            ):
                event.accept()
                return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Say in a tooltip what a cell or a header is."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip_at(QPointF(event.pos())), self)
            return True
        return super().viewportEvent(event)

    @property
    def _scroll(self) -> QPointF:
        return QPointF(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def _is_cell(self, cell: tuple[int, int] | None) -> bool:
        content = self._content
        return (
            content is not None
            and cell is not None
            and 0 <= cell[0] < len(content.rows)
            and 0 <= cell[1] < len(content.columns)
        )

    def _cell_at(self, point: QPointF) -> tuple[int, int] | None:
        cell = self._layout.cell_at(point, scroll=self._scroll)
        return cell if self._is_cell(cell) else None

    def _tip_at(self, point: QPointF) -> str:
        content = self._content
        if content is None:
            return ""
        row, column = self._layout.cell_at(point, scroll=self._scroll)
        if self._is_cell((row, column)):
            return content.tip(row, column)
        if row < 0 <= column < len(content.columns):
            return content.columns[column].tip
        if column < 0 <= row < len(content.rows):
            return content.rows[row].tip
        return ""

    def _point(self, row: int, column: int) -> None:
        if (row, column) == self._pointed or self._content is None:
            return
        self._pointed = (row, column)
        self.setAccessibleDescription(self._content.tip(row, column))
        self.pointed.emit(row, column)
        self.viewport().update()

    def _lay_out(self) -> None:
        content = self._content
        rows = len(content.rows) if content is not None else 1
        columns = len(content.columns) if content is not None else 1
        view = self.viewport().size()
        had_crops = self._layout.crops
        self._layout = MatrixLayout.fitted(rows=rows, columns=columns, view=view, zoom=self._zoom)
        if self._layout.crops and not had_crops:
            self.crops_wanted.emit()
        size = self._layout.content_size(rows=rows, columns=columns)
        for bar, whole, shown in (
            (self.horizontalScrollBar(), size.width(), view.width()),
            (self.verticalScrollBar(), size.height(), view.height()),
        ):
            bar.setRange(0, max(0, whole - shown))
            bar.setPageStep(shown)
            bar.setSingleStep(max(4, int(self._layout.cell)))
        self.viewport().update()
