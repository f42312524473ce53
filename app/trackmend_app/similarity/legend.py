"""The bar that says which colour stands for which similarity."""

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from trackmend_app.similarity.colour_map import SimilarityRange, colour_table
from trackmend_app.theme import Theme, current_theme, ui_font


def colour_bar_gradient(bar: QRectF) -> QLinearGradient:
    """Return the colour map from the left to the right end of a bar."""
    gradient = QLinearGradient(bar.topLeft(), bar.topRight())
    table = colour_table()
    for position in range(0, 256, 15):
        red, green, blue = (int(channel) for channel in table[position])
        gradient.setColorAt(position / 255, QColor(red, green, blue))
    return gradient


def draw_legend(
    painter: QPainter, *, bottom_left: QPointF, shown: SimilarityRange, theme: Theme
) -> None:
    """Draw the legend as a chip whose lower left corner is given."""
    chip = QRectF(bottom_left.x(), bottom_left.y() - 44, 196, 44)
    ground = QColor(theme.overlay)
    ground.setAlpha(225)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(chip, 6, 6)
    inner = chip.adjusted(10, 6, -10, -6)
    painter.setPen(QColor(theme.on_overlay))
    painter.setFont(ui_font(11))
    title = QCoreApplication.translate("SimilarityLegend", "Cosine similarity")
    painter.drawText(inner, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter), title)
    painter.setFont(ui_font(11, weight=QFont.Weight.DemiBold))
    low, high = f"{shown.low:.2f}", f"{shown.high:.2f}"
    painter.drawText(inner, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft), low)
    painter.drawText(inner, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight), high)
    bar = QRectF(inner.left(), inner.bottom() - 9, inner.width(), 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour_bar_gradient(bar))
    painter.drawRoundedRect(bar, 3, 3)


class ColourBar(QWidget):
    """The colour map in a panel, its two ends labelled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = SimilarityRange(0.0, 1.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Scale of the similarity colours"))

    @property
    def shown(self) -> SimilarityRange:
        """Return what the ends stand for."""
        return self._shown

    def set_shown(self, shown: SimilarityRange) -> None:
        """Say what the ends stand for."""
        self._shown = shown
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for one line."""
        return QSize(160, 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the low figure, the bar, the high figure."""
        theme = current_theme()
        area = QRectF(self.rect())
        bar = QRectF(area.left() + 34, area.center().y() - 3.5, area.width() - 68, 7)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour_bar_gradient(bar))
            painter.drawRoundedRect(bar, 3, 3)
            painter.setPen(QColor(theme.quiet))
            painter.setFont(ui_font(11))
            middle = int(Qt.AlignmentFlag.AlignVCenter)
            left, right = int(Qt.AlignmentFlag.AlignLeft), int(Qt.AlignmentFlag.AlignRight)
            painter.drawText(area, middle | left, f"{self._shown.low:.2f}")
            painter.drawText(area, middle | right, f"{self._shown.high:.2f}")
