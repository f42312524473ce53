"""The window: assembles the views around one workbench; it holds no logic of its own."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QLocale, QPoint, QSettings, Qt, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from trackmend_app.action_set import ActionSet
from trackmend_app.actions import ACTIONS
from trackmend_app.assign_list import AssignList
from trackmend_app.canvas import VideoCanvas
from trackmend_app.canvas_presenter import CanvasPresenter
from trackmend_app.carrying.carry_presenter import CarryPresenter
from trackmend_app.choice_menus import ChoiceMenus
from trackmend_app.dialogs.questions import DialogQuestions, Questions
from trackmend_app.dropped_files import has_files, leave_drops_to, take_files
from trackmend_app.errands import Errands
from trackmend_app.faults import FaultReporter
from trackmend_app.filmstrip import FilmPanel
from trackmend_app.filmstrip.film_presenter import FilmPresenter
from trackmend_app.focus_return import FocusReturn
from trackmend_app.help.tour import Tour
from trackmend_app.history import HistoryPanel
from trackmend_app.history.history_presenter import HistoryPresenter
from trackmend_app.keys.key_map import keys_file, load_choice, resolved
from trackmend_app.lane_details import LaneDetailsLoader
from trackmend_app.lane_menus import LaneMenus
from trackmend_app.model_shelf import DetectorShelf
from trackmend_app.models.models_presenter import ModelsPresenter
from trackmend_app.page_stack import PageStack
from trackmend_app.panels import Panels
from trackmend_app.recent import recent_projects, remember_project
from trackmend_app.refusal_note import RefusalNote
from trackmend_app.refused_keys import RefusedKeys
from trackmend_app.retracking.presenter import RetrackPresenter
from trackmend_app.retracking.views import RetrackViews
from trackmend_app.review.check_control import QueueCheckControl
from trackmend_app.review.review_panel import ReviewPanel
from trackmend_app.review.review_presenter import ReviewPresenter
from trackmend_app.run_strip import RunStrip
from trackmend_app.settings.control import SettingsControl
from trackmend_app.settings.effects import SettingsEffects
from trackmend_app.side_views import SideViews
from trackmend_app.situation import Mode
from trackmend_app.status_line import StatusLine
from trackmend_app.status_presenter import StatusPresenter
from trackmend_app.tab_walk import walk
from trackmend_app.theme import DARK, LIGHT, apply_theme, current_theme
from trackmend_app.timeline import TimelineView
from trackmend_app.timeline.lane_order import LaneOrder, LaneSort
from trackmend_app.tool_bar import ToolBar
from trackmend_app.tracks import TrackTable
from trackmend_app.tracks_presenter import TracksPresenter
from trackmend_app.training.panel import TrainingPanel
from trackmend_app.training.presenter import TrainingPresenter
from trackmend_app.typing_guard import TypingGuard, takes_text
from trackmend_app.welcome import WelcomePage
from trackmend_app.why.room import WhyRoom
from trackmend_app.window_actions import connect_actions
from trackmend_app.window_dialogs import WindowDialogs
from trackmend_app.window_menus import WindowMenus
from trackmend_app.wording import say_composed
from trackmend_app.wording.catalogue import language_for
from trackmend_app.workbench import Workbench

FIRST_SIZE = (1600, 1000)


class MainWindow(QMainWindow):
    """One window, one project."""

    def __init__(
        self,
        app: QApplication,
        *,
        questions: Questions | None = None,
        shelf: DetectorShelf | None = None,
    ) -> None:
        super().__init__()
        self.app = app
        self._settings = QSettings()
        self.settings = SettingsControl(self)
        self.language = language_for(
            self.settings.now.text("language.code"), system=QLocale.system().name()
        )
        apply_theme(app, LIGHT if self.settings.now["appearance.theme"] == "light" else DARK)
        self.faults = FaultReporter(self)
        self.workbench = Workbench(
            questions=questions or DialogQuestions(self), shelf=shelf, parent=self
        )
        self.errands = Errands(self, self.workbench)
        self.queue_check = QueueCheckControl(self, self.workbench.session)
        self.action_set = ActionSet(self)
        self.action_set.set_keys(resolved(ACTIONS, load_choice(keys_file())))
        self._make_views()
        self._place_views()
        self._make_presenters()
        self._make_menus()
        self.dialogs = WindowDialogs(self)
        connect_actions(self)
        self._connect()
        self._show_checked_at_first()
        leave_drops_to(self)
        SettingsEffects(self, self.settings)
        TypingGuard(app, self)
        FocusReturn(app, self)
        refused = RefusedKeys(self, self.action_set, situation=self.workbench.situation)
        refused.refused.connect(self.status_line.notice)
        self.resize(*FIRST_SIZE)
        self.panels.restore(self._settings)
        self._on_project_changed()

    def _make_views(self) -> None:
        self.canvas = VideoCanvas()
        self.side_views = SideViews(self.canvas, self.workbench, self.action_set, parent=self)
        self.timeline = TimelineView()
        self.track_table = TrackTable()
        self.why = WhyRoom(self)
        self.training_panel = TrainingPanel(self.action_set)
        self.history_panel = HistoryPanel()
        self.film_panel = FilmPanel()
        self.review_panel = ReviewPanel(self.action_set)
        self.retracking = RetrackViews(self.action_set)
        self.run_strip = RunStrip(self.action_set)
        self.welcome = WelcomePage(self.action_set)
        self.tool_bar = ToolBar(self.action_set)
        self.status_line = StatusLine()
        self.assign_list = AssignList(self.canvas)
        self.refusal_note = RefusalNote(self.canvas)

    def _place_views(self) -> None:
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self._video_page = QWidget()
        column = QVBoxLayout(self._video_page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.retracking.beside(self.side_views.grid), 1)
        column.addWidget(self.run_strip)
        self.tour = Tour(
            self.workbench, self.action_set, open_sample=self.errands.open_sample, parent=self
        )
        column.addWidget(self.tour.card)
        self._pages = PageStack()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self._video_page)
        self.setCentralWidget(self._pages)
        self.addToolBar(self.tool_bar)
        self.setStatusBar(self.status_line)
        self.panels = Panels(self, self.action_set)
        area = Qt.DockWidgetArea
        self.panels.add("tracks", self.tr("Tracks"), self.track_table, area.LeftDockWidgetArea)
        self.panels.add("timeline", self.tr("Timeline"), self.timeline, area.BottomDockWidgetArea)
        self.why.add_to(self.panels)
        self.panels.add("review", self.tr("Review"), self.review_panel, area.RightDockWidgetArea)
        self.panels.add("film", self.tr("Film"), self.film_panel, area.RightDockWidgetArea)
        self.panels.add("history", self.tr("History"), self.history_panel, area.RightDockWidgetArea)
        self.panels.add_passing("retrack", self.retracking.panel, area.RightDockWidgetArea)
        self.panels.add(
            "training", self.tr("Training"), self.training_panel, area.RightDockWidgetArea
        )

    def _make_presenters(self) -> None:
        bench = self.workbench
        self.canvas_presenter = CanvasPresenter(
            self.canvas,
            session=bench.session,
            corrections=bench.corrections,
            loader=bench.loader,
            parent=self,
        )
        self.tracks_presenter = TracksPresenter(
            table=self.track_table,
            timeline=self.timeline,
            session=bench.session,
            corrections=bench.corrections,
            repairs=bench.repairs,
            verification=bench.verification,
            parent=self,
        )
        self.lane_details = LaneDetailsLoader(self.timeline, bench.session, parent=self)
        self.why.present(self)
        self.training_presenter = TrainingPresenter(
            self.training_panel, workbench=bench, panels=self.panels, parent=self
        )
        self.history_presenter = HistoryPresenter(
            self.history_panel,
            session=bench.session,
            repairs=bench.repairs,
            travel=bench.travel,
            review=bench.review,
            verification=bench.verification,
            parent=self,
        )
        self.film_presenter = FilmPresenter(self.film_panel, workbench=bench, parent=self)
        self.review_presenter = ReviewPresenter(
            self.review_panel,
            workbench=bench,
            panels=self.panels,
            canvas=self.canvas,
            canvas_presenter=self.canvas_presenter,
            timeline=self.timeline,
            tracks_presenter=self.tracks_presenter,
            parent=self,
        )
        self.models_presenter = ModelsPresenter(self, workbench=bench, errands=self.errands)
        self.carry_presenter = CarryPresenter(self, workbench=bench)
        self.retrack_presenter = RetrackPresenter(self)
        self.status_presenter = StatusPresenter(
            self,
            workbench=bench,
            actions=self.action_set,
            status_line=self.status_line,
            tool_bar=self.tool_bar,
            run_strip=self.run_strip,
            canvas=self.canvas,
        )

    def _make_menus(self) -> None:
        self.choice_menus = ChoiceMenus(self.workbench, self)
        self.menus = WindowMenus(self, self.action_set, self.choice_menus)
        self.tool_bar.run_button.setMenu(self.choice_menus.models)
        LaneMenus(self)

    def _connect(self) -> None:
        bench = self.workbench
        bench.failed.connect(self.faults.report)
        bench.refused.connect(self.faults.refuse)
        self.faults.refused.connect(self.refusal_note.tell)
        self.faults.reported.connect(self.status_line.end_notice)
        bench.session.committed.connect(self.refusal_note.hide)
        bench.session.selection_changed.connect(self.refusal_note.hide)
        self.settings.failed.connect(self.faults.report)
        self.errands.failed.connect(self.faults.report)
        self.queue_check.failed.connect(self.faults.report)
        self.errands.said.connect(self.status_line.notice)
        bench.opener.opened.connect(self._on_project_opened)
        bench.session.project_changed.connect(self._on_project_changed)
        self.tool_bar.speed_chosen.connect(bench.playback.set_speed)
        for presenter in (self.canvas_presenter, self.tracks_presenter):
            presenter.said.connect(self.status_line.notice)
        self.canvas_presenter.frame_shown.connect(bench.playback.note_shown)
        self.canvas_presenter.visibility_changed.connect(self.side_views.set_visible)
        follow = partial(self.action_set.set_checked, "follow_track")
        self.canvas_presenter.following_changed.connect(follow)
        self.tracks_presenter.order_changed.connect(self._on_lanes_ordered)
        self.track_table.track_found.connect(self.canvas.setFocus)
        self.canvas.context_menu_requested.connect(self._on_context_menu_requested)
        for runner in (bench.opener.runner, self.errands.runner):
            self.welcome.attend(runner)
        self.welcome.recent_chosen.connect(lambda path: bench.opener.open_paths([path]))
        self.panels["film"].visibilityChanged.connect(self.film_presenter.set_shown)
        self.panels["history"].visibilityChanged.connect(self.history_presenter.set_shown)
        self.assign_list.attend(self, bench)

    def _show_checked_at_first(self) -> None:
        for action_id in ("show_boxes", "show_trails", "show_barcode", "show_similarity"):
            self.action_set.set_checked(action_id, action_id != "show_similarity")
        self._on_lanes_ordered(self.tracks_presenter.order)

    def find_track(self) -> None:
        """Put the cursor into the filter of the track list."""
        self.panels["tracks"].show()
        self.track_table.focus_filter()

    def leave(self) -> None:
        """Leave the text field, the mode, the range or the selection; the video gets the keys."""
        if takes_text(self.app.focusWidget()):
            self.track_table.filter_box.clear()
            self.canvas.setFocus()
            return
        self.workbench.playback.stop()
        if self.why.leave():
            return
        if self.workbench.corrections.mode is Mode.REVIEW and self.workbench.review.current:
            self.workbench.review.put_down()
        else:
            self.workbench.corrections.leave()
        self.canvas.setFocus()

    def zoom(self, how: str) -> None:
        """Zoom the view that has the keyboard: "zoom_in", "zoom_out" or "fit"."""
        view = self.timeline if self.timeline.hasFocus() else self.canvas
        getattr(view, how)()

    def set_light_theme(self, light: bool) -> None:
        """Choose the light or the dark theme."""
        self.settings.change({"appearance.theme": "light" if light else "dark"})

    def dress(self, *, light: bool) -> None:
        """Show the light or the dark theme."""
        theme = LIGHT if light else DARK
        if current_theme() is not theme:
            apply_theme(self.app, theme)
            self.tool_bar.redraw_icons()
            self.side_views.redraw_icons()
        self.action_set.set_checked("light_theme", light)

    def set_full_screen(self, full: bool) -> None:
        """Fill the screen, or go back."""
        self.setWindowState(
            self.windowState() | Qt.WindowState.WindowFullScreen
            if full
            else self.windowState() & ~Qt.WindowState.WindowFullScreen
        )

    @Slot(object)
    def _on_project_opened(self, path: Path) -> None:
        remember_project(self._settings, path)
        project = self.workbench.session.project
        if project is not None and project.damage is not None:
            self.faults.report(project.damage)
        if project is not None and project.notices:
            self.status_line.notice(" · ".join(map(say_composed, project.notices)))

    @Slot()
    def _on_project_changed(self) -> None:
        project = self.workbench.session.project
        has_project = project is not None
        self.menus.show_project(project.path if project is not None else None)
        if not has_project:
            self.panels.leave_project()  # first: with the welcome page they would need more height
        self._pages.setCurrentWidget(self._video_page if has_project else self.welcome)
        if has_project:
            self.panels.enter_project()
            self.canvas.setFocus()
        else:
            self.welcome.show_recent(recent_projects(self._settings))
            self.welcome.take_keys()

    @Slot(object)
    def _on_lanes_ordered(self, order: LaneOrder) -> None:
        for by in LaneSort:
            self.action_set.set_checked(f"lanes_by_{by}", order.sort is by)

    @Slot(int, QPoint)
    def _on_context_menu_requested(self, box_id: int, position: QPoint) -> None:
        self.canvas_presenter.choose_for_menu(box_id)
        if self.workbench.session.selection.track_ids:
            self.menus.popup_at_box(position)
        else:
            self.menus.popup_at_place(position)

    def focusNextPrevChild(self, on: bool) -> bool:  # noqa: N802 - Qt's name
        """Pass over panels that stand behind others."""
        return walk(super().focusNextPrevChild, on)

    def createPopupMenu(self) -> QMenu:  # noqa: N802 - Qt's name
        """Offer the panels; Qt's own list names those that come and go with a mode as well."""
        return self.menus.panels_menu(self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome files."""
        if has_files(event.mimeData()):
            event.acceptProposedAction()
            self.canvas.set_drop_highlight(True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Take the welcome back."""
        self.canvas.set_drop_highlight(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the videos and projects that were dropped, and import the models."""
        self.canvas.set_drop_highlight(False)
        event.acceptProposedAction()
        take_files(event.mimeData(), errands=self.errands, opener=self.workbench.opener)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End jobs after asking, then every thread; the project is saved already."""
        if not self.workbench.may_leave_project():
            event.ignore()
            return
        self.panels.save(self._settings)
        self.hide()
        self.errands.runner.stop_and_wait()
        self.queue_check.runner.stop_and_wait()
        self.models_presenter.runner.stop_and_wait()
        self.carry_presenter.runner.stop_and_wait()
        self.why.stop()
        self.tour.shut_down()
        self.workbench.shut_down()
        self.faults.uninstall()
        event.accept()
