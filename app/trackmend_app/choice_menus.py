"""The lists that change: model and tracking of the next run, which run and video are shown."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from trackmend_app.choice_titles import PRESET_TITLES
from trackmend_app.engine_choice import ENGINES
from trackmend_app.model_shelf import choices
from trackmend_app.wording import say
from trackmend_app.workbench import Workbench
from trackmend_core.project import RunRecord, RunStatus


class ChoiceMenus(QObject):
    """Four submenus, filled each time they open."""

    def __init__(self, workbench: Workbench, parent: QWidget) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._window = parent
        self.models = self._menu(self.tr("Model of the next run"), self._fill_models)
        self.engines = self._menu(self.tr("How it runs"), self._fill_engines)
        self.presets = self._menu(self.tr("Tracking of the next run"), self._fill_presets)
        self.runs = self._menu(self.tr("Shown run"), self._fill_runs)
        self.videos = self._menu(self.tr("Shown video"), self._fill_videos)

    def _menu(self, title: str, fill: Callable[[], None]) -> QMenu:
        menu = QMenu(title, self._window)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(fill)
        return menu

    @Slot()
    def _fill_models(self) -> None:
        runs = self._workbench.runs
        self._fill(
            self.models,
            [
                (choice.name, choice.path == runs.choice.path, partial(runs.choose, choice))
                for choice in choices(self._workbench.session.project)
            ],
        )

    @Slot()
    def _fill_presets(self) -> None:
        runs = self._workbench.runs
        self._fill(
            self.presets,
            [
                (say(title), preset is runs.preset, partial(runs.choose_preset, preset))
                for preset, title in PRESET_TITLES.items()
            ],
        )

    @Slot()
    def _fill_engines(self) -> None:
        runs = self._workbench.runs
        self._fill(
            self.engines,
            [
                (say(title), engine == runs.engine, partial(runs.choose_engine, engine, title))
                for title, engine in ENGINES.items()
            ],
        )

    @Slot()
    def _fill_runs(self) -> None:
        session = self._workbench.session
        shown = session.run.run_id if session.run is not None else None
        found = (
            session.project.runs(session.video.video_id)
            if session.project is not None and session.video is not None
            else []
        )
        self._fill(
            self.runs,
            [
                (run_text(run), run.run_id == shown, partial(session.show_run, run.run_id))
                for run in reversed(found)
            ],
        )

    @Slot()
    def _fill_videos(self) -> None:
        session = self._workbench.session
        shown = session.video.video_id if session.video is not None else None
        found = session.project.videos() if session.project is not None else []
        self._fill(
            self.videos,
            [
                (
                    video.name,
                    video.video_id == shown,
                    partial(session.show_video, video.video_id),
                )
                for video in found
            ],
        )

    def _fill(self, menu: QMenu, entries: list[tuple[str, bool, Callable[[], None]]]) -> None:
        menu.clear()
        group = QActionGroup(menu)
        for text, checked, choose in entries:
            action = menu.addAction(text.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(checked)
            group.addAction(action)
            action.triggered.connect(lambda _checked, choose=choose: choose())
        if not entries:
            menu.addAction(self.tr("None yet")).setEnabled(False)


def run_text(run: RunRecord) -> str:
    """Return a run as people tell them apart: when, with what, how far."""
    when = datetime.fromtimestamp(run.created_at)
    state = "" if run.status is RunStatus.FINISHED else " · " + _unfinished(run)
    return f"{when:%d %b %H:%M} · {run.description}{state}"


def _unfinished(run: RunRecord) -> str:
    words = {
        RunStatus.CANCELLED: say("cancelled at {frame}"),
        RunStatus.FAILED: say("failed at {frame}"),
    }
    return words.get(run.status, say("not finished, at {frame}")).format(frame=run.next_frame)
