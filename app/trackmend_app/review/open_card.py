"""The suspicion at hand, opened: pictures, evidence, the fixes to choose from, a note."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.review.crop_strip import CropStrip
from trackmend_app.review.evidence_bars import EvidenceBars
from trackmend_app.review.evidence_rows import evidence_line, evidence_rows
from trackmend_app.review.fix_option import FixOption
from trackmend_app.review.proposal_preview import ProposalPreview
from trackmend_app.review.queue_snapshot import choices
from trackmend_app.review.suspicion_card import CardHead
from trackmend_app.wording import say_composed
from trackmend_core.review import Suspicion
from trackmend_core.types import ImageArray


class OpenCard(QFrame):
    """Shows one suspicion in full.

    Signals:
        fix_chosen(which): 0 for the first proposal, 1 for the runner-up.
        crop_clicked(Crop).
        note_changed(text); note_ended(): Enter was pressed in the note.
    """

    fix_chosen = Signal(int)
    crop_clicked = Signal(object)
    note_changed = Signal(str)
    note_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "open-card")
        self.head = CardHead(self)
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self.crops = CropStrip(self)
        self.bars = EvidenceBars(self)
        self._figures = QLabel(self)
        self._figures.setProperty("kind", "small")
        self.options = [FixOption(self), FixOption(self)]
        self.note_box = QLineEdit(self)
        self.note_box.setPlaceholderText(self.tr("Note (optional)"))
        self.note_box.setAccessibleName(self.tr("Note to the answer"))
        self.note_box.setToolTip(self.tr("Kept with the answer; Enter goes back to the video"))
        self._place()
        self.crops.crop_clicked.connect(self.crop_clicked)
        self.note_box.textEdited.connect(self.note_changed)
        self.note_box.returnPressed.connect(self.note_ended)
        for which, option in enumerate(self.options):
            option.chosen.connect(lambda which=which: self.fix_chosen.emit(which))

    def _place(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(11, 10, 11, 11)
        column.setSpacing(8)
        for widget in (
            self.head,
            self._sentence,
            self.crops,
            self.bars,
            self._figures,
            *self.options,
            self.note_box,
        ):
            column.addWidget(widget)

    def set_suspicion(self, suspicion: Suspicion, *, choice: int, note: str) -> None:
        """Show this one with one of its proposals chosen."""
        self.head.set_suspicion(suspicion)
        self._sentence.setText(say_composed(suspicion.sentence))
        self.setAccessibleName(
            f"{say_composed(suspicion.kind.words)}. {say_composed(suspicion.sentence)}"
        )
        self.crops.set_suspicion(suspicion)
        self.bars.set_rows(evidence_rows(suspicion))
        figures = evidence_line(suspicion.evidence)
        self._figures.setText(figures)
        self._figures.setVisible(bool(figures))
        if self.note_box.text().strip() != note:
            self.note_box.setText(note)
        self.set_choice(suspicion, choice)

    def set_choice(self, suspicion: Suspicion, choice: int) -> None:
        """Mark one of the proposals as the one that accepting makes."""
        proposals = choices(suspicion)
        for which, option in enumerate(self.options):
            option.setVisible(which < len(proposals))
            if which < len(proposals):
                option.set_proposal(proposals[which], first=which == 0)
                option.set_chosen(which == choice)

    def set_preview(self, choice: int, preview: ProposalPreview | None) -> None:
        """Say how far the chosen proposal reaches."""
        self.options[choice].set_preview(preview)

    def set_pictures(self, pictures: Mapping[CropKey, ImageArray]) -> None:
        """Show pictures where they belong."""
        self.crops.set_pictures(pictures)

    @property
    def text(self) -> str:
        """Return the explanation and the fixes, for tests and people who read by ear."""
        shown = [option.text for option in self.options if not option.isHidden()]
        return "\n".join((self._sentence.text(), *shown))
