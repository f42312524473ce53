"""A window with a drawn video, a fake model and answered questions, for tests of behaviour."""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from trackmend_app.main_window import MainWindow
from trackmend_app.model_shelf import DetectorShelf, ModelFacts, ReadyDetector
from trackmend_core.geometry import Letterbox
from trackmend_core.similarity import EmbeddingMap
from trackmend_core.synthetic import GroundTruth
from trackmend_core.types import FloatArray, FrameDetections, ImageArray
from trackmend_core.video import open_video

TIMEOUT_MS = 60_000
"""Long, for slow and busy machines: a test that fails pays for it, one that passes does not."""
EMBEDDING_DIM = 16


def picture_key(image: ImageArray) -> str:
    return hashlib.sha1(np.ascontiguousarray(image).tobytes()).hexdigest()


@cache
def frames_by_picture(video: Path) -> Mapping[str, int]:
    """Read once which frame each picture of a video is."""
    with open_video(video) as source:
        return {picture_key(source.read(index)): index for index in range(source.frame_count)}


def embeddings_of(identities: Sequence[int]) -> FloatArray:
    """One random unit vector per identity, the same every time."""
    rows = [np.random.default_rng(int(one)).normal(size=EMBEDDING_DIM) for one in identities]
    return np.array([row / np.linalg.norm(row) for row in rows], np.float32).reshape(
        -1, EMBEDDING_DIM
    )


class TruthDetector:
    """Knows the truth of one video by heart; slow, broken or at a standstill on demand."""

    description = "Fake · truth"

    def __init__(self, video: Path, truth: GroundTruth) -> None:
        self.delay_s = 0.0
        self.breaks_at: int | None = None
        self.finds_nothing = False
        self.seen: list[int] = []
        self._held_at: int | None = None
        self._may_go_on = threading.Event()
        self._truth = truth
        self._frame_of = frames_by_picture(video)

    def hold_at(self, frame_index: int) -> None:
        """Go on if it stands still, and stand still at a frame: a test has time meanwhile."""
        before, self._may_go_on = self._may_go_on, threading.Event()
        self._held_at = frame_index
        before.set()

    @property
    def is_held(self) -> bool:
        """Tell whether the frame has come, and nothing goes on until `let_go`."""
        return not self._may_go_on.is_set() and self.seen[-1:] == [self._held_at]

    def let_go(self) -> None:
        """Go on from where it stands still, and stand still no more."""
        self._held_at = None
        self._may_go_on.set()

    def detect(self, image_bgr: ImageArray) -> FrameDetections:
        time.sleep(self.delay_s)
        frame_index = self._frame_of[picture_key(image_bgr)]
        self.seen.append(frame_index)
        if frame_index == self._held_at:
            self._may_go_on.wait(TIMEOUT_MS / 1000)
        if frame_index == self.breaks_at:
            raise RuntimeError("the model broke")
        rows = np.flatnonzero(self._truth.frame_indices == frame_index)
        if self.finds_nothing:
            rows = rows[:0]
        return FrameDetections(
            self._truth.boxes_xyxy[rows],
            np.full(len(rows), 0.9),
            embeddings_of(self._truth.identities[rows].tolist()),
        )

    def detect_with_map(self, image_bgr: ImageArray) -> tuple[FrameDetections, EmbeddingMap]:
        detections = self.detect(image_bgr)
        height, width = image_bgr.shape[:2]
        letterbox = Letterbox.fit(source_wh=(width, height), input_wh=(width, height))
        features = np.zeros((EMBEDDING_DIM, height // 4, width // 4), np.float32)
        features[0] = 1.0
        for box, vector in zip(detections.boxes_xyxy, detections.embeddings, strict=True):
            x1, y1, x2, y2 = (max(0, int(value / 4)) for value in box)
            features[:, y1 : y2 + 1, x1 : x2 + 1] = vector[:, None, None]
        return detections, EmbeddingMap(features, letterbox)

    def detect_and_read(
        self, image_bgr: ImageArray, boxes_xyxy: ArrayLike
    ) -> tuple[FrameDetections, FloatArray]:
        detections, dense = self.detect_with_map(image_bgr)
        return detections, dense.at_boxes(boxes_xyxy)


@dataclass
class Answers:
    """Answers to the window's questions, and what was asked."""

    files: list[Path] = field(default_factory=list)
    folder: Path | None = None
    write_to: Path | None = None
    agrees: bool = True
    says: str | None = None
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def files_to_open(self, title: str, name_filter: str) -> list[Path]:
        self.asked.append(title)
        return self.files

    def folder_to_open(self, title: str) -> Path | None:
        self.asked.append(title)
        return self.folder

    def file_to_write(self, title: str, suggestion: Path, name_filter: str) -> Path | None:
        self.asked.append(title)
        return self.write_to

    def confirm(self, question: str, details: str, accept: str) -> bool:
        self.asked.append(f"{question} {details} [{accept}]")
        return self.agrees

    def tell(self, message: str, details: str) -> None:
        self.told.append(f"{message} {details}")

    def text(self, title: str, label: str, suggestion: str) -> str | None:
        self.asked.append(title)
        return self.says


class Stage:
    """One window on one video, driven as a person would."""

    def __init__(
        self, qtbot: QtBot, app: QApplication, *, video: Path, detector: TruthDetector
    ) -> None:
        self.qtbot = qtbot
        self.app = app
        self.video = video
        self.detector = detector
        self.answers = Answers()
        self.errors: list[BaseException] = []
        self.notices: list[str] = []
        self.window = self.open_window()

    def open_window(self) -> MainWindow:
        facts = ModelFacts(name="Fake", arch="fake", metadata={})
        ready = ReadyDetector(detector=self.detector, facts=facts)
        window = MainWindow(
            self.app, questions=self.answers, shelf=DetectorShelf(lambda *_, **__: ready)
        )
        window.faults.reported.connect(self.errors.append)
        window.workbench.said.connect(self.notices.append)
        window.errands.said.connect(self.notices.append)
        self.qtbot.addWidget(window)
        window.resize(1280, 800)
        window.show()
        self.qtbot.waitExposed(window, timeout=TIMEOUT_MS)
        self.window = window
        return window

    @property
    def bench(self):  # type: ignore[no-untyped-def]
        return self.window.workbench

    @property
    def session(self):  # type: ignore[no-untyped-def]
        return self.window.workbench.session

    def wait(self, ready: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(ready, timeout=TIMEOUT_MS)

    def rest(self, milliseconds: int) -> None:
        """Let the window lay itself out: so long, and ten turns of its events on a slow machine."""
        for _ in range(10):
            self.qtbot.wait(milliseconds // 10)

    def drop(self, *paths: Path, on: QWidget | None = None) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        place, action = QPointF(50, 50), Qt.DropAction.CopyAction
        button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        target = on or self.window
        enter = QDragEnterEvent(place.toPoint(), action, mime, button, keys)
        assert QApplication.sendEvent(target, enter) and enter.isAccepted()
        QApplication.sendEvent(target, QDropEvent(place, action, mime, button, keys))

    def open_video(self) -> None:
        self.drop(self.video)
        self.wait(lambda: self.window.canvas_presenter.shown_frame >= 0)

    def trigger(self, action_id: str) -> None:
        action = self.window.action_set[action_id]
        assert action.isEnabled(), f"{action_id} is off"
        action.trigger()

    def run_model(self) -> None:
        self.trigger("run_model")
        self.wait(lambda: not self.bench.runs.runner.is_running)
        assert not self.errors, self.errors

    def press(
        self,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        self.window.canvas.setFocus()
        self.qtbot.keyClick(self.window.canvas, key, modifier)

    def go_to(self, frame_index: int) -> None:
        self.session.go_to(frame_index)
        self.wait(lambda: self.window.canvas_presenter.shown_frame == frame_index)

    def numbers_here(self) -> list[int]:
        return sorted(box.number for box in self.session.boxes_at(self.session.frame_index))

    def click_box(self, number: int, *, additive: bool = False) -> None:
        """Click into the middle of a box on the canvas."""
        canvas = self.window.canvas
        self.wait(lambda: not canvas.stands_in)
        placed = next(one for one in canvas.placed_boxes if one.box.number == number)
        modifier = (
            Qt.KeyboardModifier.ControlModifier if additive else Qt.KeyboardModifier.NoModifier
        )
        label: QPoint = placed.label.center().toPoint()
        self.qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, modifier, label)

    def close(self) -> None:
        self.window.close()
