"""A suspicion in the queue, closed: what, where, how likely, and why in one sentence."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from trackmend_app.review.kind_chip import KindChip
from trackmend_app.review.tones import kind_token
from trackmend_app.wording import say_composed
from trackmend_core.project.records import frame_number
from trackmend_core.review import Suspicion


class CardHead(QWidget):
    """The first line of a card: kind, frame, probability."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chip = KindChip(self)
        self._frame = QLabel(self)
        self._frame.setProperty("kind", "quiet")
        self._probability = QLabel(self)
        self._probability.setProperty("kind", "figure")
        self._probability.setToolTip(self.tr("How likely the proposed fix mends an error"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.chip)
        row.addWidget(self._frame)
        row.addStretch()
        row.addWidget(self._probability)

    def set_suspicion(self, suspicion: Suspicion) -> None:
        """Show this one."""
        self.chip.set_text(say_composed(suspicion.kind.words), kind_token(suspicion.kind))
        frame = frame_number(suspicion.frame)
        self._frame.setText(self.tr("frame {frame}").format(frame=frame))
        self._probability.setText(f"{suspicion.probability:.2f}")


class SuspicionCard(QFrame):
    """Opens on a click, or on Space or Enter with the keyboard on it.

    Signals: chosen(Suspicion).
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.suspicion: Suspicion | None = None
        self.setProperty("kind", "card")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.head = CardHead(self)
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(11, 9, 11, 10)
        column.setSpacing(6)
        column.addWidget(self.head)
        column.addWidget(self._sentence)

    def set_suspicion(self, suspicion: Suspicion) -> None:
        """Show this one."""
        self.suspicion = suspicion
        self.head.set_suspicion(suspicion)
        self._sentence.setText(say_composed(suspicion.sentence))
        self.setAccessibleName(
            f"{say_composed(suspicion.kind.words)}. {say_composed(suspicion.sentence)}"
        )
        self.setToolTip(say_composed(suspicion.proposal.title))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open."""
        if event.button() is Qt.MouseButton.LeftButton and self.suspicion is not None:
            self.chosen.emit(self.suspicion)

    def event(self, event: QEvent) -> bool:
        """Keep Space and Enter for this card while it has the keyboard."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.ShortcutOverride:
            return super().event(event)
        if event.key() in _OPENING:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open."""
        if event.key() in _OPENING and self.suspicion is not None:
            self.chosen.emit(self.suspicion)
        else:
            super().keyPressEvent(event)


_OPENING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
