"""The card below the video that leads through the tour: a sentence, a step count, two buttons."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget


class TourCard(QFrame):
    """Says one step at a time; hidden when there is no tour.

    Signals: go_on_asked(); leave_asked().
    """

    go_on_asked = Signal()
    leave_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tour_card")
        self.setProperty("kind", "card")
        self.setAccessibleName(self.tr("Tour"))
        self._title = QLabel(self)
        self._title.setProperty("kind", "figure")
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._count = QLabel(self)
        self._count.setProperty("kind", "quiet")
        self.go_on = QPushButton(self.tr("Go on"), self)
        self.go_on.setObjectName("tour_go_on")
        self.go_on.setProperty("kind", "primary")
        self.go_on.clicked.connect(self.go_on_asked)
        self.leave = QPushButton(self.tr("Leave the tour"), self)
        self.leave.setObjectName("tour_leave")
        self.leave.setProperty("kind", "ghost")
        self.leave.clicked.connect(self.leave_asked)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 12, 10)
        row.setSpacing(14)
        row.addLayout(words, 1)
        row.addWidget(self._count)
        row.addWidget(self.go_on)
        row.addWidget(self.leave)
        self.hide()

    def show_step(self, title: str, text: str, *, count: str, go_on: str) -> None:
        """Say a step; `go_on` is the button's text, "" where the person's key goes on."""
        self._title.setText(title)
        self._text.setText(text)
        self._count.setText(count)
        self.go_on.setText(go_on)
        self.go_on.setVisible(bool(go_on))
        self.setAccessibleDescription(f"{title}. {text}")
        self.show()

    @property
    def text(self) -> str:
        """Return what is said."""
        return f"{self._title.text()} {self._text.text()}"
