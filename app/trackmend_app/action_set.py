"""Builds the QActions of the table, keeps them enabled or not, and lists them in menus."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import groupby

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from trackmend_app.actions import ACTIONS, ActionRow, Menu
from trackmend_app.situation import Situation
from trackmend_app.wording import say_composed
from trackmend_app.wording.shown_keys import remember_keys, with_keys


class ActionSet(QObject):
    """One QAction for every row of the table, owned by the window; `rows` are in its language.

    Signals: hovered(action_id): the pointer, or a key, is on it in a menu.
    """

    hovered = Signal(str)

    def __init__(self, window: QWidget, rows: Iterable[ActionRow] = ACTIONS) -> None:
        super().__init__(window)
        self.rows = tuple(row.translated() for row in rows)
        self._remember_keys()
        self._actions = {row.action_id: self._build(window, row) for row in self.rows}
        self._connected: set[str] = set()

    def _build(self, window: QWidget, row: ActionRow) -> QAction:
        action = QAction(row.title, window)
        action.setObjectName(row.action_id)
        action.setToolTip(row.tooltip())
        action.setStatusTip(with_keys(row.tip))
        action.setCheckable(row.checkable)
        action.setShortcuts([QKeySequence(key) for key in row.keys])
        action.setAutoRepeat(not row.held)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        window.addAction(action)
        action.hovered.connect(lambda: self.hovered.emit(row.action_id))
        return action

    def set_keys(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Give actions other keys; tooltips and the sheet of keys follow."""
        self.rows = tuple(replace(row, keys=keys.get(row.action_id, row.keys)) for row in self.rows)
        self._remember_keys()
        for row in self.rows:
            action = self._actions[row.action_id]
            action.setShortcuts([QKeySequence(key) for key in row.keys])
            action.setToolTip(row.tooltip())
            action.setStatusTip(with_keys(row.tip))

    def _remember_keys(self) -> None:
        remember_keys(
            {row.action_id: row.keys for row in self.rows},
            {row.action_id: row.title for row in self.rows},
        )

    def reword(self, action_id: str, *, title: str, tip: str) -> None:
        """Give an action another title and tip, in the person's language."""
        self.rows = tuple(
            replace(row, title=title, tip=tip) if row.action_id == action_id else row
            for row in self.rows
        )
        row = next(row for row in self.rows if row.action_id == action_id)
        self._actions[action_id].setText(title)
        self._actions[action_id].setStatusTip(tip)
        self._actions[action_id].setToolTip(row.tooltip())

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    @property
    def connected(self) -> frozenset[str]:
        """Return the ids of the actions that do something."""
        return frozenset(self._connected)

    def on(self, action_id: str, slot: Callable[[], object]) -> None:
        """Call the slot when the action is chosen; for one that is checked use `on_toggled`."""
        self._connected.add(action_id)
        self._actions[action_id].triggered.connect(lambda _checked: slot())

    def on_toggled(self, action_id: str, slot: Callable[[bool], object]) -> None:
        """Call the slot with the new state when a person checks or unchecks the action."""
        self._connected.add(action_id)
        self._actions[action_id].triggered.connect(lambda checked: slot(checked))

    def set_checked(self, action_id: str, checked: bool) -> None:
        """Show a state that came about otherwise; the slot is not called."""
        self._actions[action_id].setChecked(checked)

    def update_enabled(self, now: Situation) -> None:
        """Switch every action on or off, and say in Undo and Redo what they would do."""
        for row in self.rows:
            self._actions[row.action_id].setEnabled(row.enabled_when(now))
        self._retitle("undo", now.undo_title)
        self._retitle("redo", now.redo_title)

    def _retitle(self, action_id: str, title: str | None) -> None:
        if action_id not in self._actions:
            return
        verb = next(row.title for row in self.rows if row.action_id == action_id)
        shown = say_composed(title).replace("&", "&&") if title else ""
        self._actions[action_id].setText(f"{verb}: {shown}" if shown else verb)

    def fill_menu_bar(self, bar: QMenuBar) -> dict[Menu, QMenu]:
        """Add every menu with its actions; a separator stands between groups."""
        menus = {}
        for menu in Menu:
            widget = bar.addMenu(f"&{menu.words}")
            widget.setToolTipsVisible(True)
            self._fill(widget, [row for row in self.rows if row.menu is menu])
            menus[menu] = widget
        return menus

    def fill_context_menu(self, menu: QMenu) -> None:
        """Add the actions that are offered at a box: what mends it first, then what looks at it."""
        menu.setToolTipsVisible(True)
        offered = [row for row in self.rows if row.in_context_menu]
        self._fill(menu, sorted(offered, key=lambda row: row.menu is not Menu.TRACK))

    def _fill(self, widget: QMenu, rows: list[ActionRow]) -> None:
        for _, group in groupby(rows, key=lambda row: (row.menu, row.group)):
            if not widget.isEmpty():
                widget.addSeparator()
            for family, members in groupby(group, key=lambda row: row.family):
                target = widget.addMenu(family) if family else widget
                target.setToolTipsVisible(True)
                for row in members:
                    target.addAction(self._actions[row.action_id])
