"""Asks for similarity maps off the GUI thread; the latest question wins."""

from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot

from trackmend_app.jobs.right_of_way import RightOfWay
from trackmend_app.model_shelf import DetectorShelf
from trackmend_app.similarity.answerer import Answerer, Mailbox
from trackmend_app.similarity.question import SimilarityAnswer, SimilarityQuestion, Stage
from trackmend_core.similarity import MapCache
from trackmend_core.video import FrameCache


class SimilarityWorker(QObject):
    """Answers questions about similarity, one thread, latest first.

    Signals:
        busy(Stage, frame_index): a network is being loaded, or a frame read by it.
        answered(SimilarityAnswer); failed(error).
    """

    busy = Signal(object, int)
    answered = Signal(object)
    failed = Signal(object)
    _asked = Signal()
    _close_asked = Signal()
    _prepare_asked = Signal(object, object)

    def __init__(
        self,
        shelf: DetectorShelf,
        *,
        frames: FrameCache,
        maps: MapCache,
        way: RightOfWay | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._mailbox = Mailbox()
        self._ticket = 0
        self._thread = QThread(self)
        self._answerer = Answerer(
            self._mailbox, shelf, frames=frames, maps=maps, way=way or RightOfWay()
        )
        self._answerer.moveToThread(self._thread)
        self._asked.connect(self._answerer.answer)
        self._close_asked.connect(self._answerer.close)
        self._prepare_asked.connect(self._answerer.prepare)
        self._answerer.busy.connect(self._on_busy)
        self._answerer.answered.connect(self._on_answered)
        self._answerer.failed.connect(self._on_failed)
        self._thread.finished.connect(self._answerer.close)
        self._thread.start()

    def next_ticket(self) -> int:
        """Return a number for the next question; answers to earlier ones are dropped."""
        self._ticket += 1
        return self._ticket

    def ask(self, question: SimilarityQuestion) -> None:
        """Ask; what was asked before is given up at the next frame."""
        self._mailbox.put(question)
        self._asked.emit()

    def prepare(self, model_path: Path, video: Path) -> None:
        """Load the network of the shown run now, so that the first map needs no loading."""
        self._prepare_asked.emit(model_path, video)

    def forget(self) -> None:
        """Drop what was asked."""
        self.next_ticket()
        self._mailbox.put(None)

    def close_video(self) -> None:
        """Let go of the file."""
        self.forget()
        self._close_asked.emit()

    def shut_down(self) -> None:
        """End the thread and wait for it."""
        self.forget()
        self._mailbox.close()
        self._thread.quit()
        self._thread.wait()

    @Slot(int, object, int)
    def _on_busy(self, ticket: int, stage: Stage, frame_index: int) -> None:
        if ticket == self._ticket:
            self.busy.emit(stage, frame_index)

    @Slot(object)
    def _on_answered(self, answer: SimilarityAnswer) -> None:
        if answer.ticket == self._ticket:
            self.answered.emit(answer)

    @Slot(int, object)
    def _on_failed(self, ticket: int, error: Exception) -> None:
        if ticket == self._ticket:
            self.failed.emit(error)
