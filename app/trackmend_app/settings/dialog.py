"""The dialog of settings, built from the table: a page a section, a field a row."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.dialogs.fitting import FittingDialog
from trackmend_app.settings.schema import SETTINGS, Section, SettingRow, Value
from trackmend_app.settings.store import AppSettings
from trackmend_app.wording import say

Field = QComboBox | QSpinBox
_SIZE = (720, 460)


class SettingsDialog(FittingDialog):
    """Changes settings; `values` holds the answer after it was accepted."""

    def __init__(self, parent: QWidget, settings: AppSettings) -> None:
        super().__init__(parent)
        self.setObjectName("settings")
        self.setWindowTitle(self.tr("Settings"))
        self.fields: dict[str, Field] = {}
        self.sections = QListWidget()
        self._pages = QStackedWidget()
        self._build()
        self._show({row.key: settings[row.key] for row in SETTINGS})

    @property
    def values(self) -> dict[str, Value]:
        """What the fields say."""
        return {row.key: _value(self.fields[row.key], row) for row in SETTINGS}

    def _show(self, values: Mapping[str, Value]) -> None:
        for row in SETTINGS:
            field = self.fields[row.key]
            if isinstance(field, QComboBox):
                field.setCurrentIndex(max(0, field.findData(values[row.key])))
            else:
                field.setValue(int(values[row.key]))

    @Slot()
    def use_the_usual(self) -> None:
        """Put every field back to the usual; nothing holds before the dialog is accepted."""
        self._show({row.key: row.default for row in SETTINGS})

    def _build(self) -> None:
        self.sections.setAccessibleName(self.tr("Kinds of settings"))
        for section in Section:
            self.sections.addItem(say(section.value))
            self._pages.addWidget(self._page(section))
        self.sections.setFixedWidth(self._list_width())
        self.sections.currentRowChanged.connect(self._pages.setCurrentIndex)
        self.sections.setCurrentRow(0)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        usual: QAbstractButton = buttons.addButton(
            self.tr("All as usual"), QDialogButtonBox.ButtonRole.ResetRole
        )
        usual.setObjectName("all_as_usual")
        usual.setToolTip(self.tr("Put every setting back to what it is at first"))
        usual.clicked.connect(self.use_the_usual)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(self.sections)
        row.addWidget(self._pages, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addLayout(row, 1)
        column.addWidget(buttons)
        self.resize(*_SIZE)

    def _list_width(self) -> int:
        return self.sections.sizeHintForColumn(0) + 48

    def _page(self, section: Section) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        title = QLabel(say(section.value))
        title.setProperty("kind", "title")
        column.addWidget(title)
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(4)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for row in (row for row in SETTINGS if row.section is section):
            field = _field(row)
            self.fields[row.key] = field
            label = QLabel(say(row.title))
            label.setBuddy(field)
            form.addRow(label, field)
            form.addRow("", _hint(row))
        column.addLayout(form)
        column.addStretch(1)
        return page


def _hint(row: SettingRow) -> QLabel:
    """Return the sentence below a field; it says if the setting waits for the next start."""
    text = say(row.tip) + "."
    if row.next_start:
        text += " " + say("Takes effect with the next start.")
    hint = QLabel(text)
    hint.setProperty("kind", "quiet")
    hint.setWordWrap(True)
    hint.setAlignment(Qt.AlignmentFlag.AlignTop)
    hint.setContentsMargins(0, 0, 0, 10)
    return hint


def _field(row: SettingRow) -> Field:
    field: Field
    if row.choices is not None:
        field = QComboBox()
        for value, title in row.choices():
            field.addItem(title if row.names else say(title), value)
    else:
        field = QSpinBox()
        field.setRange(row.low, row.high)
        field.setSingleStep(row.step)
        field.setSuffix(say(row.unit))
        field.lineEdit().setTextMargins(6, 0, 0, 0)
        if row.at_low:
            field.setSpecialValueText(say(row.at_low))
    field.setObjectName(row.key)
    field.setAccessibleName(say(row.title))
    field.setAccessibleDescription(say(row.tip))
    field.setToolTip(say(row.tip))
    return field


def _value(field: Field, row: SettingRow) -> Value:
    if isinstance(field, QSpinBox):
        return field.value()
    value = field.currentData()
    return value if row.accepts(value) else row.default
