"""The menu bar, the menus at a box and at a free place, the project's name in the bar's corner."""

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu

from trackmend_app.action_set import ActionSet
from trackmend_app.actions import Menu
from trackmend_app.choice_menus import ChoiceMenus

_AT_A_FREE_PLACE = (
    ("new_box", "probe_similarity"),
    ("zoom_fit", "zoom_box"),
    ("show_boxes", "show_trails", "show_confidence"),
    ("add_view", "go_to_frame"),
)
"""What is offered where no box is and none is selected; a separator stands between groups."""


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
        self._place_menu = QMenu(window)
        for group in _AT_A_FREE_PLACE:
            if not self._place_menu.isEmpty():
                self._place_menu.addSeparator()
            self._place_menu.addActions([actions[action_id] for action_id in group])
        self._place_menu.setToolTipsVisible(True)

    def show_project(self, path: Path | None) -> None:
        """Name the open project in the corner."""
        self.project_label.setText(path.name if path is not None else "")
        self.project_label.setToolTip(str(path) if path is not None else "")
        self._bar.setCornerWidget(self.project_label)  # lays the bar out for the new text
        self.project_label.show()

    def popup_at_box(self, position: QPoint) -> None:
        """Open the menu at a box."""
        self._box_menu.popup(position)

    def popup_at_place(self, position: QPoint) -> None:
        """Open the menu where no box is."""
        self._place_menu.popup(position)
