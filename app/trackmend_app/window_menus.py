"""The menu bar, the menus at boxes, tracks and free places, the project's name in the corner."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu

from trackmend_app.action_set import ActionSet
from trackmend_app.actions import ACTIONS, Menu
from trackmend_app.choice_menus import ChoiceMenus
from trackmend_app.timeline.lane_order import LaneSort

_AT_A_FREE_PLACE = (
    ("new_box", "probe_similarity"),
    ("zoom_fit", "zoom_box"),
    ("show_boxes", "show_trails", "show_confidence"),
    ("add_view", "go_to_frame"),
)
"""What is offered where no box is and none is selected; a separator stands between groups."""
_PANELS = (
    tuple(row.action_id for row in ACTIONS if row.action_id.startswith("panel_")),
    ("reset_layout",),
)
_AT_A_TRACK = (("toggle_verified", "pin_track", "find_track"),)
"""What is offered at a lane or a row of the list beside what is offered at a box."""
_ON_THE_TIMELINE = (
    ("toggle_verified", "loop", "swap_in_range", "clear_range"),
    ("next_suspicion", "next_birth", "previous_birth", "go_to_frame"),
    ("show_barcode", "lanes_here", "lanes_grouped"),
    tuple(f"lanes_by_{by}" for by in LaneSort),
)
"""What is offered on the overview, the ruler and below the lanes."""


class WindowMenus:
    """Fills the bar of a window; `choices` holds the submenus that change."""

    def __init__(self, window: QMainWindow, actions: ActionSet, choices: ChoiceMenus) -> None:
        self.choices = choices
        self._actions = actions
        self._bar = window.menuBar()
        menus = actions.fill_menu_bar(self._bar)
        self.project_label = QLabel()
        self.project_label.setObjectName("project_label")
        self.project_label.setProperty("kind", "quiet")
        self.project_label.setContentsMargins(0, 5, 14, 0)
        self._bar.setCornerWidget(self.project_label, Qt.Corner.TopRightCorner)
        menus[Menu.VIDEO].addSeparator()
        menus[Menu.VIDEO].addMenu(choices.videos)
        menus[Menu.MODEL].addSeparator()
        for menu in (choices.models, choices.engines, choices.presets, choices.runs):
            menus[Menu.MODEL].addMenu(menu)
        self._box_menu = QMenu(window)
        actions.fill_context_menu(self._box_menu)
        self._track_menu = QMenu(window)
        actions.fill_context_menu(self._track_menu)
        _fill(self._track_menu, actions, _AT_A_TRACK)
        self._place_menu = QMenu(window)
        _fill(self._place_menu, actions, _AT_A_FREE_PLACE)
        self._timeline_menu = QMenu(window)
        _fill(self._timeline_menu, actions, _ON_THE_TIMELINE)

    def show_project(self, path: Path | None) -> None:
        """Name the open project in the corner."""
        self.project_label.setText(path.name if path is not None else "")
        self.project_label.setToolTip(str(path) if path is not None else "")
        self._bar.setCornerWidget(self.project_label)  # lays the bar out for the new text
        self.project_label.show()

    def panels_menu(self, window: QMainWindow) -> QMenu:
        """Return a new menu of the panels: what a right click on their grips brings."""
        menu = QMenu(window)
        _fill(menu, self._actions, _PANELS)
        return menu

    def popup_at_box(self, position: QPoint) -> None:
        """Open the menu at a box."""
        self._box_menu.popup(position)

    def popup_at_place(self, position: QPoint) -> None:
        """Open the menu where no box is."""
        self._place_menu.popup(position)

    def popup_at_track(self, position: QPoint) -> None:
        """Open the menu at a lane, or at a row of the track list."""
        self._track_menu.popup(position)

    def popup_at_timeline(self, position: QPoint) -> None:
        """Open the menu where no lane is."""
        self._timeline_menu.popup(position)


def _fill(menu: QMenu, actions: ActionSet, groups: Iterable[Iterable[str]]) -> None:
    menu.setToolTipsVisible(True)
    for group in groups:
        if not menu.isEmpty():
            menu.addSeparator()
        menu.addActions([actions[action_id] for action_id in group])
