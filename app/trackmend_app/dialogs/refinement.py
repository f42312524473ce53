"""Lists what the refinement proposes, each with its reason and a check box."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.dialogs.fitting import FittingDialog
from trackmend_app.wording import say_composed
from trackmend_app.wording.shown_keys import with_keys
from trackmend_core.refinement import ItemKind, RefinementProposal

_DOUBTFUL = frozenset({ItemKind.GHOST})


class RefinementDialog(FittingDialog):
    """Proposals to choose from; `chosen` holds the keys of those that are ticked.

    Whatever deletes for want of certainty is not ticked beforehand.
    """

    def __init__(self, parent: QWidget, proposal: RefinementProposal) -> None:
        super().__init__(parent)
        self.setObjectName("refinement")
        self.setWindowTitle(self.tr("Refine tracks"))
        self.resize(640, 440)
        self.proposals = QListWidget()
        self._accept_button = QPushButton(self.tr("Apply as one edit"))
        self._accept_button.setProperty("kind", "primary")
        self._build(len(proposal.items))
        for item in proposal.items:
            row = QListWidgetItem(" ".join(map(say_composed, item.reasons)))
            row.setData(Qt.ItemDataRole.UserRole, item.key)
            row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            is_sure = item.kind not in _DOUBTFUL
            row.setCheckState(Qt.CheckState.Checked if is_sure else Qt.CheckState.Unchecked)
            self.proposals.addItem(row)
        self.proposals.itemChanged.connect(lambda _item: self._follow_choice())
        self._follow_choice()

    @property
    def chosen(self) -> tuple[str, ...]:
        """Return the keys of the ticked proposals, in their order."""
        return tuple(
            str(row.data(Qt.ItemDataRole.UserRole))
            for row in self._rows()
            if row.checkState() is Qt.CheckState.Checked
        )

    def tick_all(self, ticked: bool) -> None:
        """Tick every proposal, or none."""
        for row in self._rows():
            row.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)

    def _rows(self) -> list[QListWidgetItem]:
        return [self.proposals.item(number) for number in range(self.proposals.count())]

    def _follow_choice(self) -> None:
        self._accept_button.setEnabled(bool(self.chosen))

    def _build(self, count: int) -> None:
        self.proposals.setAccessibleName(self.tr("Proposals"))
        self.proposals.setWordWrap(True)
        self.proposals.setSpacing(4)
        intro = QLabel(
            with_keys(
                self.tr(
                    "{count} proposals. What is ticked becomes one edit; ‹undo› takes it back."
                ).format(count=count)
            )
        )
        intro.setWordWrap(True)
        everything = QPushButton(self.tr("Tick all"))
        everything.setAutoDefault(False)
        everything.clicked.connect(lambda _checked: self.tick_all(True))
        nothing = QPushButton(self.tr("Tick none"))
        nothing.setAutoDefault(False)
        nothing.clicked.connect(lambda _checked: self.tick_all(False))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self._accept_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        ticks = QHBoxLayout()
        ticks.addWidget(everything)
        ticks.addWidget(nothing)
        ticks.addStretch()
        ticks.addWidget(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(intro)
        column.addWidget(self.proposals)
        column.addLayout(ticks)
        self._accept_button.setDefault(True)
