"""Shows where the selected box's appearance occurs: asks the worker, hands answers to the views."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from trackmend_app.model_shelf import DetectorShelf, bundled_model
from trackmend_app.session import Session
from trackmend_app.similarity.panel import MAP_OFFSETS
from trackmend_app.similarity.worker import (
    SimilarityAnswer,
    SimilarityQuestion,
    SimilarityWorker,
)
from trackmend_core.project import BoxRecord
from trackmend_core.similarity import SamplerName
from trackmend_core.types import FloatArray, RunId

SETTLE_MS = 200


class SimilarityControl(QObject):
    """Keeps the similarity map in step with the selected box and the current frame.

    The query stays the box that was selected first, so that one can step away from it and watch
    where the person goes; selecting another track, or none, ends that. The panel is kept up as
    well, a moment after things have come to rest and while nothing else needs the processor.

    Signals:
        map_changed(similarity or None, frame_index): for the overlay.
        neighbour_found(SimilarityAnswer): for the panel; the current frame is among them.
        query_changed(number or None): which id is looked for.
        sampler_changed(SamplerName or None): how embeddings are read from now on.
        said(sentence): what is missing or under way.
        failed(error).
    """

    map_changed = Signal(object, int)
    neighbour_found = Signal(object)
    query_changed = Signal(object)
    sampler_changed = Signal(object)
    said = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        session: Session,
        worker: SimilarityWorker,
        *,
        shelf: DetectorShelf,
        is_busy: Callable[[], bool],
        video_path: Callable[[], Path | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._worker = worker
        self._shelf = shelf
        self._is_busy = is_busy
        self._video_path = video_path
        self._shown = False
        self._panel_shown = False
        self._query: BoxRecord | None = None
        self._sampler: SamplerName | None = None
        self._answer: SimilarityAnswer | None = None
        self._is_loading = False
        self._run_id: RunId | None = None
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._on_settled)
        session.frame_changed.connect(self.look)
        session.selection_changed.connect(self.look)
        session.run_changed.connect(self._on_run_changed)
        worker.answered.connect(self._on_answered)
        worker.failed.connect(self._on_failed)

    @property
    def is_shown(self) -> bool:
        """Return whether the map lies over the video."""
        return self._shown

    def set_shown(self, shown: bool) -> None:
        """Lay the map over the video or take it away."""
        if shown == self._shown:
            return
        self._shown = shown
        if not shown:
            self.map_changed.emit(None, self._session.frame_index)
        elif not self._session.selection.track_ids:
            self.said.emit("Similarity: select a box to see where else it looks like that")
        self.look()

    def set_panel_shown(self, shown: bool) -> None:
        """Say whether the panel of neighbouring frames is visible: hidden, it costs nothing."""
        self._panel_shown = shown
        self.look()

    @property
    def query(self) -> BoxRecord | None:
        """Return the box whose appearance is looked for."""
        return self._query

    @property
    def sampler(self) -> SamplerName | None:
        """Return how embeddings are read; None as the model learnt it."""
        return self._sampler

    def set_sampler(self, sampler: SamplerName | None) -> None:
        """Read embeddings in another way, the query's as well; None as the model learnt it."""
        if sampler != self._sampler:
            self._sampler, self._answer = sampler, None
            self.sampler_changed.emit(sampler)
            self.look()

    def _is_wanted(self) -> bool:
        """Tell whether anybody looks; for the panel alone nothing else is slowed down."""
        if self._shown:
            return True
        return self._panel_shown and not self._is_busy()

    @Slot()
    def look(self) -> None:
        """Bring the question in step with selection and frame, and ask it."""
        if not self._session.selection.track_ids:
            self._set_query(None)
        elif self._shown:
            self._ask()
        elif self._is_wanted():
            self._settled.start()

    @Slot()
    def _on_settled(self) -> None:
        if self._session.selection.track_ids and self._is_wanted():
            self._ask()

    def _take_query(self) -> None:
        wanted = self._session.selection.track_ids[-1]
        if self._query is not None and self._query.track_id == wanted:
            return
        boxes = self._session.boxes_at(self._session.frame_index)
        found = next((box for box in boxes if box.track_id == wanted and box.box_id >= 0), None)
        if found is not None:
            self._set_query(found)

    def _set_query(self, query: BoxRecord | None) -> None:
        if query is self._query:
            return
        self._query, self._answer = query, None
        self.query_changed.emit(query.number if query is not None else None)
        if query is None:
            self._worker.forget()
            self.map_changed.emit(None, self._session.frame_index)

    @Slot()
    def _on_run_changed(self) -> None:
        run_id = self._session.run.run_id if self._session.run is not None else None
        if run_id != self._run_id:
            self._run_id = run_id
            self._set_query(None)

    def _ask(self) -> None:
        self._take_query()
        path, video = self._video_path(), self._session.video
        if self._query is None or path is None or video is None:
            return
        model_path = self._model_path()
        if not self._shelf.holds(model_path):
            self._is_loading = True
            self.said.emit("Similarity: loading the model; the map comes in a moment…")
        now = self._session.frame_index
        frames = [now]
        if self._panel_shown:
            around = (now + offset for offset in MAP_OFFSETS if offset)
            frames += [index for index in around if 0 <= index < video.frame_count]
        self._worker.ask(
            SimilarityQuestion(
                ticket=self._worker.next_ticket(),
                model_path=model_path,
                video_path=path,
                query=self._stored_embedding(self._query) if self._sampler is None else None,
                query_frame=self._query.frame_index,
                query_box_xyxy=self._query.box_xyxy,
                frames=tuple(frames),
                sampler=self._sampler,
            )
        )

    def _stored_embedding(self, box: BoxRecord) -> FloatArray | None:
        if box.detection_id is None:
            return None
        embedding = self._session.required_project().embedding(box.detection_id)
        return embedding if np.linalg.norm(embedding) > 0 else None

    def _model_path(self) -> Path:
        """Return the model of the shown run, so that query and map speak the same language."""
        run = self._session.run
        if run is not None and run.model_id is not None:
            for model in self._session.required_project().models():
                if model.model_id == run.model_id:
                    return model.path
        return bundled_model().path

    @Slot(object)
    def _on_answered(self, answer: SimilarityAnswer) -> None:
        if self._is_loading and self._query is not None:
            self._is_loading = False
            self.said.emit(f"Similarity to {self._query.number}: the brighter, the more alike")
        if answer.frame_index == self._session.frame_index:
            self._answer = answer
        if self._shown and answer.frame_index == self._session.frame_index:
            self.map_changed.emit(answer.similarity, answer.frame_index)
        self.neighbour_found.emit(answer)

    @Slot(int)
    def show_again(self, frame_index: int) -> None:
        """Lay the map over a frame that has come to the canvas after its map was found."""
        if self._shown and self._answer is not None and self._answer.frame_index == frame_index:
            self.map_changed.emit(self._answer.similarity, frame_index)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.set_shown(False)
        self.set_sampler(None)  # what cannot be read in this way would fail again at every look
        self.failed.emit(error)
