"""Finds, in a thread, the moments of the whole run that look like what is looked for."""

from collections.abc import Generator
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from trackmend_app.jobs.runner import JobRunner
from trackmend_app.session import Session
from trackmend_core.project import LayerArrays, Project
from trackmend_core.review.scene import SeenDetections, read_detections
from trackmend_core.review.where_else import Moment, best_moments
from trackmend_core.similarity import fits_map
from trackmend_core.types import FloatArray, Progress, RunId, TrackId

SETTLE_MS: Final = 250
MOST_MOMENTS: Final = 24
APART_S: Final = 2.0
_SCORE: Final = "score_threshold"


class _RunKnown:
    """The detections of one run, which never change, and whose they are, which does."""

    def __init__(self) -> None:
        self._detections: tuple[tuple[RunId, int], SeenDetections] | None = None
        self._layer: tuple[int, LayerArrays] | None = None

    def read(
        self, project: Project, run_id: RunId, *, version: int
    ) -> tuple[SeenDetections, LayerArrays]:
        run = project.run(run_id)
        key = (run_id, run.next_frame)
        if self._detections is None or self._detections[0] != key:
            self._detections = (key, read_detections(project, run_id))
            self._layer = None
        if self._layer is None or self._layer[0] != version:
            self._layer = (version, project.layer_arrays(run_id))
        return self._detections[1], self._layer[1]


class MomentFinder(QObject):
    """Answers the newest question, a moment after it was asked.

    Signals:
        found(list of Moment).
        failed(error).
    """

    found = Signal(object)
    failed = Signal(object)

    def __init__(self, session: Session, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._known = _RunKnown()
        self._version = 0
        self._asked: tuple[FloatArray, TrackId | None] | None = None
        self.runner = JobRunner(self)
        self.runner.finished.connect(self._on_finished)
        self.runner.failed.connect(self.failed)
        self.runner.ended.connect(self._on_ended)
        self._again = False
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._on_settled)
        session.tracks_changed.connect(self._on_tracks_changed)
        session.project_closing.connect(self.stop)

    def ask(self, query: FloatArray, *, without: TrackId | None) -> None:
        """Look for an appearance, (D,) unit length, in all tracks but one."""
        self._asked = (query, without)
        self._settled.start()

    @Slot()
    def stop(self) -> None:
        """End the search and wait for it: the project is about to be closed."""
        self._settled.stop()
        self._asked, self._again = None, False
        self.runner.stop_and_wait()
        self._known = _RunKnown()

    @Slot()
    def _on_tracks_changed(self) -> None:
        self._version += 1
        if self._asked is not None:
            self._settled.start()

    @Slot()
    def _on_settled(self) -> None:
        project, run = self._session.project, self._session.run
        if project is None or run is None or self._asked is None:
            return
        if self.runner.is_running:
            self._again = True
            return
        known, version, (query, without) = self._known, self._version, self._asked
        video = self._session.video
        apart = round(APART_S * video.frame_rate) if video is not None else 50

        def job() -> Generator[Progress, None, list[Moment]]:
            yield Progress(done=0, total=1, message="Looking through the video")
            detections, layer = known.read(project, run.run_id, version=version)
            if not fits_map(detections.embeddings.shape[1], len(query)):
                return []
            return best_moments(
                query,
                detections,
                layer,
                apart_frames=apart,
                count=MOST_MOMENTS,
                without=without,
                least_score=float(run.tracker_settings.get(_SCORE, 0.0)),
            )

        self.runner.start("Looking through the video", job)

    @Slot(object)
    def _on_finished(self, moments: list[Moment]) -> None:
        if not self._again:
            self.found.emit(moments)

    @Slot()
    def _on_ended(self) -> None:
        if self._again:
            self._again = False
            self._settled.start(0)
