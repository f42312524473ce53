"""Loads what the lanes in view show over time, in a thread, a moment after they came into view."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Slot

from trackmend_app.jobs.runner import Job, JobRunner
from trackmend_app.session import Session
from trackmend_app.timeline import LaneDetails, LaneScores, TimelineView
from trackmend_app.timeline.identity_codes import (
    GALLERY_BOXES,
    Galleries,
    build_galleries,
    identity_codes,
    mean_vector,
    sample_rows,
)
from trackmend_core.project import Project, RunStatus, TrackColumns, TrackSummary
from trackmend_core.types import BoolArray, DetectionId, FloatArray, Progress, RunId, TrackId

DELAY_MS = 250
MOST_BOXES = 400_000
"""Beyond so many boxes in view, the rest of the lanes keep their mean."""
MOST_BOXES_IN_A_RUN = 2_000
"""The same while a run goes on, which changes the lanes all the time."""

_Key = tuple[TrackId, int, int, int]


class GalleryShelf:
    """Keeps who each track was when it began; a track that begins otherwise now is read anew."""

    def __init__(self) -> None:
        self._vectors: dict[_Key, FloatArray | None] = {}

    def galleries(self, project: Project, tracks: Sequence[TrackSummary]) -> Galleries:
        """Return the galleries of all tracks, reading those that are new."""
        keys = {track.track_id: _key(track) for track in tracks}
        missing = [track_id for track_id, key in keys.items() if key not in self._vectors]
        first = project.first_detections(missing, count=GALLERY_BOXES)
        for track_id in missing:
            wanted = first[track_id]
            embeddings = project.embeddings(wanted) if wanted else np.zeros((0, 0), np.float32)
            self._vectors[keys[track_id]] = mean_vector(embeddings)
        self._vectors = {key: self._vectors[key] for key in keys.values()}
        vectors = {
            track_id: vector
            for track_id, key in keys.items()
            if (vector := self._vectors[key]) is not None
        }
        return build_galleries(tracks, vectors)


def _key(track: TrackSummary) -> _Key:
    return track.track_id, track.first_frame, track.spans[0][1], track.box_count


def load_details(
    project: Project,
    tracks: Sequence[TrackSummary],
    wanted: Sequence[TrackSummary],
    *,
    shelf: GalleryShelf,
    budget: int,
    with_codes: bool,
) -> Job:
    """Read the wanted lanes; returns a dict of `LaneDetails` by track."""
    galleries = shelf.galleries(project, tracks) if with_codes else None
    found: dict[TrackId, LaneDetails] = {}
    for track in wanted:
        yield Progress(done=len(found), total=len(wanted))
        budget -= track.box_count
        if budget < 0:
            break
        columns = project.track_columns(track.track_id)
        if len(columns.frames):
            found[track.track_id] = _details(project, track, columns, galleries)
    return found


def _details(
    project: Project, track: TrackSummary, columns: TrackColumns, galleries: Galleries | None
) -> LaneDetails:
    codes = None
    known = np.flatnonzero(columns.detection_ids >= 0)
    if galleries is not None and len(known):
        rows = known[sample_rows(len(known))]
        wanted = [DetectionId(int(one)) for one in columns.detection_ids[rows]]
        embeddings = project.embeddings(wanted)
        codes = identity_codes(track.number, columns.frames[rows], embeddings, galleries)
    return LaneDetails(
        scores=lane_scores(columns),
        keyframes=columns.frames[columns.is_person],
        occluded=_stretches(columns, columns.is_occluded),
        codes=codes,
    )


def lane_scores(columns: TrackColumns) -> LaneScores:
    """Return the confidence of a track by frame, not a number where it has no box."""
    first = int(columns.frames[0])
    scores = np.full(int(columns.frames[-1]) - first + 1, np.nan, np.float32)
    scores[columns.frames - first] = columns.scores
    return LaneScores(first, scores)


def _stretches(columns: TrackColumns, mask: BoolArray) -> list[tuple[int, int]]:
    """Return stretches of consecutive frames in which the mask holds."""
    frames = columns.frames[mask]
    if not len(frames):
        return []
    starts = np.flatnonzero(np.diff(frames, prepend=frames[0] - 2) > 1)
    ends = np.append(starts[1:], len(frames)) - 1
    return list(zip(frames[starts].tolist(), frames[ends].tolist(), strict=True))


class LaneDetailsLoader(QObject):
    """Between the session and the timeline; waits while tracks change quickly, as in a run."""

    def __init__(
        self, timeline: TimelineView, session: Session, *, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self._session = session
        self._wanted: list[TrackId] = []
        self._again = False
        self._shelf = GalleryShelf()
        self._run_id: RunId | None = None
        self.runner = JobRunner(self)
        self.runner.finished.connect(self._on_finished)
        self.runner.ended.connect(self._on_ended)
        self._delay = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._delay.timeout.connect(self._on_settled)
        timeline.lanes_shown.connect(self._on_lanes_shown, Qt.ConnectionType.QueuedConnection)
        session.tracks_changed.connect(self._delay.start)
        session.project_closing.connect(self.stop)

    @property
    def is_settled(self) -> bool:
        """Tell whether the lanes in view show all that they will."""
        waits = self._delay.isActive() or self.runner.is_running or self._again
        rows = self._timeline.lane_layout.visible_rows
        return not waits and (not self._timeline.isVisible() or len(rows) == len(self._wanted))

    @Slot()
    def stop(self) -> None:
        """End the reading and wait for it: the project is about to be closed."""
        self._delay.stop()
        self._again = False
        self._wanted = []
        self.runner.stop_and_wait()

    @Slot(list)
    def _on_lanes_shown(self, track_ids: Sequence[TrackId]) -> None:
        self._wanted = list(track_ids)
        self._delay.start()

    @Slot()
    def _on_settled(self) -> None:
        project, run = self._session.project, self._session.run
        if project is None or run is None:
            self._timeline.set_lane_details({})
            return
        if self.runner.is_running:
            self._again = True
            return
        if run.run_id != self._run_id:
            self._run_id, self._shelf = run.run_id, GalleryShelf()
        grows = run.status is RunStatus.RUNNING
        tracks = list(self._session.tracks())
        by_id = {track.track_id: track for track in tracks}
        wanted = [by_id[track_id] for track_id in self._wanted if track_id in by_id]
        shelf = self._shelf
        self.runner.start(
            "Reading lanes",
            lambda: load_details(
                project,
                tracks,
                wanted,
                shelf=shelf,
                budget=MOST_BOXES_IN_A_RUN if grows else MOST_BOXES,
                with_codes=not grows,
            ),
        )

    @Slot(object)
    def _on_finished(self, found: dict[TrackId, LaneDetails]) -> None:
        self._timeline.set_lane_details(found)

    @Slot()
    def _on_ended(self) -> None:
        if self._again:
            self._again = False
            self._delay.start()
