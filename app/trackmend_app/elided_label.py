"""Lines of text that give way: what has no room becomes dots, and the whole is in the tooltip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget

_LEAST_LETTERS = 6
_BETWEEN = " · "


class ElidedLabel(QLabel):
    """A label of one line whose text never makes its window wider."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(text)
        self._tell_all()

    def minimumSizeHint(self) -> QSize:
        """Ask for a few letters, or for the text if it is shorter."""
        whole = super().minimumSizeHint()
        few = self.fontMetrics().averageCharWidth() * _LEAST_LETTERS
        return QSize(min(whole.width(), few), whole.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say the whole text in the tooltip if it has no room."""
        super().resizeEvent(event)
        self._tell_all()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw as much of the text as fits."""
        with QPainter(self) as painter:
            option = QStyleOption()
            option.initFrom(self)
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
            self.style().drawItemText(
                painter,
                self.contentsRect(),
                int(self.alignment()),
                self.palette(),
                self.isEnabled(),
                self._shown(),
                self.foregroundRole(),
            )

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width()
        )

    def _tell_all(self) -> None:
        self.setToolTip(self.text() if self._shown() != self.text() else "")


class PartsLabel(ElidedLabel):
    """A line of parts; the last one, which says how to leave, is the last to give way."""

    def _shown(self) -> str:
        room, letters = self.contentsRect().width(), self.fontMetrics()
        parts = self.text().split(_BETWEEN)
        if len(parts) < 3 or letters.horizontalAdvance(self.text()) <= room:
            return super()._shown()
        for kept in range(len(parts) - 2, 0, -1):
            shorter = _BETWEEN.join((*parts[:kept], "…", parts[-1]))
            if letters.horizontalAdvance(shorter) <= room:
                return shorter
        end = f"{_BETWEEN}{parts[-1]}"
        rest = room - letters.horizontalAdvance(end)
        if rest < _LEAST_LETTERS * letters.averageCharWidth():
            return super()._shown()
        return letters.elidedText(parts[0], Qt.TextElideMode.ElideRight, rest) + end

    @property
    def shown(self) -> str:
        """Return what there is room for."""
        return self._shown()
