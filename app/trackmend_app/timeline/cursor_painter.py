"""Draw what moves over the lanes: the playhead, the frame under the pointer, the chosen range."""

from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from trackmend_app.theme import Theme, ui_font
from trackmend_app.timeline.ticks import clock, shown_number
from trackmend_app.timeline.time_axis import TimeAxis

_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


def draw_playhead(
    painter: QPainter,
    area: QRectF,
    ruler: QRectF,
    *,
    axis: TimeAxis,
    frame_index: int,
    theme: Theme,
) -> None:
    """Draw the line at the current frame, with its number in a tab on the ruler."""
    x = axis.x_of(frame_index + 0.5)
    tab = playhead_tab(ruler, axis=axis, frame_index=frame_index)
    if tab is None:
        return
    if axis.frame_width >= 4:
        veil = QColor(theme.text)
        veil.setAlpha(26)
        left = axis.x_of(frame_index)
        painter.fillRect(
            QRectF(left, ruler.bottom(), axis.frame_width, area.bottom() - ruler.bottom()), veil
        )
    colour = QColor(theme.text)
    painter.setPen(QPen(colour, 1.6))
    painter.drawLine(QLineF(x, ruler.bottom() - 3, x, area.bottom()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(tab, 3.5, 3.5)
    tip = [QPointF(x - 4.5, tab.bottom() - 1), QPointF(x + 4.5, tab.bottom() - 1)]
    painter.drawPolygon(QPolygonF([*tip, QPointF(x, tab.bottom() + 5)]))
    painter.setPen(QColor(theme.panel))
    painter.setFont(_playhead_font())
    painter.drawText(tab, _CENTRE, str(shown_number(frame_index)))


def playhead_tab(ruler: QRectF, *, axis: TimeAxis, frame_index: int) -> QRectF | None:
    """Return where the number of the current frame stands; None while it is out of view."""
    x = axis.x_of(frame_index + 0.5)
    if not axis.left - 1 <= x <= axis.right + 1:
        return None
    text = str(shown_number(frame_index))
    width = max(22.0, QFontMetricsF(_playhead_font()).horizontalAdvance(text) + 12)
    tab = QRectF(x - width / 2, ruler.top() + 1, width, ruler.height() - 7)
    tab.moveLeft(min(max(tab.left(), axis.left), axis.right - width))
    return tab


def _playhead_font() -> QFont:
    return ui_font(11, weight=QFont.Weight.DemiBold)


def hover_tab(ruler: QRectF, *, axis: TimeAxis, x: float) -> QRectF:
    """Return where the number of the frame under the pointer stands."""
    index = axis.index_at(x)
    width = QFontMetricsF(ui_font(11)).horizontalAdvance(str(shown_number(index))) + 10
    middle = axis.x_of(index + 0.5)
    tab = QRectF(middle - width / 2, ruler.top() + 2, width, ruler.height() - 8)
    tab.moveLeft(min(max(tab.left(), axis.left), axis.right - width))
    return tab


def draw_overview_cursor(
    painter: QPainter, area: QRectF, *, frame_index: int, frame_count: int, theme: Theme
) -> None:
    """Draw the current frame on the overview of the whole video."""
    if frame_count:
        x = area.left() + (frame_index + 0.5) / frame_count * area.width()
        painter.setPen(QPen(QColor(theme.text), 1.4))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))


def draw_hover(
    painter: QPainter, area: QRectF, ruler: QRectF, *, axis: TimeAxis, x: float, theme: Theme
) -> None:
    """Draw a faint line under the pointer with the number of its frame."""
    index = axis.index_at(x)
    middle = axis.x_of(index + 0.5)
    painter.setPen(QPen(QColor(theme.faint), 1.0))
    painter.drawLine(QLineF(middle, ruler.bottom() - 4, middle, area.bottom()))
    tab = hover_tab(ruler, axis=axis, x=x)
    painter.setPen(QPen(QColor(theme.line), 1.0))
    painter.setBrush(QColor(theme.raised))
    painter.drawRoundedRect(tab, 3, 3)
    painter.setPen(QColor(theme.text))
    painter.setFont(ui_font(11))
    painter.drawText(tab, _CENTRE, str(shown_number(index)))


def draw_range(
    painter: QPainter,
    area: QRectF,
    ruler: QRectF,
    *,
    axis: TimeAxis,
    frames: tuple[int, int],
    frame_rate: float,
    theme: Theme,
) -> None:
    """Draw the chosen range, both ends included, with its length."""
    left = max(axis.left, axis.x_of(frames[0]))
    right = min(axis.right, axis.x_of(frames[1] + 1))
    if right <= left:
        return
    band = QColor(theme.focus)
    band.setAlpha(44)
    painter.fillRect(QRectF(left, ruler.top(), right - left, area.bottom() - ruler.top()), band)
    painter.setPen(QPen(QColor(theme.focus), 1.4))
    painter.drawLine(QLineF(left, ruler.top(), left, area.bottom()))
    painter.drawLine(QLineF(right, ruler.top(), right, area.bottom()))
    text = range_text(frames, frame_rate=frame_rate)
    font = ui_font(11, weight=QFont.Weight.DemiBold)
    width = QFontMetricsF(font).horizontalAdvance(text) + 14
    tab = QRectF((left + right - width) / 2, area.bottom() - 24, width, 19)
    tab.moveLeft(min(max(tab.left(), axis.left), axis.right - width))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.action))
    painter.drawRoundedRect(tab, 4, 4)
    painter.setPen(QColor(theme.on_action))
    painter.setFont(font)
    painter.drawText(tab, _CENTRE, text)


def range_text(frames: tuple[int, int], *, frame_rate: float) -> str:
    """Return a range as people read it, e.g. "21–55 · 35 frames · 0:01.40"."""
    count = frames[1] - frames[0] + 1
    length = QCoreApplication.translate("Timeline", "{count} frames").format(count=count)
    parts = [f"{shown_number(frames[0])}–{shown_number(frames[1])}", length]
    if frame_rate > 0:
        parts.append(clock(count / frame_rate))
    return " · ".join(parts)
