"""Says what the frames around cells mean."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from trackmend_app.theme import current_theme, ui_font
from trackmend_app.why.matrix_content import Mark
from trackmend_app.why.matrix_painter import mark_colour

_BOX_PX = 10.0
_GAP_PX = 12.0


class MarkLegend(QWidget):
    """One line of little frames with their meaning."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = (
            (Mark.APPEARANCE, self.tr("by appearance")),
            (Mark.OVERLAP, self.tr("by overlap")),
            (Mark.NEWBORN, self.tr("newborn")),
            (Mark.RUNNER_UP, self.tr("next best")),
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Meaning of the frames around cells"))

    def sizeHint(self) -> QSize:
        """Ask for one line."""
        return QSize(320, 18)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the entries from left to right."""
        theme = current_theme()
        font = ui_font(11)
        metrics = QFontMetricsF(font)
        x = 1.0
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font)
            for mark, words in self._entries:
                box = QRectF(x, (self.height() - _BOX_PX) / 2, _BOX_PX, _BOX_PX)
                is_dotted = mark is Mark.RUNNER_UP
                colour = QColor(theme.text) if is_dotted else mark_colour(mark, theme)
                style = Qt.PenStyle.DotLine if is_dotted else Qt.PenStyle.SolidLine
                painter.setPen(QPen(colour, 1.4 if is_dotted else 2.2, style))
                painter.drawRect(box)
                painter.setPen(QColor(theme.quiet))
                text = QRectF(box.right() + 5, 0, metrics.horizontalAdvance(words), self.height())
                painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter), words)
                x = text.right() + _GAP_PX
