"""Replays the association of the shown run in threads, and keeps what was replayed."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from trackmend_app.jobs.runner import JobRunner
from trackmend_app.session import Session
from trackmend_app.why.association_view import Owner, owners_of
from trackmend_app.why.path_plot import TrackPath
from trackmend_core.project import Project, RunStatus
from trackmend_core.review.association import FrameAssociation
from trackmend_core.review.replay import AssociationReplay
from trackmend_core.review.template_curve import template_curve
from trackmend_core.types import Progress, RunId, TrackId

_MOMENTUM: Final = "feature_momentum"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ExplainedFrame:
    """The association of a frame, and whose its detections are now."""

    association: FrameAssociation
    owners: dict[int, Owner]


class ReplayLoader(QObject):
    """Answers the newest wish; one for the frame goes before one for a track.

    Signals:
        frame_explained(ExplainedFrame).
        path_found(TrackPath).
        progressed(Progress): of the first replay of a whole run.
        failed(error).
    """

    frame_explained = Signal(object)
    path_found = Signal(object)
    progressed = Signal(object)
    failed = Signal(object)

    def __init__(self, session: Session, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._replay: tuple[tuple[RunId, int], AssociationReplay] | None = None
        self._wish: int | TrackId | None = None
        self._wants_track = False
        self._again = False
        self.runner = JobRunner(self)
        self.runner.finished.connect(self._on_finished)
        self.runner.failed.connect(self._on_failed)
        self.runner.progressed.connect(self.progressed)
        self.runner.ended.connect(self._on_ended)
        session.project_closing.connect(self.stop)

    def ask_frame(self, frame_index: int) -> None:
        """Explain a frame; what was asked before is given up."""
        self._ask(frame_index, is_track=False)

    def ask_track(self, track_id: TrackId) -> None:
        """Explain a track over time; what was asked before is given up."""
        self._ask(track_id, is_track=True)

    @Slot()
    def stop(self) -> None:
        """End the replay and wait for it: the project is about to be closed."""
        self._wish, self._again, self._replay = None, False, None
        self.runner.stop_and_wait()

    def _ask(self, wish: int | TrackId, *, is_track: bool) -> None:
        self._wish, self._wants_track = wish, is_track
        if self.runner.is_running:
            self._again = True
            self.runner.cancel()
            return
        self._start()

    def _start(self) -> None:
        project, run, wish = self._session.project, self._session.run, self._wish
        if project is None or run is None or wish is None:
            return
        key = (run.run_id, run.next_frame)
        kept = self._replay[1] if self._replay is not None and self._replay[0] == key else None
        wants_track, grows = self._wants_track, run.status is RunStatus.RUNNING

        def job() -> Generator[Progress, None, object]:
            replay = kept or AssociationReplay(project, run.run_id)
            if not wants_track:
                association = yield from replay.frame(wish)
                return key, replay, _explained(project, run.run_id, association)
            if replay.decisions is None and not grows:
                yield from replay.run_through()
            momentum = float(run.tracker_settings.get(_MOMENTUM, 0.9))
            return key, replay, _path(project, replay, TrackId(wish), momentum=momentum)

        self.runner.start("Seeing why", job)

    @Slot(object)
    def _on_finished(
        self,
        result: tuple[tuple[RunId, int], AssociationReplay, ExplainedFrame | TrackPath | None],
    ) -> None:
        key, replay, told = result
        self._replay = (key, replay)
        if self._again or told is None:
            return
        if isinstance(told, TrackPath):
            self.path_found.emit(told)
        else:
            self.frame_explained.emit(told)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not self._again:
            self.failed.emit(error)

    @Slot()
    def _on_ended(self) -> None:
        if self._again:
            self._again = False
            self._start()


def _explained(project: Project, run_id: RunId, told: FrameAssociation) -> ExplainedFrame:
    owners: dict[int, Owner] = {}
    for frame in {told.frame_index, *told.seen_frames.tolist()}:
        owners |= owners_of(project.boxes_in_frame(run_id, frame))
    return ExplainedFrame(association=told, owners=owners)


def _path(
    project: Project, replay: AssociationReplay, track_id: TrackId, *, momentum: float
) -> TrackPath | None:
    # Read once: an edit between two readings may leave none of the boxes that the first one saw.
    boxes = project.boxes_of_track(track_id)
    if replay.decisions is None or not boxes:
        return None
    seen = [(one.frame_index, one.detection_id) for one in boxes if one.detection_id is not None]
    ids = np.array([detection_id for _, detection_id in seen], np.int64)
    embeddings = project.embeddings([detection_id for _, detection_id in seen])
    frames = np.array([frame for frame, _ in seen], np.int64)
    number = boxes[0].number
    return TrackPath(
        number=number,
        decisions=replay.decisions.of_detections(ids),
        template=template_curve(frames, embeddings, momentum=momentum),
    )
