"""The three answers to the suspicion at hand, always in view, each with its key."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from trackmend_app.action_set import ActionSet
from trackmend_app.review.key_button import KeyButton


class AnswerBar(QFrame):
    """Accept, not an error, unsure; the buttons do actions of the window."""

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "answers")
        self.accept_button = KeyButton(actions["accept_fix"], self.tr("Accept"), self)
        self.accept_button.setProperty("kind", "primary")
        self.reject_button = KeyButton(actions["not_an_error"], self.tr("Not an error"), self)
        self.unsure_button = KeyButton(actions["leave_unsure"], self.tr("Unsure"), self)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 10)
        row.setSpacing(6)
        row.addWidget(self.accept_button, 1)
        row.addWidget(self.reject_button)
        row.addWidget(self.unsure_button)
