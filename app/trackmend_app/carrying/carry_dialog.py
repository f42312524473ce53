"""Says what carrying corrections over would do, and lists what cannot be carried."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.dialogs.fitting import FittingDialog, fit_height
from trackmend_app.wording import counted, say_composed
from trackmend_app.wording.shown_keys import with_keys
from trackmend_core.jobs.carry_over import CarriedOver


class CarryOverDialog(FittingDialog):
    """Stays open beside the window, so that one can go through the conflicts.

    Signals:
        carry_asked(): do it.
        place_asked(frame_index): look at a conflict.
    """

    carry_asked = Signal()
    place_asked = Signal(int)

    def __init__(self, parent: QWidget, *, from_run: int, result: CarriedOver) -> None:
        super().__init__(parent)
        self.setObjectName("carry_over")
        self.setWindowTitle(self.tr("Carry corrections over"))
        self.resize(600, 420)
        self._edit_count = result.edit_count
        title = QLabel(self.tr("Corrections of run {run} for this run").format(run=from_run))
        title.setProperty("kind", "title")
        self.told = QLabel(self._told(result))
        self.told.setProperty("kind", "quiet")
        self.told.setWordWrap(True)
        self.carry_button = QPushButton(self.tr("Carry over as one edit"))
        self.conflicts = QListWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(self.told)
        column.addWidget(self._heading(len(result.conflicts)))
        column.addWidget(self.conflicts, 1)
        column.addWidget(self._buttons())
        self._fill(result)
        if not result.conflicts:
            fit_height(self, width=600)

    def _told(self, result: CarriedOver) -> str:
        found = self.tr("{found:,} of the {said:,} boxes you decided on are seen again.").format(
            found=result.found, said=result.said
        )
        if not result.edit_count:
            return f"{found} " + self.tr("The new run says the same already: nothing to change.")
        told = counted(
            result.edit_count,
            "1 correction becomes an edit of this run; ‹undo› takes it back. "
            "The earlier run stays as it is.",
            "{count} corrections become one edit of this run; ‹undo› takes it back. "
            "The earlier run stays as it is.",
        )
        return f"{found} {told}"

    def _heading(self, count: int) -> QLabel:
        label = QLabel(
            counted(
                count,
                "1 place where the new run says otherwise; Enter goes there",
                "{count} places where the new run says otherwise; Enter goes there",
            )
            if count
            else self.tr("There are no conflicts.")
        )
        label.setWordWrap(True)
        self.conflicts.setVisible(bool(count))
        return label

    def _fill(self, result: CarriedOver) -> None:
        self.conflicts.setAccessibleName(self.tr("Conflicts"))
        self.conflicts.setToolTip(self.tr("Enter or a double click goes to the frame"))
        self.conflicts.setWordWrap(True)
        self.conflicts.setSpacing(3)
        for conflict in result.conflicts:
            row = QListWidgetItem(say_composed(conflict.message))
            row.setData(Qt.ItemDataRole.UserRole, conflict.first_frame)
            self.conflicts.addItem(row)
        self.conflicts.itemActivated.connect(
            lambda row: self.place_asked.emit(row.data(Qt.ItemDataRole.UserRole))
        )

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.carry_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.carry_button.setToolTip(self.tr("Make all of these corrections as one edit"))
        self.carry_button.setEnabled(bool(self._edit_count))
        self.carry_button.setDefault(bool(self._edit_count))
        self.carry_button.setAutoDefault(False)
        self.carry_button.clicked.connect(lambda _checked: self.carry_asked.emit())
        buttons.rejected.connect(self.reject)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setToolTip(self.tr("Leave it at this; the earlier run keeps its corrections"))
        close.setAutoDefault(False)
        return buttons

    def show_done(self) -> None:
        """Say that it is done; the conflicts stay to be looked at."""
        self.carry_button.setEnabled(False)
        self.told.setText(
            with_keys(
                self.tr(
                    "Carried over. ‹undo› in the window takes it back; "
                    "the earlier run is untouched."
                )
            )
        )
