"""Between the dry run and what shows it: the panel, the canvas beside, the lanes."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from trackmend_app.retracking.after_boxes import boxes_after
from trackmend_app.retracking.after_lanes import after_lanes
from trackmend_core.review.retrack_diff import TrackChange
from trackmend_core.types import TrackId

if TYPE_CHECKING:
    from trackmend_app.canvas import VideoCanvas
    from trackmend_app.main_window import MainWindow

PANEL = "retrack"


class RetrackPresenter(QObject):
    """Shows a dry run while there is one."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        panel, after = window.retracking.panel, window.retracking.after
        self._panel, self._after, self._panels = panel, after, window.panels
        self._canvas, self._timeline = window.canvas, window.timeline
        self._canvas_presenter = window.canvas_presenter
        self._workbench = window.workbench
        self._control = self._workbench.retracking
        self._list_wants_keys = False
        self._is_following = False
        control = self._control
        control.active_changed.connect(self._on_active_changed)
        control.changed.connect(self._show)
        control.progressed.connect(panel.show_progress)
        panel.threshold_moved.connect(control.set_threshold)
        panel.tried_chosen.connect(control.try_again)
        panel.go_back_asked.connect(control.go_back)
        panel.tick_all_asked.connect(lambda on: control.tick_all(on=on))
        panel.changes.ticked.connect(lambda group, on: control.tick(group, on=on))
        panel.changes.change_chosen.connect(self._on_change_chosen)
        self._canvas_presenter.frame_shown.connect(self._show_frame)
        self._canvas.view_shown.connect(self._on_view_shown)
        after.box_clicked.connect(self._on_after_clicked)
        after.view_shown.connect(self._on_after_moved)

    @Slot(bool)
    def _on_active_changed(self, on: bool) -> None:
        self._after.setVisible(on)
        settings = self._control.settings
        if on and settings is not None:
            self._panel.begin(settings)
            self._panel.show_state(self._control)
            self._panels.bring_in(PANEL)
            self._list_wants_keys = True
            self._canvas.setFocus()  # what had the keys may just have been hidden
        else:
            self._panels.take_away(PANEL)
            self._after.set_frame(None, 0)
            self._timeline.set_after(())
            self._canvas.setFocus()
        self._show()

    @Slot()
    def _show(self) -> None:
        if not self._control.is_active:
            return
        self._panel.show_state(self._control)
        self._hand_keys_to_list()
        replay = self._control.replay
        self._timeline.set_after(
            after_lanes(
                replay.outcome, groups=self._control.ticked, number_of=self._control.number_of
            )
            if replay is not None
            else ()
        )
        self._show_frame(self._canvas_presenter.shown_frame)

    def _hand_keys_to_list(self) -> None:
        """Let the list of changes have the keyboard, once, when there are any to go through."""
        if self._list_wants_keys and self._control.changes:
            self._list_wants_keys = False
            focused = QApplication.focusWidget()
            if focused is None or not self._panel.isAncestorOf(focused):
                self._panel.changes.setFocus()  # who moves a slider by key goes on with that

    @Slot(int)
    def _show_frame(self, frame_index: int) -> None:
        if not self._control.is_active or frame_index < 0:
            return
        image = self._canvas_presenter.shown_image
        boxes = self._workbench.session.boxes_at(frame_index)
        self._is_following = True  # the first picture is fitted, which is nobody's wish
        self._after.set_frame(image, frame_index)
        self._is_following = False
        self._let_look_alike(self._after, self._canvas)
        replay = self._control.replay
        if replay is None:
            self._after.set_boxes(boxes)
            self._after.set_selection(())
            self._after.set_notice(self.tr("After · tracking again…"))
            return
        shown = boxes_after(
            boxes,
            replay.outcome,
            replay.found_in.get(frame_index, ()),
            frame_index=frame_index,
            group_of=self._control.group_of,
            groups=self._control.ticked,
            number_of=self._control.number_of,
        )
        self._after.set_boxes(shown.boxes)
        self._after.set_selection(shown.changed)
        same = not shown.changed and len(shown.boxes) == len(boxes)
        self._after.set_notice(
            self.tr("After · no change in this frame") if same else self.tr("After")
        )

    @Slot()
    def _on_view_shown(self) -> None:
        self._let_look_alike(self._after, self._canvas)

    @Slot()
    def _on_after_moved(self) -> None:
        self._let_look_alike(self._canvas, self._after)

    def _let_look_alike(self, follower: "VideoCanvas", leader: "VideoCanvas") -> None:
        """Let one canvas follow the other, which is not to follow it in turn."""
        if self._control.is_active and not self._is_following:
            self._is_following = True
            follower.look_like(leader)
            self._is_following = False

    @Slot(int, int, bool)
    def _on_after_clicked(self, _box_id: int, track_id: int, _additive: bool) -> None:
        if track_id > 0:
            self._workbench.session.select_tracks((TrackId(track_id),))

    @Slot(object)
    def _on_change_chosen(self, change: TrackChange) -> None:
        """Go where a track first differs, and select it."""
        if change.frames is not None:
            self._workbench.travel.to(change.frames[0])
        if change.target > 0:
            self._workbench.session.select_tracks((TrackId(change.target),))
