"""A language for tests: every text that goes through Qt's translation is bracketed and longer."""

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt, QTranslator
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QTabBar,
    QToolButton,
    QWidget,
)

OPEN, CLOSE = "«", "»"
LONGER = 0.3
_SPOKEN = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
_TAG = re.compile(r"<[^>]*>")
_KEYS = re.compile(
    r"\b(Ctrl|Shift|Alt|Meta|Esc|Space|Return|Enter|Del|Ins|Home|End|PgUp|PgDown|Left|Right|Up|Down"
    r"|Tab|Backspace|F\d+)\b"
)
_WORD = re.compile(r"[^\W\d_]{2,}")


class PseudoTranslator(QTranslator):
    """Brackets whatever it is asked for."""

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        return False

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        if not _WORD.search(source) or context == "QShortcut":
            return source
        return f"{OPEN}{source}{'·' * round(LONGER * len(source))}{CLOSE}"


def left_over(text: str, names: frozenset[str]) -> list[str]:
    """Return the words of a text that no translator was asked for; names of things are none."""
    text = _TAG.sub(" ", text)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    shorter = _SPOKEN.sub(" ", text)
    while shorter != text:
        text, shorter = shorter, _SPOKEN.sub(" ", shorter)
    return _WORD.findall(_KEYS.sub(" ", text))


def texts_of(widget: QWidget) -> Iterator[str]:
    """Everything that a widget says, by eye or by ear."""
    yield widget.toolTip()
    yield widget.statusTip()
    yield widget.accessibleName()
    yield widget.accessibleDescription()
    if widget.isWindow() or isinstance(widget, QMenu):
        yield widget.windowTitle()
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    if isinstance(widget, QGroupBox | QMenu):
        yield widget.title()
    if isinstance(widget, QAbstractSpinBox):
        yield widget.text()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(row) for row in range(widget.count()))
    if isinstance(widget, QTabBar):
        yield from (widget.tabText(index) for index in range(widget.count()))
    if isinstance(widget, QHeaderView) and widget.model() is not None:
        yield from _header_texts(widget.model())
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from _item_texts(widget.model())


def _header_texts(model: QAbstractItemModel) -> Iterator[str]:
    for section in range(model.columnCount()):
        for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            yield str(model.headerData(section, Qt.Orientation.Horizontal, role) or "")


def _item_texts(model: QAbstractItemModel) -> Iterator[str]:
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
    for row in range(min(40, model.rowCount())):
        for column in range(columns):
            index: QModelIndex = model.index(row, column)
            for role in (
                Qt.ItemDataRole.DisplayRole,
                Qt.ItemDataRole.ToolTipRole,
                Qt.ItemDataRole.AccessibleTextRole,
            ):
                text = index.data(role)
                if isinstance(text, str):
                    yield text


def everything_said(window: QWidget) -> Iterator[tuple[str, str]]:
    """Where and what: every text of a window, its widgets, menus and actions."""
    for widget in [window, *window.findChildren(QWidget)]:
        for text in texts_of(widget):
            if text:
                yield f"{type(widget).__name__} {widget.objectName()}", text
    for action in window.findChildren(QAction):
        for text in (action.text(), action.toolTip(), action.statusTip(), action.iconText()):
            if text:
                yield f"action {action.objectName()}", text


def burst(window: QWidget) -> list[str]:
    """Return the visible labels and buttons that are cut off."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not window or _scrolls(widget):
            continue
        if isinstance(widget, QLabel) and widget.text():
            short = _label_is_cut(widget)
        elif isinstance(widget, QPushButton | QToolButton | QCheckBox) and widget.text():
            short = widget.width() < widget.minimumSizeHint().width()
        else:
            continue
        place = widget.mapTo(window, widget.rect().bottomRight())
        outside = not window.rect().contains(place)
        if short or outside:
            found.append(f"{type(widget).__name__} {widget.objectName()} {widget.text()[:60]!r}")
    return found


def _label_is_cut(label: QLabel) -> bool:
    if label.wordWrap():
        return label.height() < label.heightForWidth(label.width())
    if label.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Ignored:
        return False
    return label.width() < label.sizeHint().width()


def _scrolls(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            return True
        parent = parent.parentWidget()
    return False


def record_painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Write down every text that is painted from now on."""
    painted: list[str] = []
    draw = QPainter.drawText

    def drawn(painter: QPainter, *args: object) -> object:
        painted.extend(argument for argument in args if isinstance(argument, str))
        return draw(painter, *args)

    monkeypatch.setattr(QPainter, "drawText", drawn)
    return painted
