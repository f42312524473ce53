"""Shows where an appearance occurs: asks the worker, hands answers to the views."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from trackmend_app.model_shelf import DetectorShelf, bundled_model
from trackmend_app.session import Session
from trackmend_app.similarity.panel import MAP_OFFSETS
from trackmend_app.similarity.query import SimilarityQuery
from trackmend_app.similarity.question import (
    Reading,
    SimilarityAnswer,
    SimilarityQuestion,
    Stage,
)
from trackmend_app.similarity.worker import SimilarityWorker
from trackmend_core.project import BoxRecord, Changes
from trackmend_core.similarity import SamplerName
from trackmend_core.types import FloatArray, RunId, TrackId

SETTLE_MS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingChoice:
    """How embeddings are made, as a person chose it.

    Attributes:
        model_path: whose features; None for the model of the shown run.
        sampler: where they are read; None as the model learnt it.
    """

    model_path: Path | None = None
    sampler: SamplerName | None = None


class SimilarityControl(QObject):
    """Keeps the similarity maps in step with what is looked for and with the current frame.

    What is looked for stays the box that was selected first, so that one can step away from it
    and watch where the person goes; selecting another track, or none, ends that. A place under
    the pointer goes before the selected box, and stays looked for when it is pinned. The panel is
    kept up as well, a moment after things have come to rest and while nothing else needs the
    processor.

    Signals:
        map_changed(similarity or None, frame_index): for the overlay; of side A.
        neighbour_found(SimilarityAnswer): for the panel; the current frame is among them.
        query_changed(SimilarityQuery or None): what is looked for.
        readings_changed(): embeddings are made in other ways from now on.
        busy(Stage, frame_index): a network is being loaded, or a frame read by it.
        said(sentence): what is missing or under way.
        failed(error).
    """

    map_changed = Signal(object, int)
    neighbour_found = Signal(object)
    query_changed = Signal(object)
    readings_changed = Signal()
    busy = Signal(object, int)
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
        self._query: SimilarityQuery | None = None
        self._pinned = False
        self._chosen_when_placed: tuple[TrackId, ...] = ()
        self._readings: tuple[ReadingChoice, ...] = (ReadingChoice(),)
        self._offsets: tuple[int, ...] = MAP_OFFSETS
        self._answer: SimilarityAnswer | None = None
        self._is_loading = False
        self._run_id: RunId | None = None
        self._prepared: RunId | None = None
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._on_settled)
        session.frame_changed.connect(self.look)
        session.selection_changed.connect(self.look)
        session.run_changed.connect(self._on_run_changed)
        session.edited.connect(self._on_edited)
        worker.busy.connect(self.busy)
        worker.answered.connect(self._on_answered)
        worker.failed.connect(self._on_failed)

    @property
    def is_shown(self) -> bool:
        """Return whether the map lies over the video."""
        return self._shown

    @property
    def is_about_to_ask(self) -> bool:
        """Tell whether it only waits for things to come to rest."""
        return self._settled.isActive()

    @property
    def query(self) -> SimilarityQuery | None:
        """Return what is looked for."""
        return self._query

    @property
    def is_pinned(self) -> bool:
        """Return whether a place stays looked for when the pointer moves on."""
        return self._pinned

    @property
    def readings(self) -> tuple[ReadingChoice, ...]:
        """Return side A and, while two are compared, side B."""
        return self._readings

    @property
    def sampler(self) -> SamplerName | None:
        """Return how embeddings of side A are read; None as the model learnt it."""
        return self._readings[0].sampler

    def set_shown(self, shown: bool) -> None:
        """Lay the map over the video or take it away."""
        if shown == self._shown:
            return
        self._shown = shown
        if not shown:
            self.map_changed.emit(None, self._session.frame_index)
        elif not self._session.selection.track_ids and self._query is None:
            self.said.emit(
                self.tr(
                    "Similarity: select a box, or move the pointer with ‹hold_similarity› held, "
                    "to see where"
                )
                + self.tr(" else it looks like that")
            )
        self.look()

    def set_panel_shown(self, shown: bool) -> None:
        """Say whether the panel of neighbouring frames is visible: hidden, it costs nothing."""
        self._panel_shown = shown
        self.look()
        self.prepare()

    def prepare(self) -> None:
        """Load the network while nobody waits: the panel shows maps of whatever is selected next.

        Once for a run, and not while something else needs the processor.
        """
        run, path = self._session.run, self._video_path()
        if run is None or path is None or run.run_id == self._prepared:
            return
        if self._panel_shown and not self._is_busy():
            self._prepared = run.run_id
            model_path = self.run_model_path()
            if not self._shelf.holds(model_path):
                self._worker.prepare(model_path, path)

    @Slot(object)
    def set_offsets(self, offsets: Sequence[int]) -> None:
        """Say which frames around the current one the panel shows."""
        self._offsets = tuple(offsets)
        self.look()

    def set_sampler(self, sampler: SamplerName | None) -> None:
        """Read embeddings of side A in another way; None as the model learnt it."""
        self.set_readings((replace(self._readings[0], sampler=sampler), *self._readings[1:]))

    def set_readings(self, readings: Sequence[ReadingChoice]) -> None:
        """Make embeddings in one way, or in two to compare them."""
        if tuple(readings) != self._readings:
            self._readings, self._answer = tuple(readings), None
            self.readings_changed.emit()
            self.look()

    def look_from(self, x: float, y: float, *, pin: bool = False) -> None:
        """Look for what is at a place of the current frame, source pixels.

        Args:
            x: of the place.
            y: of the place.
            pin: keep it when the pointer moves on; without it, a pinned place stays as it is.
        """
        video = self._session.video
        if video is None or (self._pinned and not pin):
            return
        frame_index = self._session.frame_index
        query = SimilarityQuery.at_place(
            (x, y),
            frame_index=frame_index,
            boxes=self._session.boxes_at(frame_index),
            frame_wh=(video.width, video.height),
        )
        self._pinned = pin
        self._chosen_when_placed = self._session.selection.track_ids
        self._set_query(query)
        if self._is_wanted():
            self._ask()

    def leave_place(self, *, pinned_too: bool = True) -> None:
        """Go back from a place to the selected box, or to nothing."""
        if self._query is None or not self._query.is_place or (self._pinned and not pinned_too):
            return
        self._pinned = False
        self._set_query(None)
        self.look()

    def _is_wanted(self) -> bool:
        """Tell whether anybody looks; for the panel alone nothing else is slowed down."""
        if self._shown:
            return True
        return self._panel_shown and not self._is_busy()

    @Slot()
    def look(self) -> None:
        """Bring the question in step with selection and frame, and ask it."""
        chosen = self._session.selection.track_ids
        at_place = self._query is not None and self._query.is_place
        if at_place and chosen != self._chosen_when_placed:
            self._pinned = at_place = False
            self._set_query(None)
        if not chosen and not at_place:
            self._set_query(None)
        elif self._shown:
            self._ask()
        elif self._is_wanted():
            self._settled.start()

    @Slot()
    def _on_settled(self) -> None:
        if self._is_wanted():
            self._ask()

    def _take_query(self) -> None:
        chosen = self._session.selection.track_ids
        if not chosen or (self._query is not None and self._query.is_place):
            return
        if self._query is not None and self._query.track_id == chosen[-1]:
            return
        found = self._box_of(chosen[-1])
        # Whoever was looked for before is not chosen any more: better nobody than somebody else.
        self._set_query(SimilarityQuery.of_box(found) if found is not None else None)

    def _box_of(self, track_id: TrackId) -> BoxRecord | None:
        """Return the box of a track in this frame, or the nearest that the model saw."""
        here, run = self._session.frame_index, self._session.run
        boxes = self._session.boxes_at(here)
        found = next((box for box in boxes if box.track_id == track_id), None)
        if found is not None or run is None:
            return found if found is not None and _is_kept(found) else None
        project = self._session.required_project()
        columns = project.track_columns(track_id)
        frames = columns.frames[columns.detection_ids >= 0]
        if not len(frames):
            return None
        nearest = int(frames[np.argmin(np.abs(frames - here))])
        boxes = project.boxes_in_frame(run.run_id, nearest)
        return next((box for box in boxes if box.track_id == track_id), None)

    @Slot(object, bool)
    def _on_edited(self, changes: Changes, _undone: bool) -> None:
        """Look for somebody else where an edit gave the box that is looked for away."""
        query, run = self._query, self._session.run
        if query is None or query.track_id not in changes.tracks or run is None:
            return
        boxes = self._session.required_project().boxes_in_frame(run.run_id, query.frame_index)
        same = (one.detection_id == query.detection_id for one in boxes)
        mine = (one.track_id == query.track_id for one in boxes)
        if not any(both for both in map(all, zip(same, mine, strict=True))):
            self._set_query(None)
            self.look()

    def _set_query(self, query: SimilarityQuery | None) -> None:
        if query is self._query:
            return
        self._query, self._answer = query, None
        self.query_changed.emit(query)
        if query is None:
            self._pinned = False
            self._worker.forget()
            self.map_changed.emit(None, self._session.frame_index)

    @Slot()
    def _on_run_changed(self) -> None:
        run_id = self._session.run.run_id if self._session.run is not None else None
        if run_id != self._run_id:
            self._run_id, self._prepared = run_id, None
            self._set_query(None)

    def _ask(self) -> None:
        self._take_query()
        query, path, video = self._query, self._video_path(), self._session.video
        if query is None or path is None or video is None:
            return
        run_model = self.run_model_path()
        now = self._session.frame_index
        if not self._shelf.holds(run_model):
            self.busy.emit(Stage.LOADING, now)  # the worker may be at it already
            if self._shown:
                self._is_loading = True
                self.said.emit(self.tr("Similarity: loading the model; the map comes in a moment…"))
        frames = [now]
        if self._panel_shown:
            # Rising, so that none needs a group of pictures decoded again for one before it.
            around = sorted(now + offset for offset in self._offsets if offset)
            frames += [index for index in around if 0 <= index < video.frame_count]
        self._worker.ask(
            SimilarityQuestion(
                ticket=self._worker.next_ticket(),
                video_path=path,
                readings=tuple(
                    Reading(model_path=one.model_path or run_model, sampler=one.sampler)
                    for one in self._readings
                ),
                run_model_path=run_model,
                query=self._stored_embedding(query),
                query_frame=query.frame_index,
                query_box_xyxy=query.box_xyxy,
                frames=tuple(frames),
            )
        )

    def _stored_embedding(self, query: SimilarityQuery) -> FloatArray | None:
        if query.detection_id is None or self._readings[0] != ReadingChoice():
            return None
        embedding = self._session.required_project().embedding(query.detection_id)
        return embedding if np.linalg.norm(embedding) > 0 else None

    def run_model_path(self) -> Path:
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
            self.said.emit(
                self.tr("Similarity to {what}: the brighter, the more alike").format(
                    what=self._query.number or self.tr("this place")
                )
            )
        is_now = answer.frame_index == self._session.frame_index and answer.side == 0
        if is_now:
            self._answer = answer
        if self._shown and is_now:
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
        self.set_readings((ReadingChoice(),))  # what cannot be read so would fail at every look
        self.failed.emit(error)


def _is_kept(box: BoxRecord) -> bool:
    """Tell whether the box is in the file; those of a running job are not yet."""
    return box.box_id >= 0
