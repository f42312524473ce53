"""Shows where the selected box's appearance occurs: asks the worker, hands answers to the views."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from trackmend_app.model_shelf import bundled_model
from trackmend_app.session import Session
from trackmend_app.similarity.panel import MAP_OFFSETS
from trackmend_app.similarity.worker import (
    SimilarityAnswer,
    SimilarityQuestion,
    SimilarityWorker,
)
from trackmend_core.project import BoxRecord
from trackmend_core.types import FloatArray, RunId


class SimilarityControl(QObject):
    """Keeps the similarity map in step with the selected box and the current frame.

    The query stays that of the box which was selected first, so that one can step away from it and
    watch where the person goes; selecting another box makes that one the query.

    Signals:
        map_changed(similarity or None, frame_index): for the overlay.
        neighbour_found(SimilarityAnswer): for the panel; the current frame is among them.
        query_changed(number or None): which id is looked for.
        said(sentence): what is missing or under way.
        failed(error).
    """

    map_changed = Signal(object, int)
    neighbour_found = Signal(object)
    query_changed = Signal(object)
    said = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        session: Session,
        worker: SimilarityWorker,
        *,
        video_path: Callable[[], Path | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._worker = worker
        self._video_path = video_path
        self._shown = False
        self._panel_shown = False
        self._query: BoxRecord | None = None
        self._answer: SimilarityAnswer | None = None
        self._run_id: RunId | None = None
        session.frame_changed.connect(self._on_frame_changed)
        session.selection_changed.connect(self._on_selection_changed)
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
            self._worker.forget()
            self.map_changed.emit(None, self._session.frame_index)
            return
        self._take_query()
        if self._query is None:
            self.said.emit("Similarity: select a box to see where else it looks like that")
        self._ask()

    def set_panel_shown(self, shown: bool) -> None:
        """Say whether the panel of neighbouring frames is visible: hidden, it costs nothing."""
        self._panel_shown = shown
        self._ask()

    @property
    def query(self) -> BoxRecord | None:
        """Return the box whose appearance is looked for."""
        return self._query

    def _take_query(self) -> None:
        selection = self._session.selection
        boxes = self._session.boxes_at(self._session.frame_index)
        wanted = selection.track_ids[-1:]
        found = next(
            (box for box in boxes if box.box_id == selection.box_id or (box.track_id,) == wanted),
            None,
        )
        same_track = found and self._query and found.track_id == self._query.track_id
        if found is not None and not same_track:
            self._query = found
            self.query_changed.emit(found.number)

    @Slot()
    def _on_selection_changed(self) -> None:
        if self._shown:
            self._take_query()
            self._ask()

    @Slot()
    def _on_run_changed(self) -> None:
        run_id = self._session.run.run_id if self._session.run is not None else None
        if run_id == self._run_id:
            return
        self._run_id = run_id
        if self._query is not None:
            self._query = None
            self.query_changed.emit(None)
            self.map_changed.emit(None, self._session.frame_index)
            self._worker.forget()

    @Slot(int)
    def _on_frame_changed(self, _frame_index: int) -> None:
        if self._shown:
            self._ask()

    def _ask(self) -> None:
        path = self._video_path()
        video = self._session.video
        if not self._shown or self._query is None or path is None or video is None:
            return
        now = self._session.frame_index
        frames = [now]
        if self._panel_shown:
            around = (now + offset for offset in MAP_OFFSETS if offset)
            frames += [index for index in around if 0 <= index < video.frame_count]
        self._worker.ask(
            SimilarityQuestion(
                ticket=self._worker.next_ticket(),
                model_path=self._model_path(),
                video_path=path,
                query=self._stored_embedding(self._query),
                query_frame=self._query.frame_index,
                query_box_xyxy=self._query.box_xyxy,
                frames=tuple(frames),
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
        if not self._shown:
            return
        if answer.frame_index == self._session.frame_index:
            self._answer = answer
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
        self.failed.emit(error)
