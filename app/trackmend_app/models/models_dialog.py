"""The dialog with all models: what is in each, import, conversion, which one runs next."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.dialogs.fitting import FittingDialog
from trackmend_app.models.fact_words import fact_title, fact_value
from trackmend_app.models.model_rows import ModelRow

_FACT_HEIGHT_PX = 24
_ROW_ROLE = Qt.ItemDataRole.UserRole


class ModelsDialog(FittingDialog):
    """Shows what it is handed; reads no file.

    Signals:
        row_chosen(ModelRow): its contents are wanted.
        import_asked(): a model file is to be put on the shelf.
        convert_asked(ModelRow): it is to be written in another form.
        use_asked(ModelRow): the next run is to use it.
    """

    row_chosen = Signal(object)
    import_asked = Signal()
    convert_asked = Signal(object)
    use_asked = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("models")
        self.setWindowTitle(self.tr("Models"))
        self.list = QTableWidget(0, 3)
        self.facts = QTableWidget(0, 2)
        self.state = QLabel()
        self.import_button = QPushButton(self.tr("Import…"))
        self.convert_button = QPushButton(self.tr("Write in another form…"))
        self.use_button = QPushButton(self.tr("Use for the next run"))
        self._build()
        self.list.itemSelectionChanged.connect(self._on_selection_changed)
        self.list.itemActivated.connect(lambda _item: self._ask_for_use())
        self.import_button.clicked.connect(self.import_asked)
        self.convert_button.clicked.connect(self._on_convert_clicked)
        self.use_button.clicked.connect(lambda _checked: self._ask_for_use())
        self._on_selection_changed()

    @property
    def chosen(self) -> ModelRow | None:
        """The row that is selected."""
        items = self.list.selectedItems()
        return items[0].data(_ROW_ROLE) if items else None

    def set_rows(self, rows: Sequence[ModelRow], *, used: ModelRow | None) -> None:
        """Show these models and select the one that runs next, or the one selected before."""
        before = self.chosen or used
        self.list.setRowCount(len(rows))
        for line, row in enumerate(rows):
            is_used = used is not None and row.choice.path == used.choice.path
            name = f"● {row.choice.name}" if is_used else row.choice.name
            origin = row.origin if row.is_there else self.tr("the file is missing")
            for column, text in enumerate((name, origin, row.added)):
                item = QTableWidgetItem(text)
                item.setData(_ROW_ROLE, row)
                item.setToolTip(str(row.choice.path))
                self.list.setItem(line, column, item)
        paths = [row.choice.path for row in rows]
        if before is not None and before.choice.path in paths:
            self.list.selectRow(paths.index(before.choice.path))

    def show_facts(self, texts: Mapping[str, object]) -> None:
        """Show what a model says and holds."""
        self.state.clear()
        self.facts.setRowCount(len(texts))
        for line, (key, value) in enumerate(texts.items()):
            for column, shown in enumerate((fact_title(key).strip(), fact_value(key, value))):
                item = QTableWidgetItem(shown)
                item.setToolTip(shown)
                self.facts.setItem(line, column, item)
        self.facts.resizeRowsToContents()

    def show_state(self, sentence: str, *, is_error: bool = False) -> None:
        """Say what goes on, or what went wrong."""
        self.state.setProperty("kind", "error" if is_error else "quiet")
        self.state.style().polish(self.state)
        self.state.setText(sentence)

    @Slot()
    def _on_selection_changed(self) -> None:
        row = self.chosen
        is_there = row is not None and row.is_there
        self.convert_button.setEnabled(is_there)
        self.use_button.setEnabled(is_there)
        self.facts.setRowCount(0)
        if row is not None:
            self.row_chosen.emit(row)

    @Slot()
    def _on_convert_clicked(self) -> None:
        if self.chosen is not None:
            self.convert_asked.emit(self.chosen)

    def _ask_for_use(self) -> None:
        if self.chosen is not None and self.chosen.is_there:
            self.use_asked.emit(self.chosen)

    def _build(self) -> None:
        self._build_table(
            self.list, self.tr("Models"), [self.tr("name"), self.tr("from"), self.tr("since")]
        )
        self._build_table(
            self.facts, self.tr("What is in the file"), [self.tr("fact"), self.tr("value")]
        )
        self.list.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 170), (2, 104)):
            self.list.horizontalHeader().resizeSection(column, width)
        self.facts.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.facts.horizontalHeader().resizeSection(0, 170)
        self.facts.setWordWrap(True)
        self.facts.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.facts.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.state.setWordWrap(True)
        self.state.setMinimumHeight(34)
        self.import_button.setToolTip(
            self.tr("Check a .safetensors or FairMOT's .pth and keep it on your shelf")
        )
        self.convert_button.setToolTip(
            self.tr("Write the chosen model as .pth for FairMOT's own code, or as .safetensors")
        )
        self.use_button.setToolTip(self.tr("The next run uses the chosen model (Enter)"))
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.addWidget(self.list)
        columns.addWidget(self.facts)
        columns.setSizes([440, 520])
        columns.setChildrenCollapsible(False)
        line = QHBoxLayout()
        for button in (self.import_button, self.convert_button, self.use_button):
            button.setAutoDefault(False)
            line.addWidget(button)
        line.addStretch()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        line.addWidget(buttons)
        page = QVBoxLayout(self)
        page.setContentsMargins(20, 18, 20, 16)
        page.setSpacing(12)
        page.addWidget(columns, 1)
        page.addWidget(self.state)
        page.addLayout(line)
        self.resize(1000, 560)

    def _build_table(self, table: QTableWidget, name: str, headers: Sequence[str]) -> None:
        table.setAccessibleName(name)
        table.setHorizontalHeaderLabels(list(headers))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_FACT_HEIGHT_PX)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
