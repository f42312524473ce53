"""The menu bar, the menu at a box, and the project's name in the corner of the bar."""

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu

from trackmend_app.action_set import ActionSet
from trackmend_app.actions import Menu
from trackmend_app.choice_menus import ChoiceMenus


class WindowMenus:
    """Fills the bar of a window; `choices` holds the submenus that change."""

    def __init__(self, window: QMainWindow, actions: ActionSet, choices: ChoiceMenus) -> None:
        self.choices = choices
        self._bar = window.menuBar()
        menus = actions.fill_menu_bar(self._bar)
        self.project_label = QLabel()
        self.project_label.setObjectName("project_label")
        self.project_label.setProperty("kind", "quiet")
        self.project_label.setContentsMargins(0, 8, 14, 0)
        self._bar.setCornerWidget(self.project_label, Qt.Corner.TopRightCorner)
        menus[Menu.VIDEO].addSeparator()
        menus[Menu.VIDEO].addMenu(choices.videos)
        menus[Menu.MODEL].addSeparator()
        for menu in (choices.models, choices.engines, choices.presets, choices.runs):
            menus[Menu.MODEL].addMenu(menu)
        self._box_menu = QMenu(window)
        actions.fill_context_menu(self._box_menu)

    def show_project(self, path: Path | None) -> None:
        """Name the open project in the corner."""
        self.project_label.setText(path.name if path is not None else "")
        self.project_label.setToolTip(str(path) if path is not None else "")
        self._bar.setCornerWidget(self.project_label)  # lays the bar out for the new text
        self.project_label.show()

    def popup_at_box(self, position: QPoint) -> None:
        """Open the menu at a box."""
        self._box_menu.popup(position)
