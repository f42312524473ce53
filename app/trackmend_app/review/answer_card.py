"""One answer in the list of answers: what was said of which event, and how to take it back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from trackmend_app.elided_label import ElidedLabel
from trackmend_app.review.kind_chip import KindChip
from trackmend_app.review.tones import decision_token
from trackmend_app.wording import say_composed
from trackmend_app.wording.shown_keys import with_keys
from trackmend_core.project import ReviewAnswer
from trackmend_core.project.records import frame_number
from trackmend_core.review import Decision, SuspicionKind


class AnswerCard(QFrame):
    """Signals: place_asked(frame_index); back_asked(answer_id)."""

    place_asked = Signal(int)
    back_asked = Signal(int)

    def __init__(self, answer: ReviewAnswer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answer = answer
        decision = Decision(answer.decision)
        self.setProperty("kind", "card")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        chip = KindChip(self)
        chip.set_text(self._words(decision), decision_token(decision))
        kind = say_composed(SuspicionKind(answer.kind).words)
        where = self.tr("frame {frame}").format(frame=frame_number(answer.frame_index))
        place = ElidedLabel(self)
        place.setText(where)
        place.setProperty("kind", "quiet")
        what = QLabel(self._what(answer) or kind, self)
        what.setWordWrap(True)
        self.setAccessibleName(f"{chip.text}: {where}. {kind}. {what.text()}")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(chip)
        head.addWidget(place, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(11, 8, 11, 8)
        column.setSpacing(5)
        column.addLayout(head)
        column.addWidget(what)
        if answer.note:
            note = QLabel(f"“{answer.note}”", self)
            note.setWordWrap(True)
            column.addWidget(note)
        if decision is Decision.ACCEPTED:
            self.setToolTip(with_keys(self.tr("Undo (‹undo›) or the history takes the edit back")))
        else:
            self.back_button = QPushButton(self.tr("Open again"), self)
            self.back_button.setProperty("kind", "small")
            self.back_button.setToolTip(self.tr("Forget this answer and put the event back"))
            self.back_button.clicked.connect(self._on_back_clicked)
            head.addWidget(self.back_button)

    def _what(self, answer: ReviewAnswer) -> str:
        """Return what was proposed: the title without the decision, which the chip says."""
        return say_composed(answer.title.partition(": ")[2])

    def _words(self, decision: Decision) -> str:
        return {
            Decision.ACCEPTED: self.tr("Accepted"),
            Decision.REJECTED: self.tr("Not an error"),
            Decision.SETTLED: self.tr("Settled by hand"),
        }.get(decision, self.tr("Unsure"))

    def _on_back_clicked(self) -> None:
        if self.answer.answer_id is not None:
            self.back_asked.emit(self.answer.answer_id)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go to the place."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.place_asked.emit(self.answer.frame_index)
