"""A small coloured name: the kind of a suspicion, or an answer."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from trackmend_app.theme import Theme, current_theme, ui_font
from trackmend_app.theme.colour_maths import mix

_HEIGHT_PX = 19
_SIDE_PX = 9


class KindChip(QWidget):
    """Shows one or two words on their colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._token = "quiet"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str, token: str) -> None:
        """Show these words in the colour of a token of the theme ("error", "doubt", "focus"…)."""
        self._text, self._token = text, token
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    @property
    def text(self) -> str:
        """Return the words."""
        return self._text

    def sizeHint(self) -> QSize:
        """Ask for the words and a margin."""
        return QSize(round(QFontMetricsF(_font()).horizontalAdvance(self._text)) + 2 * _SIDE_PX, 19)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the words on a pale ground of their colour."""
        theme = current_theme()
        colour = getattr(theme, self._token)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(_ground(theme, colour)))
            area = QRectF(0, 0, self.width(), _HEIGHT_PX)
            painter.drawRoundedRect(area, _HEIGHT_PX / 2, _HEIGHT_PX / 2)
            painter.setFont(_font())
            painter.setPen(
                QColor(mix(colour, "#ffffff", share_b=0.25) if theme.is_dark else colour)
            )
            painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), self._text)


def _font() -> QFont:
    return ui_font(11, weight=QFont.Weight.DemiBold)


def _ground(theme: Theme, colour: str) -> str:
    return mix(theme.raised, colour, share_b=0.28 if theme.is_dark else 0.14)
