"""The window of help: pages on the left, what to do on the right; it stays open beside the work."""

from PySide6.QtCore import Slot
from PySide6.QtGui import (
    QFont,
    QKeySequence,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.action_set import ActionSet
from trackmend_app.dialogs.fitting import FittingDialog
from trackmend_app.help.help_pages import PAGES, page_text
from trackmend_app.wording import say

_SIZE = (760, 480)
_TITLE_PX = 17


class HelpWindow(FittingDialog):
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
        _set_out(self.text.document())

    def _keys(self, action_id: str) -> str:
        action = self._actions[action_id]
        keys = [key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()]
        return say(" or ").join(keys) if keys else say("menu: {title}").format(title=action.text())


def _set_out(document: QTextDocument) -> None:
    """Give headings the size of the window's titles, and paragraphs air between them."""
    document.setDocumentMargin(10)
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        spacing = block.blockFormat()
        is_title = spacing.headingLevel() > 0
        spacing.setBottomMargin(12 if is_title else 7)
        cursor.setBlockFormat(spacing)
        if is_title:
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            size = QTextCharFormat()
            size.setProperty(QTextCharFormat.Property.FontSizeAdjustment, 0)
            size.setProperty(QTextCharFormat.Property.FontPixelSize, _TITLE_PX)
            cursor.mergeCharFormat(size)
        _make_bold_lighter(block)
        block = block.next()


def _make_bold_lighter(block: QTextBlock) -> None:
    """Give what is bold the weight of the window's headings: heavier, an i of 13 px has no dot."""
    pieces = block.begin()
    bold = []
    while not pieces.atEnd():
        piece = pieces.fragment()
        if piece.charFormat().fontWeight() > QFont.Weight.DemiBold:
            bold.append((piece.position(), piece.length()))
        pieces += 1
    lighter = QTextCharFormat()
    lighter.setFontWeight(QFont.Weight.DemiBold)
    for position, length in bold:
        cursor = QTextCursor(block)
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(lighter)
