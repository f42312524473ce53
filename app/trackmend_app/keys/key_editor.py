"""The dialog in which keys are changed: a preset, then single actions; conflicts are said."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.actions import ActionRow
from trackmend_app.dialogs.fitting import FittingDialog
from trackmend_app.keys.key_map import (
    PRESETS,
    KeyChoice,
    normal,
    owners,
    preset_title,
    resolved,
)

_ID_ROLE = Qt.ItemDataRole.UserRole


class KeyEditor(FittingDialog):
    """Changes keys; `choice` holds the answer after it was accepted."""

    def __init__(self, parent: QWidget, *, rows: Sequence[ActionRow], choice: KeyChoice) -> None:
        super().__init__(parent)
        self.setObjectName("key_editor")
        self.setWindowTitle(self.tr("Edit keys"))
        self._rows = tuple(rows)
        self.choice = choice
        self.preset_box = QComboBox()
        self.filter_box = QLineEdit()
        self.table = QTableWidget(0, 3)
        self.key_box = QKeySequenceEdit()
        self.set_button = QPushButton(self.tr("Use this key"))
        self.clear_button = QPushButton(self.tr("No key"))
        self.reset_button = QPushButton(self.tr("As usual"))
        self.warning = QLabel()
        self._build()
        self._fill()
        self.preset_box.currentIndexChanged.connect(self._on_preset_chosen)
        self.filter_box.textChanged.connect(self._on_filter_typed)
        self.table.itemSelectionChanged.connect(self._on_row_selected)
        self.key_box.keySequenceChanged.connect(self._on_key_pressed)
        self.set_button.clicked.connect(self._on_set)
        self.clear_button.clicked.connect(self._on_cleared)
        self.reset_button.clicked.connect(self._on_reset)

    @property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """The keys of every action as they would be."""
        return resolved(self._rows, self.choice)

    @property
    def chosen(self) -> str | None:
        """The id of the action whose row is selected."""
        items = self.table.selectedItems()
        return str(items[0].data(_ID_ROLE)) if items else None

    def choose(self, action_id: str) -> None:
        """Select the row of an action."""
        for line in range(self.table.rowCount()):
            item = self.table.item(line, 0)
            if item is not None and item.data(_ID_ROLE) == action_id:
                self.table.selectRow(line)

    def _title(self, action_id: str) -> str:
        return next(row.title for row in self._rows if row.action_id == action_id)

    def _fill(self) -> None:
        chosen, keys = self.chosen, self.keys
        self.table.setRowCount(len(self._rows))
        for line, row in enumerate(self._rows):
            place = " ▸ ".join(filter(None, (row.menu.words, row.family)))
            shown = ", ".join(_native(key) for key in keys[row.action_id])
            own = " ●" if row.action_id in self.choice.own else ""
            for column, text in enumerate((row.title, place, shown + own)):
                item = QTableWidgetItem(text)
                item.setData(_ID_ROLE, row.action_id)
                item.setToolTip(row.tip)
                self.table.setItem(line, column, item)
        self._on_filter_typed(self.filter_box.text())
        if chosen is not None:
            self.choose(chosen)
        self._on_row_selected()

    def _change(self, action_id: str, keys: tuple[str, ...] | None) -> None:
        """Give an action keys of its own, or (None) those it has as usual."""
        own = {one: mine for one, mine in self.choice.own.items() if one != action_id}
        if keys is not None:
            for other, mine in list(own.items()):
                own[other] = tuple(key for key in mine if key not in keys)
            own[action_id] = keys
        self.choice = KeyChoice(preset=self.choice.preset, own=own)
        self.key_box.clear()
        self._fill()

    @Slot(int)
    def _on_preset_chosen(self, index: int) -> None:
        self.choice = KeyChoice(preset=PRESETS[index], own={})
        self._fill()

    @Slot(str)
    def _on_filter_typed(self, text: str) -> None:
        words = text.casefold().split()
        for line in range(self.table.rowCount()):
            items = [self.table.item(line, column) for column in range(3)]
            told = " ".join(item.text() for item in items if item is not None).casefold()
            self.table.setRowHidden(line, not all(word in told for word in words))

    @Slot()
    def _on_row_selected(self) -> None:
        has_row = self.chosen is not None
        for widget in (self.key_box, self.clear_button):
            widget.setEnabled(has_row)
        self.reset_button.setEnabled(self.chosen in self.choice.own)
        self._on_key_pressed(self.key_box.keySequence())

    @Slot(QKeySequence)
    def _on_key_pressed(self, sequence: QKeySequence) -> None:
        key, chosen = normal(sequence.toString()), self.chosen
        self.set_button.setEnabled(bool(key) and chosen is not None)
        others = owners(self.keys, key, but=chosen or "") if key else []
        names = ", ".join(f"“{self._title(other)}”" for other in others)
        text = self.tr("{key} means {names} now; using it here takes it away from there.")
        self.warning.setText(text.format(key=_native(key), names=names) if others else "")

    @Slot()
    def _on_set(self) -> None:
        key, chosen = normal(self.key_box.keySequence().toString()), self.chosen
        if chosen is not None and key:
            self._change(chosen, (key,))

    @Slot()
    def _on_cleared(self) -> None:
        if self.chosen is not None:
            self._change(self.chosen, ())

    @Slot()
    def _on_reset(self) -> None:
        if self.chosen is not None:
            self._change(self.chosen, None)

    def _build(self) -> None:
        for name in PRESETS:
            self.preset_box.addItem(preset_title(name))
        self.preset_box.setCurrentIndex(PRESETS.index(self.choice.preset))
        self.preset_box.setAccessibleName(self.tr("Preset"))
        self.filter_box.setPlaceholderText(self.tr("Find an action or a key"))
        self.filter_box.setAccessibleName(self.tr("Find an action or a key"))
        self.key_box.setMaximumSequenceLength(1)
        self.key_box.setAccessibleName(self.tr("New key"))
        self.warning.setProperty("kind", "doubt")
        self.warning.setWordWrap(True)
        self.warning.setMinimumHeight(34)
        table = self.table
        table.setHorizontalHeaderLabels([self.tr("action"), self.tr("menu"), self.tr("keys")])
        table.setAccessibleName(self.tr("Actions and their keys"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().resizeSection(1, 170)
        table.horizontalHeader().resizeSection(2, 170)
        table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        head = QHBoxLayout()
        head.addWidget(QLabel(self.tr("Keys as in")))
        head.addWidget(self.preset_box)
        head.addWidget(self.filter_box, 1)
        line = QHBoxLayout()
        line.addWidget(QLabel(self.tr("Press the new key:")))
        line.addWidget(self.key_box, 1)
        for button in (self.set_button, self.clear_button, self.reset_button):
            button.setAutoDefault(False)
            line.addWidget(button)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(table, 1)
        column.addLayout(line)
        column.addWidget(self.warning)
        column.addWidget(buttons)
        self.resize(760, 620)


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
