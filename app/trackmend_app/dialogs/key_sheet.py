"""The sheet of keys, generated from the action table so that it cannot drift."""

from collections.abc import Iterable
from html import escape
from itertools import groupby

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.actions import ACTIONS, ActionRow, Menu
from trackmend_app.dialogs.fitting import FittingDialog
from trackmend_app.wording import noted, say

_COLUMNS = (
    (Menu.VIDEO, Menu.VIEW),
    (Menu.TRACK, Menu.REVIEW, Menu.EDIT),
    (Menu.MODEL, Menu.FILE, Menu.HELP),
)
_MOUSE = (
    (noted("click"), noted("select a box")),
    (noted("Ctrl+click"), noted("add to the selection")),
    (noted("Alt+drag"), noted("lasso: select what is inside")),
    (noted("drag a box or its corner"), noted("move or resize it")),
    (noted("Alt+drag of an edge"), noted("do not let the frame's edge pull it")),
    (noted("drag, wheel"), noted("pan, zoom at the pointer")),
    (noted("Shift+drag"), noted("zoom to a rectangle")),
    (noted("double click"), noted("centre, and follow the track")),
    (noted("right click"), noted("menu of the box, the lane or the row")),
    (noted("timeline: Shift+drag"), noted("mark a range")),
    (noted("timeline: drag an id onto another"), noted("merge the two")),
    (noted("hold Ctrl"), noted("list of look-alikes")),
)

_BESIDE_PX = 80
"""Of the screen, left around the sheet."""


def _keys_text(row: ActionRow) -> str:
    shown = ", ".join(
        QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in row.keys
    )
    return say("hold {keys}").format(keys=shown) if row.held else shown


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    lines = "".join(
        f"<tr><td style='padding:2px 14px 2px 0; white-space:nowrap; font-weight:600'>"
        f"{escape(keys)}</td><td style='padding:2px 0'>{escape(text)}</td></tr>"
        for keys, text in rows
    )
    return (
        f"<p style='font-weight:600; font-size:15px; margin:14px 0 4px 0'>{escape(title)}</p>"
        f"<table cellspacing='0'>{lines}</table>"
    )


def key_rows(menu: Menu, rows: Iterable[ActionRow] = ACTIONS) -> list[tuple[str, str]]:
    """Return keys and titles of one menu's actions; a family takes one row, from first to last."""
    found: list[tuple[str, str]] = []
    with_key = [row for row in rows if row.menu is menu and row.keys]
    for family, group in groupby(with_key, key=lambda row: row.family):
        members = list(group)
        if family and all(row.keys[0][-1:].isdigit() for row in members):
            found.append((f"{_keys_text(members[0])} … {_keys_text(members[-1])}", family))
        else:
            found.extend((_keys_text(row), row.title) for row in members)
    return found


class KeySheet(FittingDialog):
    """Every action with its key, in three columns."""

    def __init__(self, parent: QWidget, rows: Iterable[ActionRow] = ACTIONS) -> None:
        super().__init__(parent)
        rows = tuple(rows)
        self.setObjectName("key_sheet")
        self.setWindowTitle(self.tr("Keys"))
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setSpacing(36)
        labels = []
        for number, menus in enumerate(_COLUMNS):
            html = "".join(_table(menu.words, key_rows(menu, rows)) for menu in menus)
            if number == 2:
                html += _table(self.tr("Mouse"), [(say(how), say(what)) for how, what in _MOUSE])
            label = QLabel(html)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            columns.addWidget(label)
            labels.append(label)
        area = QScrollArea()
        area.setAccessibleName(self.tr("Keys"))
        area.setWidgetResizable(True)
        area.setWidget(page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(area)
        layout.addWidget(buttons)
        whole = page.sizeHint()
        screen = self.screen().availableSize() - QSize(_BESIDE_PX, _BESIDE_PX)
        room = screen.expandedTo(parent.window().size())
        width = min(max(1080, whole.width() + 64), room.width())
        for label in labels:
            label.setWordWrap(True)  # where the screen is narrow; Qt's guess at a width is too low
        height = max(whole.height(), columns.totalHeightForWidth(width - 64)) + 96
        self.resize(width, min(height, room.height()))
