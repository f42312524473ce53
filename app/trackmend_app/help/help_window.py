"""The window of help: pages on the left, what to do on the right; it stays open beside the work."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.action_set import ActionSet
from trackmend_app.help.help_pages import PAGES, page_text
from trackmend_app.wording import say

_SIZE = (760, 480)


class HelpWindow(QDialog):
    """Shows the pages; not modal, so that the steps can be done while they are read."""

    def __init__(self, parent: QWidget, actions: ActionSet, *, language: str) -> None:
        super().__init__(parent)
        self.setObjectName("help_window")
        self.setWindowTitle(self.tr("What do I do when…"))
        self._actions = actions
        self._language = language
        self.pages = QListWidget()
        self.pages.setAccessibleName(self.tr("Pages"))
        for page in PAGES:
            self.pages.addItem(say(page.title))
        self.pages.setFixedWidth(self.pages.sizeHintForColumn(0) + 40)
        self.text = QTextBrowser()
        self.text.setAccessibleName(self.tr("What to do"))
        self.text.setOpenLinks(False)
        self.pages.currentRowChanged.connect(self._on_page_chosen)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self.pages)
        row.addWidget(self.text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 14)
        column.addLayout(row, 1)
        column.addWidget(buttons)
        self.resize(*_SIZE)

    def show_page(self, name: str) -> None:
        """Show a page beside the window."""
        self.pages.setCurrentRow([page.name for page in PAGES].index(name))
        self.show()

    @Slot(int)
    def _on_page_chosen(self, row: int) -> None:
        markdown = page_text(PAGES[row].name, language=self._language, keys=self._keys)
        self.text.setMarkdown(markdown)

    def _keys(self, action_id: str) -> str:
        action = self._actions[action_id]
        keys = [key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()]
        return say(" or ").join(keys) if keys else say("menu: {title}").format(title=action.text())
