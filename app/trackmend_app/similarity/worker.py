"""Computes similarity maps off the GUI thread; the latest question wins, maps are remembered."""

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QThread, Signal, Slot

from trackmend_app.model_shelf import DetectorShelf
from trackmend_core.similarity import (
    EmbeddingMap,
    MapCache,
    SamplerName,
    map_sampler,
    similarity_map,
    similarity_overlay_source,
)
from trackmend_core.types import FloatArray, ImageArray
from trackmend_core.video import CachedVideo, FrameCache, VideoSource, open_video


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SimilarityQuestion:
    """Asks where a box's appearance occurs in some frames.

    Attributes:
        query: (D,) float32 of the box as stored; None if it has none, or another model's.
        query_frame: where the box is.
        query_box_xyxy: read from the features of `query_frame` when there is no `query`.
        frames: answered in this order.
        sampler: how embeddings are read; None as the model learnt it.
    """

    ticket: int
    model_path: Path
    video_path: Path
    query: FloatArray | None
    query_frame: int
    query_box_xyxy: tuple[float, float, float, float]
    frames: tuple[int, ...]
    sampler: SamplerName | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SimilarityAnswer:
    """One frame of the answer.

    Attributes:
        similarity: (H, W) float32 cosine, source pixels.
        image_bgr: the frame itself.
    """

    ticket: int
    frame_index: int
    similarity: FloatArray
    image_bgr: ImageArray


class _Mailbox:
    """Holds the newest question until the worker takes it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._question: SimilarityQuestion | None = None

    def put(self, question: SimilarityQuestion | None) -> None:
        with self._lock:
            self._question = question

    def take(self) -> SimilarityQuestion | None:
        with self._lock:
            question, self._question = self._question, None
            return question

    @property
    def has_news(self) -> bool:
        with self._lock:
            return self._question is not None


class _Answerer(QObject):
    """Lives in the worker's thread.

    Signals: answered(SimilarityAnswer); failed(ticket, error).
    """

    answered = Signal(object)
    failed = Signal(int, object)

    def __init__(
        self,
        mailbox: _Mailbox,
        shelf: DetectorShelf,
        *,
        frames: FrameCache,
        maps: MapCache,
    ) -> None:
        super().__init__()
        self._mailbox = mailbox
        self._shelf = shelf
        self._frames = frames
        self._maps = maps
        self._video: tuple[Path, VideoSource] | None = None
        self._learnt: dict[Path, SamplerName] = {}

    @Slot()
    def answer(self) -> None:
        question = self._mailbox.take()
        if question is None:
            return
        try:
            self._answer(question)
        except Exception as error:
            self.failed.emit(question.ticket, error)

    def _answer(self, question: SimilarityQuestion) -> None:
        sampler = self._sampler_of(question)
        query = question.query
        if query is None:
            query = self._read_query(question, sampler)
        for frame_index in question.frames:
            if self._mailbox.has_news:
                return
            embedding_map = self._map_of(question, frame_index, sampler)
            if len(query) != len(embedding_map.features):
                query = self._read_query(question, sampler)
            cosine = similarity_map(query, embedding_map)
            self.answered.emit(
                SimilarityAnswer(
                    ticket=question.ticket,
                    frame_index=frame_index,
                    similarity=similarity_overlay_source(cosine, embedding_map),
                    image_bgr=self._video_of(question).read(frame_index),
                )
            )

    def _sampler_of(self, question: SimilarityQuestion) -> SamplerName:
        """Return the sampler that is asked for, else the one that the model learnt with."""
        if question.sampler is not None:
            return question.sampler
        if question.model_path not in self._learnt:
            facts = self._shelf.get(question.model_path).facts
            name = facts.metadata.get("sampler", SamplerName.CENTRE)
            self._learnt[question.model_path] = SamplerName.parse(name)
        return self._learnt[question.model_path]

    def _read_query(self, question: SimilarityQuestion, sampler: SamplerName) -> FloatArray:
        box = np.asarray(question.query_box_xyxy)
        if sampler is SamplerName.TWO_STAGE:
            return self._map_of(question, question.query_frame, sampler).at_box(box)
        own = self._map_of(question, question.query_frame, SamplerName.CENTRE)
        read: FloatArray = own.read(box, map_sampler(sampler))[0]
        return read

    def _map_of(
        self, question: SimilarityQuestion, frame_index: int, sampler: SamplerName
    ) -> EmbeddingMap:
        """Return the dense map of a frame as a sampler reads it, made if it is not kept."""
        frame = (question.model_path, question.video_path, frame_index)
        if sampler in (SamplerName.CENTRE, SamplerName.BILINEAR):
            # At the middle of a cell both read the cell itself.
            return self._maps.get_or_make(frame, lambda: self._dense(question, frame_index))
        x1, y1, x2, y2 = question.query_box_xyxy
        box_wh = (max(x2 - x1, 1.0), max(y2 - y1, 1.0))
        key = (*frame, sampler, tuple(round(side) for side in box_wh))
        if sampler is SamplerName.TWO_STAGE:
            return self._maps.get_or_make(
                key, lambda: self._two_stage(question, frame_index, box_wh=box_wh)
            )
        plain = self._map_of(question, frame_index, SamplerName.CENTRE)
        return self._maps.get_or_make(
            key, lambda: plain.resampled(map_sampler(sampler), box_wh=box_wh)
        )

    def _dense(self, question: SimilarityQuestion, frame_index: int) -> EmbeddingMap:
        image = self._video_of(question).read(frame_index)
        return self._shelf.get(question.model_path).detector.detect_with_map(image)[1]

    def _two_stage(
        self, question: SimilarityQuestion, frame_index: int, *, box_wh: tuple[float, float]
    ) -> EmbeddingMap:
        image = self._video_of(question).read(frame_index)
        return self._shelf.get(question.model_path).detector.two_stage_map(image, box_wh=box_wh)

    def _video_of(self, question: SimilarityQuestion) -> VideoSource:
        if self._video is None or self._video[0] != question.video_path:
            self.close()
            source = CachedVideo(open_video(question.video_path), self._frames)
            self._video = (question.video_path, source)
        return self._video[1]

    @Slot()
    def close(self) -> None:
        if self._video is not None:
            self._video[1].close()
            self._video = None


class SimilarityWorker(QObject):
    """Answers questions about similarity, one thread, latest first.

    Signals: answered(SimilarityAnswer); failed(error).
    """

    answered = Signal(object)
    failed = Signal(object)
    _asked = Signal()
    _close_asked = Signal()

    def __init__(
        self,
        shelf: DetectorShelf,
        *,
        frames: FrameCache,
        maps: MapCache,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._mailbox = _Mailbox()
        self._ticket = 0
        self._thread = QThread(self)
        self._answerer = _Answerer(self._mailbox, shelf, frames=frames, maps=maps)
        self._answerer.moveToThread(self._thread)
        self._asked.connect(self._answerer.answer)
        self._close_asked.connect(self._answerer.close)
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
        self._thread.quit()
        self._thread.wait()

    @Slot(object)
    def _on_answered(self, answer: SimilarityAnswer) -> None:
        if answer.ticket == self._ticket:
            self.answered.emit(answer)

    @Slot(int, object)
    def _on_failed(self, ticket: int, error: Exception) -> None:
        if ticket == self._ticket:
            self.failed.emit(error)
