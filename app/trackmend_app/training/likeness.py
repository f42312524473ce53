"""Paints how alike a model finds pictures of one person, and pictures of two people."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from trackmend_app.theme import current_theme, ui_font
from trackmend_app.training.report import Histogram

_MARGIN = 18
_SOFT = 90


class LikenessPlot(QWidget):
    """Two histograms of one model over the cosine: pairs of one person, and of two people."""

    def __init__(self, title: str, histogram: Histogram, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._histogram = histogram
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        self.setToolTip(
            self.tr("Pairs of boxes by how alike they look; the two hills should lie apart")
        )

    def sizeHint(self) -> QSize:
        """Return a size at which the hills can be told apart."""
        return QSize(230, 130)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint both hills, each scaled to its own highest bin."""
        super().paintEvent(event)
        theme = current_theme()
        area = QRectF(self.rect()).adjusted(2, _MARGIN, -2, -_MARGIN)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(ui_font(11))
            for counts, colour in (
                (self._histogram.different, theme.doubt),
                (self._histogram.same, theme.good),
            ):
                soft = QColor(colour)
                soft.setAlpha(_SOFT)
                painter.setPen(QColor(colour))
                painter.setBrush(soft)
                painter.drawPolygon(self._hill(counts, area))
            painter.setPen(QColor(theme.line))
            painter.drawLine(area.bottomLeft(), area.bottomRight())
            painter.setPen(QColor(theme.quiet))
            left = Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(self.rect()), left | Qt.AlignmentFlag.AlignTop, self._head())
            foot = self.tr("different people · same person")
            painter.drawText(QRectF(self.rect()), left | Qt.AlignmentFlag.AlignBottom, foot)

    def _head(self) -> str:
        if self._histogram.auc is None:
            return self._title
        return f"{self._title} · AUC {self._histogram.auc:.3f}"

    def _hill(self, counts: tuple[int, ...], area: QRectF) -> QPolygonF:
        low, high = self._histogram.edges[0], self._histogram.edges[-1]
        top = max(max(counts, default=0), 1)

        def x_of(edge: float) -> float:
            return area.left() + area.width() * (edge - low) / (high - low)

        points = [area.bottomLeft()]
        for count, start, end in zip(
            counts, self._histogram.edges, self._histogram.edges[1:], strict=False
        ):
            y = area.bottom() - area.height() * count / top
            points += [QPointF(x_of(start), y), QPointF(x_of(end), y)]
        return QPolygonF([*points, area.bottomRight()])
