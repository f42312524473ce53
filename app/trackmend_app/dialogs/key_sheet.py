"""The sheet of keys, generated from the action table so that it cannot drift."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.actions import ACTIONS, ActionRow, Menu

_COLUMNS = (
    (Menu.VIDEO, Menu.VIEW, Menu.HELP),
    (Menu.TRACK,),
    (Menu.EDIT, Menu.MODEL, Menu.FILE),
)
_MOUSE = (
    ("click", "select a box"),
    ("Ctrl+click", "add to the selection"),
    ("drag a box or its corner", "move or resize it"),
    ("drag, wheel", "pan, zoom at the pointer"),
    ("right click", "menu at the box"),
    ("timeline: Shift+drag", "mark a range"),
)


def _keys_text(row: ActionRow) -> str:
    shown = ", ".join(
        QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in row.keys
    )
    return f"hold {shown}" if row.held else shown


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    lines = "".join(
        f"<tr><td style='padding:2px 14px 2px 0; white-space:nowrap'><b>{escape(keys)}</b></td>"
        f"<td style='padding:2px 0'>{escape(text)}</td></tr>"
        for keys, text in rows
    )
    return f"<h3>{escape(title)}</h3><table cellspacing='0'>{lines}</table>"


def key_sheet_html(menus: tuple[Menu, ...], rows: tuple[ActionRow, ...] = ACTIONS) -> str:
    """Return one column of the sheet: the actions of these menus that have a key."""
    return "".join(
        _table(
            str(menu),
            [(_keys_text(row), row.title) for row in rows if row.menu is menu and row.keys],
        )
        for menu in menus
    )


class KeySheet(QDialog):
    """Every action with its key, in three columns."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("key_sheet")
        self.setWindowTitle("Keys")
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setSpacing(36)
        for number, menus in enumerate(_COLUMNS):
            html = key_sheet_html(menus)
            if number == 1:
                html += _table("Mouse", list(_MOUSE))
            label = QLabel(html)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            columns.addWidget(label)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(area)
        layout.addWidget(buttons)
        self.resize(1080, 720)
