"""One way of mending a suspicion: what would be done, how far it reaches, whether it is chosen."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from trackmend_app.review.proposal_preview import ProposalPreview
from trackmend_app.wording import counted, say, say_composed
from trackmend_core.review import Proposal


class FixOption(QFrame):
    """Signals: chosen(): it was clicked."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(self)
        self._title.setWordWrap(True)
        self._scope = QLabel(self)
        self._scope.setProperty("kind", "small")
        self._scope.setWordWrap(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 7, 10, 7)
        column.setSpacing(2)
        column.addWidget(self._title)
        column.addWidget(self._scope)
        self.set_chosen(False)

    def set_proposal(self, proposal: Proposal, *, first: bool) -> None:
        """Show a proposal."""
        title = say_composed(proposal.title)
        text = title if first else self.tr("Or: {title}").format(title=title)
        self._title.setText(text)
        self.setAccessibleName(text)

    def set_chosen(self, chosen: bool) -> None:
        """Stand out as what accepting would do, or step back."""
        self.setProperty("kind", "fix" if chosen else "other-fix")
        self._title.setProperty("kind", "figure" if chosen else "quiet")
        for widget in (self, self._title):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        column = self.layout()
        if column is not None:
            slim = 7 if chosen else 3
            column.setContentsMargins(10, slim, 10, slim)
        self._scope.setVisible(chosen)
        if not chosen:
            self._scope.setText("")

    def set_preview(self, preview: ProposalPreview | None) -> None:
        """Say how far it reaches, once that is known."""
        self._scope.setText("…" if preview is None else scope_text(preview))

    @property
    def text(self) -> str:
        """Return what is written."""
        return " · ".join(filter(None, (self._title.text(), self._scope.text())))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Be chosen."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit()


def scope_text(preview: ProposalPreview) -> str:
    """Return, say, "412 boxes · 2 tracks · touches no verified stretch"."""
    if preview.verified:
        touched = counted(
            preview.verified, "touches 1 verified stretch", "touches {count} verified stretches"
        )
    else:
        touched = say("touches no verified stretch")
    boxes = counted(preview.boxes, "1 box", "{count} boxes")
    tracks = counted(preview.tracks, "1 track", "{count} tracks")
    return " · ".join((boxes, tracks, touched))
