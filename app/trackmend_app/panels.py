"""The docks around the video: track list, timeline, similarity, training; and where they stand."""

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from trackmend_app.action_set import ActionSet
from trackmend_app.theme import current_theme

LAYOUT_VERSION = 3
TRACKS_WIDTH, TIMELINE_HEIGHT, SIDE_WIDTH, TRAINING_WIDTH = 330, 290, 330, 430
TIMELINE_SHARE = 0.3
"""Of a low window: the pictures of the opened suspicion need their room as well."""
MOST_SHARE = 0.45
"""Of the window's height that the timeline may take when a layout of a larger window comes back."""
GRIP_HEIGHT = 7
REVIEW_WIDTH = 364
WHY_WIDTH = 540
_WIDTHS = {
    "history": 380,
    "film": 330,
    "review": REVIEW_WIDTH,
    "retrack": REVIEW_WIDTH,
    "why": WHY_WIDTH,
    "alike": WHY_WIDTH,
}
_BEHIND_REVIEW = ("why", "alike", "film", "history", "training")
"""They need the height of the window, so they share the queue's place as tabs."""
_HIDDEN_AT_FIRST = ("training", "history", "film", "retrack", "why", "alike")


class PanelGrip(QWidget):
    """A thin title bar: panels have headings of their own; this is for dragging them."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setToolTip(
            self.tr("Drag to move this panel, double-click to float it, right-click for all panels")
        )
        self.setCursor(Qt.CursorShape.SizeAllCursor)

    def sizeHint(self) -> QSize:
        """Ask for a thin strip."""
        return QSize(40, GRIP_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Ask for a thin strip."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a short line in the middle, brighter under the pointer."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.panel))
        colour = QColor(theme.quiet if self.underMouse() else theme.line)
        painter.fillRect(self.width() // 2 - 14, self.height() // 2, 28, 2, colour)
        painter.end()


class PanelDock(QDockWidget):
    """A panel; where it floats, what is dropped on it is the window's as everywhere else."""

    def __init__(self, title: str, window: QMainWindow) -> None:
        super().__init__(title, window)
        self._main_window = window
        self.topLevelChanged.connect(self.setAcceptDrops)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Ask the window."""
        self._main_window.dragEnterEvent(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Tell the window."""
        self._main_window.dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand it to the window."""
        self._main_window.dropEvent(event)


class Panels:
    """The docks, shown and hidden by their actions; the layout is kept between sessions."""

    def __init__(self, window: QMainWindow, actions: ActionSet) -> None:
        self._window = window
        self._actions = actions
        self._docks: dict[str, QDockWidget] = {}
        self._kept: QByteArray | None = None
        self._kept_height = 0
        self._at_first: QByteArray | None = None
        self._is_entered = False
        self._made_way: list[QDockWidget] = []
        self._in_front: list[QDockWidget] = []
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.RightDockWidgetArea, QTabWidget.TabPosition.North)
        for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
            window.setCorner(corner, Qt.DockWidgetArea.BottomDockWidgetArea)

    def add(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> None:
        """Add a panel, hidden; its action `panel_<name>` shows and hides it."""
        dock = self.add_passing(name, widget, area, title=title)
        action_id = f"panel_{name}"
        self._actions.on_toggled(action_id, lambda on: self._set_shown(name, on))
        dock.visibilityChanged.connect(
            lambda _visible: self._actions.set_checked(action_id, not dock.isHidden())
        )

    def add_passing(
        self, name: str, widget: QWidget, area: Qt.DockWidgetArea, *, title: str = ""
    ) -> QDockWidget:
        """Add a panel, hidden, that comes and goes with a mode: see `bring_in`."""
        dock = PanelDock(title or widget.accessibleName(), self._window)
        dock.setObjectName(f"dock_{name}")
        dock.setTitleBarWidget(PanelGrip(dock))
        dock.setWidget(widget)
        self._window.addDockWidget(area, dock)
        dock.hide()
        self._docks[name] = dock
        return dock

    def bring_in(self, name: str) -> None:
        """Show a passing panel alone at its side; the others there make way until it goes."""
        mine = self._docks[name]
        area = self._window.dockWidgetArea(mine)
        self._made_way = [
            dock
            for dock in self._docks.values()
            if dock is not mine
            and not dock.isHidden()
            and not dock.isFloating()
            and self._window.dockWidgetArea(dock) == area
        ]
        self._in_front = [dock for dock in self._made_way if not dock.visibleRegion().isEmpty()]
        for dock in self._made_way:
            dock.hide()
        home = self._docks["review"]
        if not home.isFloating() and self._window.dockWidgetArea(home) == area:
            # What is shown meanwhile becomes a tab beside it: below it, the window would grow.
            self._window.tabifyDockWidget(home, mine)
        self._set_shown(name, True)

    def take_away(self, name: str) -> None:
        """Hide a passing panel; what made way comes back."""
        self._docks[name].hide()
        for dock in self._made_way:
            dock.show()
        for dock in self._in_front:
            dock.raise_()
        self._made_way = self._in_front = []

    def _set_shown(self, name: str, shown: bool) -> None:
        dock = self._docks[name]
        was_wide = self._width_now(dock)
        dock.setVisible(shown)
        if shown and self._window.tabifiedDockWidgets(dock):
            dock.raise_()
        if shown and name in _WIDTHS and was_wide < _WIDTHS[name]:
            self._window.resizeDocks([dock], [_WIDTHS[name]], Qt.Orientation.Horizontal)

    def _width_now(self, dock: QDockWidget) -> int:
        """Return the width of a panel's place; a panel that never stood there knows none."""
        there = [dock, *self._window.tabifiedDockWidgets(dock)]
        return max((one.width() for one in there if not one.visibleRegion().isEmpty()), default=0)

    def show(self, name: str) -> None:
        """Show a panel, wide enough, in front of others in its place."""
        self._set_shown(name, True)
        self._docks[name].raise_()

    def __getitem__(self, name: str) -> QDockWidget:
        return self._docks[name]

    def enter_project(self) -> None:
        """Show the panels as they stood last."""
        if self._is_entered:
            return
        self._is_entered = True
        self._arrange()
        if self._kept is not None:
            self._window.restoreState(self._kept, LAYOUT_VERSION)
            if self._window.height() < self._kept_height or not self._kept_height:
                self._leave_the_video_room()

    def _leave_the_video_room(self) -> None:
        """Make what stands at the foot lower: layouts keep pixels, and the window is smaller.

        The video gets what is left over, which in a small window would be next to nothing. In a
        window of the same height the person wanted it so.
        """
        foot = Qt.DockWidgetArea.BottomDockWidgetArea
        most = round(MOST_SHARE * self._window.height())
        tall = [
            dock
            for dock in self._docks.values()
            if not dock.isHidden()
            and not dock.isFloating()
            and self._window.dockWidgetArea(dock) == foot
            and dock.height() > most
        ]
        if tall:
            height = min(TIMELINE_HEIGHT, round(TIMELINE_SHARE * self._window.height()))
            self._window.resizeDocks(tall, [height] * len(tall), Qt.Orientation.Vertical)

    def leave_project(self) -> None:
        """Hide the panels: the welcome page stands alone."""
        if self._is_entered:
            self._keep()
            self._is_entered = False
        for dock in self._docks.values():
            dock.hide()

    def show_training(self) -> None:
        """Show the training panel in front, wide enough for its curves and no wider."""
        dock = self._docks["training"]
        if not dock.isVisible():
            dock.show()
            self._window.resizeDocks([dock], [TRAINING_WIDTH], Qt.Orientation.Horizontal)
        dock.raise_()

    def reset(self) -> None:
        """Put every panel back where it was at first."""
        if self._at_first is not None:
            self._window.restoreState(self._at_first, LAYOUT_VERSION)

    def save(self, settings: QSettings) -> None:
        """Remember place and size of the window and of the panels."""
        if self._is_entered:
            self._keep()
        settings.setValue("window/geometry", self._window.saveGeometry())
        if self._kept is not None:
            settings.setValue("window/layout", self._kept)
            settings.setValue("window/layout_height", self._kept_height)

    def _keep(self) -> None:
        self._kept = self._window.saveState(LAYOUT_VERSION)
        self._kept_height = self._window.height()

    def restore(self, settings: QSettings) -> None:
        """Put the window where it was last; the panels follow with the first project."""
        geometry = settings.value("window/geometry")
        layout = settings.value("window/layout")
        if isinstance(geometry, QByteArray):
            self._window.restoreGeometry(geometry)
        if isinstance(layout, QByteArray):
            self._kept = layout
            height = str(settings.value("window/layout_height", 0))
            self._kept_height = int(height) if height.isdecimal() else 0

    def _arrange(self) -> None:
        window, docks = self._window, self._docks
        for name, dock in docks.items():
            dock.setVisible(name not in _HIDDEN_AT_FIRST)
        for name in _BEHIND_REVIEW:
            window.tabifyDockWidget(docks["review"], docks[name])
        window.splitDockWidget(docks["timeline"], docks["similarity"], Qt.Orientation.Horizontal)
        window.resizeDocks([docks["tracks"]], [TRACKS_WIDTH], Qt.Orientation.Horizontal)
        window.resizeDocks([docks["review"]], [REVIEW_WIDTH], Qt.Orientation.Horizontal)
        height = min(TIMELINE_HEIGHT, round(TIMELINE_SHARE * window.height()))
        window.resizeDocks([docks["timeline"]], [height], Qt.Orientation.Vertical)
        window.resizeDocks(
            [docks["timeline"], docks["similarity"]],
            [max(window.width() - SIDE_WIDTH, SIDE_WIDTH), SIDE_WIDTH],
            Qt.Orientation.Horizontal,
        )
        self._at_first = window.saveState(LAYOUT_VERSION)
