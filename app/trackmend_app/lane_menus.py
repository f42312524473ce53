"""The menus of lanes and of the track list: what can be done with a track, or with the range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Slot

from trackmend_core.types import TrackId

if TYPE_CHECKING:
    from trackmend_app.main_window import MainWindow


class LaneMenus(QObject):
    """Opens the menu of a track where its lane or its row is, and of the timeline elsewhere."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._menus = window.menus
        self._session = window.workbench.session
        self._rows = window.track_table.view
        window.timeline.menu_requested.connect(self._on_menu_requested)
        self._rows.customContextMenuRequested.connect(self._on_row_menu_requested)

    @Slot(int, QPoint)
    def _on_menu_requested(self, track_id: int, position: QPoint) -> None:
        if track_id < 0:
            self._menus.popup_at_timeline(position)
            return
        if track_id not in self._session.selection.track_ids:
            self._session.select_tracks((TrackId(track_id),))
        self._menus.popup_at_track(position)

    @Slot(QPoint)
    def _on_row_menu_requested(self, place: QPoint) -> None:
        """Qt has selected the row under the pointer by now, unless it is one of several."""
        if self._session.selection.track_ids:
            self._menus.popup_at_track(self._rows.viewport().mapToGlobal(place))
