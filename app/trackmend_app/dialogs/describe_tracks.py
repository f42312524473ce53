"""Asks for the label and the attributes of tracks."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.dialogs.fitting import FittingDialog


class DescribeTracksDialog(FittingDialog):
    """Label and attributes; `label` and `attributes` hold the answer after it was accepted."""

    def __init__(
        self, parent: QWidget, *, title: str, label: str, attributes: Mapping[str, str]
    ) -> None:
        super().__init__(parent)
        self.setObjectName("describe_tracks")
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self._before = (label, dict(attributes))
        self.label_box = QLineEdit(label)
        self.label_box.setAccessibleName(self.tr("Label"))
        self.label_box.setPlaceholderText(self.tr("such as goalkeeper"))
        self.table = QTableWidget(0, 2)
        self._empty = QLabel(self.tr("Nothing noted yet, such as colour: red"), self.table)
        self._remove = QPushButton(self.tr("Remove"))
        self._build()
        for name, value in attributes.items():
            self.add_line(name, value)
        self.label_box.selectAll()

    @property
    def label(self) -> str | None:
        """The label as typed; None if it was left as it was."""
        text = self.label_box.text().strip()
        return None if text == self._before[0] else text

    @property
    def attributes(self) -> dict[str, str] | None:
        """Name to value, lines without either left out; None if all was left as it was."""
        lines = [
            (self._text(row, 0).strip(), self._text(row, 1).strip())
            for row in range(self.table.rowCount())
        ]
        typed = {name: value for name, value in lines if name or value}
        return None if typed == self._before[1] else typed

    def add_line(self, name: str = "", value: str = "") -> None:
        """Add a line to the table of attributes and put the cursor there if it is empty."""
        row = self.table.rowCount()
        self.table.insertRow(row)
        first = QTableWidgetItem(name)
        self.table.setItem(row, 0, first)
        self.table.setItem(row, 1, QTableWidgetItem(value))
        if not name:
            self.table.setCurrentCell(row, 0)
            self.table.editItem(first)
        self._show_state()

    def remove_line(self) -> None:
        """Remove the current line of the table."""
        if self.table.currentRow() >= 0:
            self.table.removeRow(self.table.currentRow())
            self._show_state()

    def _show_state(self) -> None:
        """Say that there is nothing, and offer to remove a line only while there is one."""
        self._empty.setVisible(self.table.rowCount() == 0)
        self._remove.setEnabled(self.table.currentRow() >= 0)

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text() if item is not None else ""

    def _build(self) -> None:
        self.table.setHorizontalHeaderLabels([self.tr("attribute"), self.tr("value")])
        self.table.setAccessibleName(self.tr("Attributes"))
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.table.setMinimumHeight(130)
        add = QPushButton(self.tr("Add attribute"))
        add.setObjectName("add_attribute")
        add.setAutoDefault(False)
        add.clicked.connect(lambda _checked: self.add_line())
        self._remove.setObjectName("remove_attribute")
        self._remove.setAutoDefault(False)
        self._remove.clicked.connect(lambda _checked: self.remove_line())
        self.table.itemSelectionChanged.connect(self._show_state)
        self._empty.setProperty("kind", "small")
        middle = QVBoxLayout(self.table.viewport())
        middle.addWidget(self._empty, 0, Qt.AlignmentFlag.AlignCenter)
        self._show_state()
        lines = QHBoxLayout()
        lines.addWidget(add)
        lines.addWidget(self._remove)
        lines.addStretch()
        form = QFormLayout()
        form.addRow(self.tr("Label"), self.label_box)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.table)
        column.addLayout(lines)
        column.addWidget(buttons)
        self.label_box.setFocus(Qt.FocusReason.OtherFocusReason)
