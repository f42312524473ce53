"""Walk through the window and draw every room of it: `python tour.py PROJECT FOLDER`.

A process of its own for each scale (QT_SCALE_FACTOR), because Qt takes its scale only once. Each
picture is called THEME-ROOM.png.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from trackmend_app.application import prepare_application
from trackmend_app.main_window import MainWindow
from trackmend_app.training.report import FigureChange, Histogram, Report, ReportedEvent
from trackmend_app.training.report_dialog import WhatChangedDialog
from trackmend_core.video import open_video

SIZE, SMALL = (1600, 1000), (1280, 720)
DIALOGS = {
    "commands": "find_command",
    "keys": "key_sheet",
    "key-editor": "edit_keys",
    "settings": "settings",
    "models": "models",
    "about": "about",
    "describe": "describe_track",
    "finetune": "finetune",
    "help": "help_swapped",
    "report": "report_problem",
}
SLOW_DIALOGS = ("refine", "check", "changed", "carry-over")
"""They come when some work is done."""
PANELS = ("tracks", "timeline", "review", "similarity", "film", "history", "training")


class Silence:
    """Answers no question: nothing is asked on the tour."""

    def __getattr__(self, _name: str) -> Callable[..., object]:
        return lambda *_args: None


class Tour:
    """Somebody who looks into every room, once in each theme."""

    def __init__(self, app: QApplication, project: Path, folder: Path) -> None:
        self.app, self.project, self.folder = app, project, folder
        self.theme = "dark"
        self.faults: list[BaseException] = []
        self.window = MainWindow(app, questions=Silence())
        self.window.faults.reported.connect(self.faults.append)
        self.window.resize(*SIZE)
        self.window.show()

    def settle(self, milliseconds: int = 250) -> None:
        end = time.monotonic() + milliseconds / 1000
        while time.monotonic() < end:
            self.app.processEvents()
            self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            time.sleep(0.005)

    def wait(self, ready: Callable[[], bool], *, patience_s: float = 120) -> None:
        end = time.monotonic() + patience_s
        while not ready():
            assert time.monotonic() < end, "the window is not ready"
            self.settle(20)

    def keep(self, widget: QWidget, room: str) -> None:
        assert widget.grab().save(str(self.folder / f"{self.theme}-{room}.png"))

    def do(self, action_id: str) -> None:
        action = self.window.action_set[action_id]
        assert action.isEnabled(), action_id
        action.trigger()
        self.settle()

    def go_to(self, frame_index: int) -> None:
        self.window.workbench.session.go_to(frame_index)
        self.wait(lambda: self.window.canvas_presenter.shown_frame == frame_index)
        self.settle()

    def _wait_for_similarity(self) -> None:
        """Wait until the maps around the frame have come."""
        found: list[object] = []
        changed = self.window.workbench.similarity.neighbour_found
        listening = changed.connect(found.append)
        end = time.monotonic() + 60
        while len(found) < 4 and time.monotonic() < end:
            self.settle(100)
        changed.disconnect(listening)
        self.settle(500)

    def in_both_themes(self, room: str, widget: QWidget) -> None:
        for theme in ("dark", "light"):
            self.wear(theme)
            self.keep(widget, room)

    def wear(self, theme: str) -> None:
        if theme != self.theme:
            self.window.set_light_theme(theme == "light")
            self.theme = theme
            self.settle(350)

    def walk(self) -> None:
        window = self.window
        session = window.workbench.session
        self.settle(400)
        self.in_both_themes("welcome", window)
        window.workbench.opener.open_paths([self.project])
        self.wait(lambda: window.canvas_presenter.shown_frame >= 0 and bool(session.tracks()))
        self.wait(lambda: window.workbench.review.events_left is not None)
        self.go_to(session.video.frame_count // 2)
        self.in_both_themes("nothing-selected", window)
        here = session.boxes_at(session.frame_index)
        session.select_tracks([here[0].track_id])
        self._wait_for_similarity()
        self.in_both_themes("window", window)
        self._see_panels([box.track_id for box in here])
        self._see_reasons()
        self._see_moments_of_work([box.track_id for box in here])
        self._see_dialogs()
        self._see_views()
        self._see_dialogs_after_work()
        assert not self.faults, self.faults

    def _see_panels(self, here: list[int]) -> None:
        window = self.window
        self.do("keyframe")
        self.do("next_suspicion")
        self._wait_for_similarity()
        self.in_both_themes("reviewing", window)
        window.workbench.session.select_tracks(here[:1])
        for name in PANELS:
            window.panels.show(name)
            self.settle(900)
            self.in_both_themes(f"panel-{name}", window.panels[name].widget())
        window.panels.show("film")
        window.workbench.session.select_tracks(here[:2])
        self.settle(1500)
        self.in_both_themes("panel-compare", window.panels["film"].widget())
        window.panels.reset()
        self.settle(500)

    def _see_reasons(self) -> None:
        """Look at why it matched, at who looks alike, and at a dry run of the association."""
        window = self.window
        self.do("why_matched")
        self.wait(lambda: window.why.why_panel.matrix.content is not None)
        window.why.why_panel.matrix.point_at(0, 0)
        self.settle(1200)
        self.in_both_themes("panel-why", window.panels["why"].widget())
        self.do("who_alike")
        self.wait(lambda: window.why.alike_panel.matrix.content is not None)
        self.settle(1200)
        self.in_both_themes("panel-alike", window.panels["alike"].widget())
        window.panels.reset()
        window.canvas.setFocus()
        self.do("retrack")
        retracking = window.workbench.retracking
        self.wait(lambda: not retracking.runner.is_running and bool(retracking.text))
        self.settle(800)
        self.in_both_themes("retracking", window)
        retracking.leave()
        self.settle()

    def _see_moments_of_work(self, here: list[int]) -> None:
        """Look at what comes and goes: the list that Ctrl shows, a refusal, a small window."""
        window = self.window
        window.workbench.session.select_tracks(here[:1])
        window.canvas.setFocus()
        press = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_Control, Qt.KeyboardModifier.ControlModifier
        )
        QApplication.sendEvent(window.windowHandle(), press)
        self.wait(window.assign_list.isVisible)
        self.settle(800)
        self.in_both_themes("canvas-assigning", window.canvas)
        window.assign_list.put_away()
        window.workbench.corrections.move_box(window.workbench.session.selection.box_id, (9,) * 4)
        self.settle()
        self.in_both_themes("canvas-refused", window.canvas)
        assert [str(fault) for fault in self.faults] == [window.refusal_note.text]
        self.faults.clear()
        window.refusal_note.hide()
        window.resize(*SMALL)
        self.settle(600)
        self.in_both_themes("small-window", window)
        window.resize(*SIZE)
        self.settle(600)

    def _see_dialogs(self) -> None:
        for room, action_id in DIALOGS.items():
            self.window.canvas.setFocus()
            self.do(action_id)
            self._see_dialog(room)

    def _see_dialog(self, room: str) -> None:
        (dialog,) = self._open_dialogs()
        self.settle(300)
        self.in_both_themes(f"dialog-{room}", dialog)
        dialog.reject()
        self.settle(100)

    def _open_dialogs(self) -> list[QDialog]:
        return [
            widget
            for widget in self.app.topLevelWidgets()
            if isinstance(widget, QDialog) and widget.isVisible()
        ]

    def _see_dialogs_after_work(self) -> None:
        """Look at what is told of a refinement, the queue, a finetuning and a second run."""
        window = self.window
        self.do("refine")
        self.wait(lambda: bool(self._open_dialogs()))
        self._see_dialog("refine")
        self.do("check_queue")
        self.wait(lambda: not window.queue_check.runner.is_running)
        self._see_dialog("check")
        self._draw_what_changed()
        self._see_dialog("changed")
        session = window.workbench.session
        session.select_tracks([session.tracks()[0].track_id])
        self.do("delete_box")
        self.do("run_model")
        self.wait(lambda: not window.workbench.runs.runner.is_running)
        self.wait(lambda: bool(self._open_dialogs()))
        self._see_dialog("carry-over")

    def _draw_what_changed(self) -> None:
        """Open the report of a finetuning that nobody waits for: figures made up, people real."""
        session = self.window.workbench.session
        crops = []
        with open_video(session.required_project().locate_video(session.video.video_id)) as video:
            for frame_index, when in ((10, "before"), (40, "after")):
                x1, y1, x2, y2 = (
                    max(0, round(v)) for v in session.boxes_at(frame_index)[0].box_xyxy
                )
                crops.append(self.folder.parent / f"event_{when}.png")
                cv2.imwrite(str(crops[-1]), video.read(frame_index)[y1:y2, x1:x2])
        hills = np.linspace(-1, 1, 41)
        same, others = (np.exp(-(((hills[:-1] - at) / 0.2) ** 2)) * 400 for at in (0.8, 0.2))
        likeness = Histogram(
            edges=tuple(hills.tolist()),
            same=tuple(same.astype(int).tolist()),
            different=tuple(others.astype(int).tolist()),
            auc=0.97,
        )
        report = Report(
            verdict="better",
            reason="IDF1 rose by 0.062, and one switch less is made.",
            frames=(30, 59),
            is_seen=False,
            figures=(
                FigureChange(name="IDF1", before=0.81, after=0.872, low=0.02, high=0.11),
                FigureChange(name="HOTA", before=0.66, after=0.69, low=0.0, high=0.05),
                FigureChange(name="Switches", before=3, after=2, low=-2, high=0),
            ),
            events=(
                ReportedEvent(kind="fixed", frame_index=41, number=2, crops=tuple(crops)),
                ReportedEvent(kind="unchanged", frame_index=50, number=4, crops=tuple(crops[:1])),
            ),
            before=likeness,
            after=likeness,
        )
        WhatChangedDialog(self.window, name="street-2", report=report).open()

    def _see_views(self) -> None:
        self.do("add_view")
        view = self.window.side_views.views[-1]
        self.wait(lambda: view.shown_frame == view.frame_index)
        self.in_both_themes("two-views", self.window)
        self.do("close_view")
        self.do("show_confidence")
        self.in_both_themes("canvas-confidence", self.window.canvas)
        self.do("show_confidence")

    def end(self) -> None:
        self.window.close()


def main() -> int:
    project, folder = map(Path, sys.argv[1:3])
    app = QApplication(sys.argv[:1])
    prepare_application()
    tour = Tour(app, project, folder)
    try:
        tour.walk()
    finally:
        tour.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
