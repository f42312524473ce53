"""A real window with the bundled model and the real trainer, driven as a person would."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from trackmend_app.main_window import MainWindow

PATIENCE_MS = 240_000


class Answers:
    """Stands in for the file dialogs; agrees to everything else."""

    def __init__(self) -> None:
        self.write_to: Path | None = None

    def files_to_open(self, title: str, name_filter: str) -> list[Path]:
        return []

    def folder_to_open(self, title: str) -> Path | None:
        return None

    def file_to_write(self, title: str, suggestion: Path, name_filter: str) -> Path | None:
        return self.write_to

    def confirm(self, question: str, details: str, accept: str) -> bool:
        return True

    def tell(self, message: str, details: str) -> None:
        pass

    def text(self, title: str, label: str, suggestion: str) -> str | None:
        return None


class Reviewer:
    """Somebody at the window."""

    def __init__(self, qtbot: QtBot, app: QApplication, *, size: tuple[int, int]) -> None:
        self.qtbot = qtbot
        self.app = app
        self.size = size
        self.answers = Answers()
        self.errors: list[BaseException] = []
        self.window = self.open_window()

    def open_window(self) -> MainWindow:
        window = MainWindow(self.app, questions=self.answers)
        window.faults.reported.connect(self.errors.append)
        self.qtbot.addWidget(window)
        window.resize(*self.size)
        window.show()
        self.qtbot.waitExposed(window)
        self.window = window
        return window

    @property
    def session(self):  # type: ignore[no-untyped-def]
        return self.window.workbench.session

    def wait(self, ready: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(lambda: bool(self.errors) or ready(), timeout=PATIENCE_MS)
        assert not self.errors, self.errors

    def drop(self, path: Path) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        event = QDropEvent(
            QPointF(50, 50),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        self.window.dropEvent(event)
        self.wait(lambda: self.window.canvas_presenter.shown_frame >= 0)

    def trigger(self, action_id: str) -> None:
        action = self.window.action_set[action_id]
        assert action.isEnabled(), f"{action_id} is off"
        action.trigger()

    def run_model(self) -> None:
        self.trigger("run_model")
        self.wait(lambda: not self.window.workbench.runs.runner.is_running)

    def go_to(self, frame_index: int) -> None:
        self.session.go_to(frame_index)
        self.wait(lambda: self.window.canvas_presenter.shown_frame == frame_index)

    def press(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        self.window.canvas.setFocus()
        self.qtbot.keyClick(self.window.canvas, key, modifier)

    def click_box(self, number: int, *, additive: bool = False) -> None:
        placed = next(one for one in self.window.canvas.placed_boxes if one.box.number == number)
        modifier = (
            Qt.KeyboardModifier.ControlModifier if additive else Qt.KeyboardModifier.NoModifier
        )
        self.qtbot.mouseClick(
            self.window.canvas,
            Qt.MouseButton.LeftButton,
            modifier,
            placed.label.center().toPoint(),
        )

    def numbers_here(self) -> list[int]:
        return sorted(box.number for box in self.session.boxes_at(self.session.frame_index))

    def frame_with_people(self, count: int) -> int:
        frames = range(self.session.video.frame_count)
        return next(f for f in frames if len(self.session.boxes_at(f)) >= count)

    def close(self) -> None:
        self.window.close()
