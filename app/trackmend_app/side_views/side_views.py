"""Opens and closes side views, and knows which one a key means."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from trackmend_app.action_set import ActionSet
from trackmend_app.canvas import VideoCanvas
from trackmend_app.elided_label import ElidedLabel
from trackmend_app.side_views.even_splitter import ViewGrid
from trackmend_app.side_views.side_presenter import SidePresenter
from trackmend_app.side_views.side_view import SideView
from trackmend_app.workbench import Workbench

MOST_VIEWS = 3
LEAST_WIDTH = 160
"""Of a view, in pixels: its frame number, a button to close it, and a picture."""


class SideViews(QObject):
    """The canvases beside the main one; `grid` holds them all."""

    def __init__(
        self,
        canvas: VideoCanvas,
        workbench: Workbench,
        actions: ActionSet,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._main_head = ElidedLabel()
        self.grid = ViewGrid(_with_head(self._main_head, canvas), least_width=LEAST_WIDTH)
        self._workbench = workbench
        self._actions = actions
        self._head_height = 0
        self._visible: Mapping[str, bool] = {"boxes": True, "confidence": False}
        self._views: list[SidePresenter] = []
        workbench.session.project_closing.connect(self.close_all)
        workbench.session.video_changed.connect(self._on_video_changed)

    @property
    def views(self) -> tuple[SidePresenter, ...]:
        """Return the open views; the one that keys mean is the last."""
        return tuple(self._views)

    @property
    def main_title(self) -> str:
        """Return what is said above the main view while there are others."""
        return self._main_head.text()

    def add(self) -> None:
        """Open a view a second before the main one, in step with it."""
        video = self._workbench.session.video
        if video is None:
            return
        if len(self._views) == MOST_VIEWS:
            text = self.tr("There is room for {count} views").format(count=MOST_VIEWS + 1)
            self._workbench.said.emit(text)
            return
        view = SideView()
        presenter = SidePresenter(
            view,
            workbench=self._workbench,
            video=video,
            offset=-max(1, round(video.frame_rate)) * (len(self._views) + 1),
            visible=self._visible,
            parent=self,
        )
        view.close_asked.connect(partial(self.close, presenter))
        view.used.connect(partial(self._use, presenter))
        view.link_asked.connect(lambda _linked: self._tell())
        self._views.append(presenter)
        self._head_height = view.head_height
        self._main_head.setFixedHeight(self._head_height)
        self.grid.add_view(view)
        self._on_video_changed()
        self._tell()

    def close(self, presenter: SidePresenter) -> None:
        """Close one view."""
        self._views.remove(presenter)
        presenter.shut_down()
        self.grid.remove_view(presenter.view)
        presenter.view.deleteLater()
        presenter.deleteLater()
        self._tell()

    def close_last(self) -> None:
        """Close the view used last."""
        if self._views:
            self.close(self._views[-1])

    def close_all(self) -> None:
        """Close every view."""
        for presenter in self.views:
            self.close(presenter)

    def step(self, frames: int) -> None:
        """Let the view used last go so many frames on, or back."""
        if self._views:
            self._views[-1].step(frames)

    def set_linked(self, linked: bool) -> None:
        """Keep the view used last in step with the main one, or let it go its own way."""
        if self._views:
            self._views[-1].set_linked(linked)
            self._tell()

    def take_main_there(self) -> None:
        """Let the main view go where the view used last is."""
        if self._views:
            self._views[-1].take_main_here()

    def set_visible(self, visible: Mapping[str, bool]) -> None:
        """Show or hide boxes and scores as in the main view."""
        self._visible = visible
        for presenter in self._views:
            presenter.set_visible(visible)

    def redraw_icons(self) -> None:
        """Draw the icons in the colours of the theme that is on."""
        for presenter in self._views:
            presenter.view.redraw_icons()

    @Slot()
    def _on_video_changed(self) -> None:
        session = self._workbench.session
        project, video = session.project, session.video
        if project is None or video is None:
            return
        title = self.tr("Main view")
        # Which of several it shows is told nowhere else.
        is_one_of_many = len(project.videos()) > 1
        self._main_head.setText(f"{title} · {video.name}" if is_one_of_many else title)
        self.grid.set_picture(
            aspect=video.width / max(1, video.height), head_height=self._head_height
        )
        for presenter in self._views:
            presenter.refresh_videos()

    def _tell(self) -> None:
        self._main_head.setVisible(bool(self._views))
        self._workbench.set_side_views(len(self._views))
        linked = bool(self._views) and self._views[-1].offset is not None
        self._actions.set_checked("link_view", linked)

    def _use(self, presenter: SidePresenter) -> None:
        self._views.remove(presenter)
        self._views.append(presenter)
        self._tell()


def _with_head(head: QLabel, canvas: VideoCanvas) -> QWidget:
    """Return the main canvas under a line as high as that of the others, hidden while alone."""
    head.setProperty("kind", "quiet")
    head.setContentsMargins(12, 0, 12, 0)
    head.hide()
    frame = QWidget()
    frame.setProperty("kind", "panel")
    frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    column = QVBoxLayout(frame)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(head)
    column.addWidget(canvas, 1)
    return frame
