"""The evidence of a suspicion, drawn: a name, a bar and a figure a row."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from trackmend_app.review.evidence_rows import EvidenceRow, Speaks
from trackmend_app.theme import Theme, current_theme, ui_font

_ROW_PX = 20
_FIGURE_PX = 38.0
_GAP_PX = 10.0
_BAR_PX = 6.0
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)


class EvidenceBars(QWidget):
    """Shows similarities and shares between 0 and 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[EvidenceRow] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_rows(self, rows: Sequence[EvidenceRow]) -> None:
        """Show these."""
        self._rows = rows
        self.setAccessibleName(", ".join(f"{row.label} {row.value:.2f}" for row in rows))
        self.setVisible(bool(rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a line per row."""
        return QSize(200, _ROW_PX * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        """Ask for a line per row."""
        return QSize(120, _ROW_PX * len(self._rows))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the rows."""
        theme, font = current_theme(), ui_font(12)
        metrics = QFontMetricsF(font)
        width = max((metrics.horizontalAdvance(row.label) for row in self._rows), default=0.0)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font)
            for place, row in enumerate(self._rows):
                line = QRectF(0, place * _ROW_PX, self.width(), _ROW_PX)
                painter.setPen(QColor(theme.quiet))
                painter.drawText(line, _MIDDLE | int(Qt.AlignmentFlag.AlignLeft), row.label)
                painter.setPen(QColor(theme.text))
                figure = f"{row.value:.2f}"
                painter.drawText(line, _MIDDLE | int(Qt.AlignmentFlag.AlignRight), figure)
                bar = QRectF(width + _GAP_PX, line.center().y() - _BAR_PX / 2, 0, _BAR_PX)
                bar.setRight(line.right() - _FIGURE_PX)
                _draw_bar(painter, bar, row, theme)


def _draw_bar(painter: QPainter, bar: QRectF, row: EvidenceRow, theme: Theme) -> None:
    if bar.width() <= _BAR_PX:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.line))
    painter.drawRoundedRect(bar, _BAR_PX / 2, _BAR_PX / 2)
    colour = {Speaks.ITSELF: theme.focus, Speaks.OTHER: theme.error}.get(row.speaks, theme.quiet)
    painter.setBrush(QColor(colour))
    share = min(1.0, max(0.0, row.value))
    filled = QRectF(bar)
    filled.setWidth(max(_BAR_PX, bar.width() * share))
    painter.drawRoundedRect(filled, _BAR_PX / 2, _BAR_PX / 2)
