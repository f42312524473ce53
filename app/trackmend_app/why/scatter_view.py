"""Embeddings as points in the identity's colour: hover, click, lasso; wheel zooms."""

from collections.abc import Collection

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from trackmend_app.canvas.canvas_painter import paint_lasso
from trackmend_app.theme import current_theme, ui_font
from trackmend_app.theme.identity_colours import panel_colour_name
from trackmend_core.project.records import frame_number
from trackmend_core.review.scatter import Scatter
from trackmend_core.types import Float64Array, TrackId

_MARGIN_PX = 18.0
_REACH_PX = 9.0
_RADIUS_PX = 3.2
_WHEEL_STEP = 1.2
_FAINT_ALPHA = 46


class ScatterView(QWidget):
    """Shows what it is handed.

    Signals:
        pointed(row): the pointer or the cursor is on this sample.
        chosen(row, additive): it was clicked, or Enter was pressed on it; additive with Ctrl.
        lassoed(track_ids, additive): a line was drawn around samples of these tracks.
    """

    pointed = Signal(int)
    chosen = Signal(int, bool)
    lassoed = Signal(list, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scatter: Scatter | None = None
        self._selected: frozenset[TrackId] = frozenset()
        self._pointed: int | None = None
        self._lasso: list[QPointF] = []
        self._pressed_at: QPointF | None = None
        self._panned_from: QPointF | None = None
        self._zoom, self._shift = 1.0, QPointF()
        self._picture: tuple[object, QPixmap] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAccessibleName(self.tr("Embeddings of all tracks in the plane"))

    @property
    def scatter(self) -> Scatter | None:
        """Return what is on show."""
        return self._scatter

    @property
    def pointed_row(self) -> int | None:
        """Return the sample under the cursor."""
        return self._pointed

    def set_scatter(self, scatter: Scatter | None) -> None:
        """Show samples."""
        self._scatter, self._pointed = scatter, None
        self._zoom, self._shift = 1.0, QPointF()
        self._forget_picture()

    def set_selected(self, track_ids: Collection[TrackId]) -> None:
        """Let these tracks stand out; with none, all do."""
        if frozenset(track_ids) != self._selected:
            self._selected = frozenset(track_ids)
            self._forget_picture()

    def place_of(self, row: int) -> QPointF:
        """Return where a sample lies on the widget."""
        x, y = self._places()[row].tolist()
        return QPointF(x, y)

    def sizeHint(self) -> QSize:
        """Ask for a square that can be read."""
        return QSize(420, 380)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the samples anew."""
        super().resizeEvent(event)
        self._forget_picture()

    def changeEvent(self, event: QEvent) -> None:
        """Colour everything anew when the theme changes."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._forget_picture()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the samples, the lasso and what is under the cursor."""
        theme = current_theme()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._picture is None:
                self._picture = (None, self._drawn())
            painter.drawPixmap(0, 0, self._picture[1])
            if len(self._lasso) > 1:
                paint_lasso(painter, self._lasso, theme=theme)
            if self._pointed is not None:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme.text), 2.0))
                painter.drawEllipse(self.place_of(self._pointed), 6.5, 6.5)
            if self.hasFocus():
                painter.setPen(QPen(QColor(theme.focus), 1.0))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a lasso; the middle button moves the picture."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()
        elif event.button() is Qt.MouseButton.MiddleButton:
            self._panned_from = event.position()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the lasso, or point."""
        point = event.position()
        if self._panned_from is not None:
            self._shift += point - self._panned_from
            self._panned_from = point
            self._forget_picture()
        elif self._pressed_at is not None:
            far = (point - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
            if far or self._lasso:
                self._lasso = [*(self._lasso or [self._pressed_at]), point]
                self.update()
        else:
            self._point(self._row_at(point))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Close the lasso, or choose what was clicked."""
        event.accept()
        additive = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        lasso, self._lasso, pressed = self._lasso, [], self._pressed_at
        self._pressed_at = self._panned_from = None
        self.update()
        if len(lasso) > 2:
            self.lassoed.emit(self._tracks_inside(lasso), additive)
        elif pressed is not None and (row := self._row_at(event.position())) is not None:
            self._point(row)
            self.chosen.emit(row, additive)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom to the pointer."""
        factor = _WHEEL_STEP ** (event.angleDelta().y() / 120.0)
        zoom = min(60.0, max(1.0, self._zoom * factor))
        about = event.position() - QRectF(self.rect()).center() - self._shift
        self._shift -= about * (zoom / self._zoom - 1.0)
        self._zoom = zoom
        if zoom == 1.0:
            self._shift = QPointF()
        self._forget_picture()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk along a track with left and right, to others with up and down; Enter chooses."""
        scatter, key = self._scatter, Qt.Key(event.key())
        if scatter is None or not len(scatter.samples) or key not in _KEYS:
            super().keyPressEvent(event)
            return
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._pointed is not None:
                additive = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                self.chosen.emit(self._pointed, additive)
            return
        self._point(self._next(key))

    def event(self, event: QEvent) -> bool:
        """Keep arrows and Enter from the window; say in a tooltip what a sample is."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in _KEYS:
                event.accept()
                return True
        elif isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            row = self._row_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._words(row) if row is not None else "", self)
            return True
        return super().event(event)

    def _words(self, row: int) -> str:
        assert self._scatter is not None
        samples = self._scatter.samples
        return self.tr("Track {number}, frame {frame}").format(
            number=int(samples.numbers[row]), frame=frame_number(int(samples.frames[row]))
        )

    def _next(self, key: Qt.Key) -> int:
        assert self._scatter is not None
        tracks = self._scatter.samples.track_ids
        if self._pointed is None:
            return 0
        if key is Qt.Key.Key_Right:
            return min(self._pointed + 1, len(tracks) - 1)
        if key is Qt.Key.Key_Left:
            return max(self._pointed - 1, 0)
        here = tracks[self._pointed]
        others = np.flatnonzero(tracks != here)
        if key is Qt.Key.Key_Down:
            later = others[others > self._pointed]
            return int(later[0]) if len(later) else self._pointed
        earlier = others[others < self._pointed]
        return int(np.flatnonzero(tracks == tracks[earlier[-1]])[0]) if len(earlier) else 0

    def _point(self, row: int | None) -> None:
        if row == self._pointed:
            return
        self._pointed = row
        self.update()
        if row is not None:
            self.setAccessibleDescription(self._words(row))
            self.pointed.emit(row)

    def _row_at(self, point: QPointF) -> int | None:
        places = self._places()
        if not len(places):
            return None
        distances = np.hypot(places[:, 0] - point.x(), places[:, 1] - point.y())
        row = int(distances.argmin())
        return row if distances[row] <= _REACH_PX else None

    def _tracks_inside(self, lasso: list[QPointF]) -> list[int]:
        """Return the tracks with samples inside a closed line, the one with most first."""
        assert self._scatter is not None
        line = QPolygonF(lasso)
        found: dict[int, int] = {}
        tracks = self._scatter.samples.track_ids
        for row, (x, y) in enumerate(self._places().tolist()):
            if line.containsPoint(QPointF(x, y), Qt.FillRule.OddEvenFill):
                track = int(tracks[row])
                found[track] = found.get(track, 0) + 1
        return sorted(found, key=lambda track: -found[track])

    def _places(self) -> Float64Array:
        """Return (N, 2) widget pixels."""
        if self._scatter is None:
            return np.zeros((0, 2))
        room = max(20.0, min(self.width(), self.height()) / 2 - _MARGIN_PX)
        stretch = max(1.0, (self.width() / 2 - _MARGIN_PX) / room)
        scaled = self._scatter.places.astype(np.float64) * room * self._zoom
        # The plane has no units: a wide panel may stretch it up to twice.
        scaled[:, 0] *= min(2.0, stretch)
        middle = QRectF(self.rect()).center() + self._shift
        return np.column_stack([middle.x() + scaled[:, 0], middle.y() - scaled[:, 1]])

    def _forget_picture(self) -> None:
        self._picture = None
        self.update()

    def _drawn(self) -> QPixmap:
        theme, ratio = current_theme(), self.devicePixelRatioF()
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(theme.panel))
        if self._scatter is None:
            return pixmap
        samples, places = self._scatter.samples, self._places()
        loud = np.isin(samples.track_ids, [int(one) for one in self._selected])
        if not self._selected:
            loud[:] = True
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            for row in [*np.flatnonzero(~loud).tolist(), *np.flatnonzero(loud).tolist()]:
                colour = QColor(panel_colour_name(int(samples.numbers[row]), theme=theme))
                colour.setAlpha(215 if loud[row] else _FAINT_ALPHA)
                painter.setBrush(colour)
                x, y = places[row].tolist()
                painter.drawEllipse(QPointF(x, y), _RADIUS_PX, _RADIUS_PX)
            self._draw_names(painter, loud, places)
        return pixmap

    def _draw_names(self, painter: QPainter, loud: np.ndarray, places: Float64Array) -> None:
        """Write the number beside the middle of each track, as long as there is room."""
        assert self._scatter is not None
        theme, samples = current_theme(), self._scatter.samples
        tracks = np.unique(samples.track_ids[loud])
        taken: list[QRectF] = []
        painter.setFont(ui_font(11))
        for track in tracks.tolist():
            rows = np.flatnonzero(samples.track_ids == track)
            x, y = np.median(places[rows], axis=0).tolist()
            spot = QRectF(x - 12, y - 8, 24, 16)
            if any(spot.intersects(other) for other in taken):
                continue
            taken.append(spot)
            ground = QColor(theme.panel)
            ground.setAlpha(190)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(spot, 4, 4)
            painter.setPen(QColor(theme.text))
            number = str(int(samples.numbers[rows[0]]))
            painter.drawText(spot, int(Qt.AlignmentFlag.AlignCenter), number)


_KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
)
