"""The suspicion at hand, opened: pictures, evidence and a note."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from trackmend_app.jobs.crop_loader import CropKey
from trackmend_app.review.crop_strip import CropStrip
from trackmend_app.review.evidence_bars import EvidenceBars
from trackmend_app.review.evidence_rows import evidence_line, evidence_rows
from trackmend_app.review.suspicion_card import CardHead
from trackmend_app.wording import say_composed
from trackmend_core.review import Suspicion
from trackmend_core.types import ImageArray


class OpenCard(QFrame):
    """Shows why something is suspected; what can be done about it stands in the answer bar.

    Signals:
        crop_clicked(Crop).
        note_changed(text); note_ended(): Enter was pressed in the note.
    """

    crop_clicked = Signal(object)
    note_changed = Signal(str)
    note_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "open-card")
        self.head = CardHead(self)
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.crops = CropStrip(self)
        self.bars = EvidenceBars(self)
        self._figures = QLabel(self)
        self._figures.setProperty("kind", "small")
        self.note_box = QLineEdit(self)
        self.note_box.setPlaceholderText(self.tr("Note (optional)"))
        self.note_box.setAccessibleName(self.tr("Note to the answer"))
        self.note_box.setToolTip(self.tr("Kept with the answer; Enter goes back to the video"))
        self._place()
        self.crops.crop_clicked.connect(self.crop_clicked)
        self.note_box.textEdited.connect(self.note_changed)
        self.note_box.returnPressed.connect(self.note_ended)

    def _place(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(11, 10, 11, 11)
        column.setSpacing(8)
        for widget in (
            self.head,
            self.sentence,
            self.crops,
            self.bars,
            self._figures,
            self.note_box,
        ):
            column.addWidget(widget)

    def set_suspicion(self, suspicion: Suspicion, *, note: str) -> None:
        """Show this one."""
        self.head.set_suspicion(suspicion)
        self.sentence.setText(say_composed(suspicion.sentence))
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
        self._keep_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep room for the sentence, which may need more lines or fewer now."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._keep_room()

    def _keep_room(self) -> None:
        """Never be drawn squashed, as happened until all the layouts around knew the new rows."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.setMinimumHeight(layout.totalHeightForWidth(self.width()))

    def set_pictures(self, pictures: Mapping[CropKey, ImageArray]) -> None:
        """Show pictures where they belong."""
        self.crops.set_pictures(pictures)

    @property
    def text(self) -> str:
        """Return the explanation, for tests and people who read by ear."""
        return self.sentence.text()
