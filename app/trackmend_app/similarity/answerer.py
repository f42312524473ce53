"""Computes similarity maps in the worker's thread; maps that were made are remembered."""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from trackmend_app.jobs.right_of_way import RightOfWay, Urgency
from trackmend_app.model_shelf import DetectorShelf, ReadyDetector
from trackmend_app.similarity.colour_map import LONGEST_SIDE_PX
from trackmend_app.similarity.question import (
    Reading,
    SimilarityAnswer,
    SimilarityQuestion,
    Stage,
)
from trackmend_core.errors import UserError
from trackmend_core.similarity import (
    EmbeddingMap,
    MapCache,
    SamplerName,
    fits_map,
    learnt_part,
    map_sampler,
    similarity_map,
    similarity_overlay_source,
)
from trackmend_core.types import FloatArray, ImageArray
from trackmend_core.video import CachedVideo, FrameCache, VideoSource, open_video

MOST_OTHER_MODELS: Final = 2


class _OutdatedError(Exception):
    """What was being answered is not asked any more."""


class Mailbox:
    """Holds the newest question until the worker takes it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._question: SimilarityQuestion | None = None
        self._put = self._taken = 0
        self._closed = threading.Event()

    def put(self, question: SimilarityQuestion | None) -> None:
        """Replace whatever waits."""
        with self._lock:
            self._question = question
            self._put += 1

    def take(self) -> SimilarityQuestion | None:
        """Return what waits and forget it."""
        with self._lock:
            question, self._question = self._question, None
            self._taken = self._put
            return question

    def close(self) -> None:
        """Say that nobody waits for anything any more."""
        self._closed.set()

    @property
    def is_closed(self) -> bool:
        """Tell whether the worker is about to end."""
        return self._closed.is_set()

    @property
    def has_news(self) -> bool:
        """Tell whether another question, or none, was put since the last one was taken."""
        with self._lock:
            return self._put != self._taken


class Detectors:
    """The detector of the shown run from the window's shelf, and a few to compare it with."""

    def __init__(self, shelf: DetectorShelf) -> None:
        self._shelf = shelf
        self._others: OrderedDict[Path, DetectorShelf] = OrderedDict()

    def holds(self, path: Path, *, run_model_path: Path) -> bool:
        """Tell whether the detector of a model file is loaded."""
        shelf = self._shelf if path == run_model_path else self._others.get(path)
        return shelf is not None and shelf.holds(path)

    def prepare(self, path: Path, *, video: Path, is_wanted: Callable[[], bool]) -> None:
        """Load the detector of the shown run; what takes long asks now and then if it is wanted."""
        self._shelf.prepare(path, video=video, is_wanted=is_wanted)

    def get(self, path: Path, *, run_model_path: Path, video: Path) -> ReadyDetector:
        """Return the detector of a model file for a video, loading it if need be.

        Raises:
            UserError: the file is missing, no model, or does not fit.
        """
        if path == run_model_path:
            return self._shelf.get(path, video=video)
        shelf = self._others.get(path) or self._shelf.another()
        self._others[path] = shelf
        self._others.move_to_end(path)
        while len(self._others) > MOST_OTHER_MODELS:
            self._others.popitem(last=False)
        return shelf.get(path, video=video)


class Answerer(QObject):
    """Lives in the worker's thread.

    Signals:
        busy(ticket, Stage, frame_index): a network is being loaded, or a frame read by it.
        answered(SimilarityAnswer); failed(ticket, error).
    """

    busy = Signal(int, object, int)
    answered = Signal(object)
    failed = Signal(int, object)

    def __init__(
        self,
        mailbox: Mailbox,
        shelf: DetectorShelf,
        *,
        frames: FrameCache,
        maps: MapCache,
        way: RightOfWay,
    ) -> None:
        super().__init__()
        self._way = way
        self._mailbox = mailbox
        self._detectors = Detectors(shelf)
        self._frames = frames
        self._maps = maps
        self._video: tuple[Path, VideoSource] | None = None
        self._learnt: dict[Path, SamplerName] = {}

    @Slot()
    def answer(self) -> None:
        """Answer what waits; a newer question ends it, also while a frame is being decoded."""
        question = self._mailbox.take()
        if question is None:
            return
        try:
            self._answer(question)
        except _OutdatedError:
            return
        except Exception as error:
            self.failed.emit(question.ticket, error)

    def _answer(self, question: SimilarityQuestion) -> None:
        queries: dict[int, FloatArray] = {}
        if question.query is not None:
            queries[0] = question.query
        for frame_index in question.frames:
            for side, reading in enumerate(question.readings):
                if self._mailbox.has_news:
                    return
                self._answer_one(question, frame_index, side, reading, queries)

    def _answer_one(
        self,
        question: SimilarityQuestion,
        frame_index: int,
        side: int,
        reading: Reading,
        queries: dict[int, FloatArray],
    ) -> None:
        sampler = self._sampler_of(question, reading)
        if self._mailbox.has_news:
            return  # the network took long to load, and the person has gone on
        embedding_map = self._map_of(question, reading, frame_index, sampler)
        length = len(embedding_map.features)
        if side not in queries or not fits_map(len(queries[side]), length):
            queries[side] = self._read_query(question, reading, sampler)
        query = learnt_part(queries[side], length)
        cosine = similarity_map(query, embedding_map)
        self.answered.emit(
            SimilarityAnswer(
                ticket=question.ticket,
                side=side,
                frame_index=frame_index,
                similarity=similarity_overlay_source(
                    cosine, embedding_map, longest_px=LONGEST_SIDE_PX
                ),
                image_bgr=self._frame(question, frame_index),
                query=query,
            )
        )

    @Slot(object, object)
    def prepare(self, model_path: Path, video: Path) -> None:
        """Load the network of the shown run before anybody asks; who asks is told of errors."""
        with contextlib.suppress(UserError):
            self._detectors.prepare(model_path, video=video, is_wanted=self._is_wanted)

    def _is_wanted(self) -> bool:
        return not self._mailbox.is_closed

    def _ready(self, question: SimilarityQuestion, reading: Reading) -> ReadyDetector:
        path, run_path = reading.model_path, question.run_model_path
        if not self._detectors.holds(path, run_model_path=run_path):
            self.busy.emit(question.ticket, Stage.LOADING, question.frames[0])
        return self._detectors.get(
            reading.model_path,
            run_model_path=question.run_model_path,
            video=question.video_path,
        )

    def _sampler_of(self, question: SimilarityQuestion, reading: Reading) -> SamplerName:
        """Return the sampler that is asked for, else the one that the model learnt with."""
        if reading.sampler is not None:
            return reading.sampler
        path = reading.model_path
        if path not in self._learnt:
            name = self._ready(question, reading).facts.metadata.get("sampler", SamplerName.CENTRE)
            self._learnt[path] = SamplerName.parse(name)
        return self._learnt[path]

    def _read_query(
        self, question: SimilarityQuestion, reading: Reading, sampler: SamplerName
    ) -> FloatArray:
        box = np.asarray(question.query_box_xyxy)
        if sampler is SamplerName.TWO_STAGE:
            return self._map_of(question, reading, question.query_frame, sampler).at_box(box)
        own = self._map_of(question, reading, question.query_frame, SamplerName.CENTRE)
        read: FloatArray = own.read(box, map_sampler(sampler))[0]
        return read

    def _map_of(
        self,
        question: SimilarityQuestion,
        reading: Reading,
        frame_index: int,
        sampler: SamplerName,
    ) -> EmbeddingMap:
        """Return the dense map of a frame as a sampler reads it, made if it is not kept."""
        frame = (reading.model_path, question.video_path, frame_index)
        if sampler in (SamplerName.CENTRE, SamplerName.BILINEAR):
            # At the middle of a cell both read the cell itself.
            return self._maps.get_or_make(
                frame, lambda: self._dense(question, reading, frame_index)
            )
        x1, y1, x2, y2 = question.query_box_xyxy
        box_wh = (max(x2 - x1, 1.0), max(y2 - y1, 1.0))
        key = (*frame, sampler, tuple(round(side) for side in box_wh))
        if sampler is SamplerName.TWO_STAGE:
            return self._maps.get_or_make(
                key, lambda: self._two_stage(question, reading, frame_index, box_wh=box_wh)
            )
        plain = self._map_of(question, reading, frame_index, SamplerName.CENTRE)
        return self._maps.get_or_make(
            key, lambda: plain.resampled(map_sampler(sampler), box_wh=box_wh)
        )

    def _dense(
        self, question: SimilarityQuestion, reading: Reading, frame_index: int
    ) -> EmbeddingMap:
        ready = self._ready(question, reading)
        self.busy.emit(question.ticket, Stage.READING, frame_index)
        image = self._frame(question, frame_index)
        return ready.detector.detect_with_map(image)[1]

    def _two_stage(
        self,
        question: SimilarityQuestion,
        reading: Reading,
        frame_index: int,
        *,
        box_wh: tuple[float, float],
    ) -> EmbeddingMap:
        ready = self._ready(question, reading)
        self.busy.emit(question.ticket, Stage.READING, frame_index)
        image = self._frame(question, frame_index)
        return ready.detector.two_stage_map(image, box_wh=box_wh)

    def _frame(self, question: SimilarityQuestion, frame_index: int) -> ImageArray:
        """Return a frame, after those that are on the screen and those of people's pictures.

        Raises:
            _OutdatedError: something else is asked by now.
        """
        self._way.wait(Urgency.MAPS)  # the frame on the screen is most often the very one
        image = self._video_of(question).read_unless(frame_index, self._gives_up)
        if image is None:
            raise _OutdatedError
        return image

    def _gives_up(self) -> bool:
        self._way.wait(Urgency.MAPS)
        return self._mailbox.has_news or self._mailbox.is_closed

    def _video_of(self, question: SimilarityQuestion) -> VideoSource:
        if self._video is None or self._video[0] != question.video_path:
            self.close()
            source = CachedVideo(open_video(question.video_path), self._frames)
            self._video = (question.video_path, source)
        return self._video[1]

    @Slot()
    def close(self) -> None:
        """Let go of the file."""
        if self._video is not None:
            self._video[1].close()
            self._video = None
