"""The line above the queue: its name, the figures, and the way to the answers."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

_NO_BREAK = "\N{NO-BREAK SPACE}"


class PanelHead(QWidget):
    """Keeps the figures on one line: the panel's name makes way for them, then they break."""

    def __init__(self, name: str, button: QToolButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._button = button
        self.name_label = QLabel(name, self)
        self.name_label.setProperty("kind", "heading")
        self.summary_label = QLabel(self)
        self.summary_label.setProperty("kind", "figure")
        self.summary_label.setWordWrap(True)
        self.summary_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 8, 12, 8)
        self._row.setSpacing(10)
        self._row.addWidget(self.name_label)
        self._row.addWidget(self.summary_label, 1)
        self._row.addWidget(button)

    @property
    def summary(self) -> str:
        """Return the figures."""
        return self.summary_label.text().replace(_NO_BREAK, " ")

    def set_summary(self, text: str) -> None:
        """Show other figures; a line too long is broken between its parts only."""
        self.summary_label.setText(
            " · ".join(part.replace(" ", _NO_BREAK) for part in text.split(" · "))
        )
        self._make_way()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the name where there is room for it."""
        super().resizeEvent(event)
        self._make_way()

    def _make_way(self) -> None:
        margins, between = self._row.contentsMargins(), self._row.spacing()
        parts = (self.name_label, self._button)
        taken = sum(part.sizeHint().width() + between for part in parts)
        room = self.width() - margins.left() - margins.right() - taken
        self.summary_label.ensurePolished()
        letters = self.summary_label.fontMetrics()
        self.name_label.setVisible(letters.horizontalAdvance(self.summary_label.text()) <= room)
