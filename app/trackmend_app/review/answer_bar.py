"""What can be done about the suspicion at hand, always in view: the fixes and the three answers."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from trackmend_app.action_set import ActionSet
from trackmend_app.review.fix_option import FixOption
from trackmend_app.review.key_button import KeyButton
from trackmend_app.review.proposal_preview import ProposalPreview
from trackmend_app.review.queue_snapshot import choices
from trackmend_core.review import Suspicion


class AnswerBar(QFrame):
    """The fixes to choose from, then accept, not an error, unsure; the answers are actions.

    Signals: fix_chosen(which): 0 for the first proposal, 1 for the runner-up.
    """

    fix_chosen = Signal(int)

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "answers")
        self.options = [FixOption(self), FixOption(self)]
        self.accept_button = KeyButton(actions["accept_fix"], self.tr("Accept"), self)
        self.accept_button.setProperty("kind", "primary")
        self.reject_button = KeyButton(actions["not_an_error"], self.tr("Not an error"), self)
        self.unsure_button = KeyButton(actions["leave_unsure"], self.tr("Unsure"), self)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.accept_button, 1)
        row.addWidget(self.reject_button)
        row.addWidget(self.unsure_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 8, 6, 10)
        column.setSpacing(6)
        for which, option in enumerate(self.options):
            column.addWidget(option)
            option.chosen.connect(lambda which=which: self.fix_chosen.emit(which))
        column.addLayout(row)

    def set_suspicion(self, suspicion: Suspicion, *, choice: int) -> None:
        """Show the proposals of this one, one of them as what accepting makes."""
        proposals = choices(suspicion)
        for which, option in enumerate(self.options):
            option.setVisible(which < len(proposals))
            if which < len(proposals):
                option.set_proposal(proposals[which], first=which == 0)
                option.set_chosen(which == choice)

    def set_preview(self, choice: int, preview: ProposalPreview | None) -> None:
        """Say how far the chosen proposal reaches."""
        self.options[choice].set_preview(preview)

    @property
    def text(self) -> str:
        """Return the fixes, for tests and people who read by ear."""
        return "\n".join(option.text for option in self.options if not option.isHidden())
