"""Loads the confidence over time of the lanes in view, a moment after they have come into view."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Slot

from trackmend_app.session import Session
from trackmend_app.timeline import LaneScores, TimelineView
from trackmend_core.project import BoxRecord, RunStatus
from trackmend_core.types import TrackId

DELAY_MS = 250
MOST_BOXES = 20_000
"""Beyond so many boxes in view, the rest of the lanes keep their mean."""
MOST_BOXES_IN_A_RUN = 2_000
"""The same while a run goes on, which changes the lanes all the time."""


class LaneScoresLoader(QObject):
    """Between the session and the timeline; waits while tracks change quickly, as in a run."""

    def __init__(
        self, timeline: TimelineView, session: Session, *, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self._session = session
        self._wanted: list[TrackId] = []
        self._delay = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._delay.timeout.connect(self._on_settled)
        timeline.lanes_shown.connect(self._on_lanes_shown, Qt.ConnectionType.QueuedConnection)
        session.tracks_changed.connect(self._delay.start)

    @Slot(list)
    def _on_lanes_shown(self, track_ids: Sequence[TrackId]) -> None:
        self._wanted = list(track_ids)
        self._delay.start()

    @Slot()
    def _on_settled(self) -> None:
        project = self._session.project
        if project is None:
            return
        scores: dict[TrackId, LaneScores] = {}
        run = self._session.run
        grows = run is not None and run.status is RunStatus.RUNNING
        left = MOST_BOXES_IN_A_RUN if grows else MOST_BOXES
        for track_id in self._wanted:
            track = self._session.track(track_id)
            if track is None or track.box_count > left:
                continue
            left -= track.box_count
            boxes = project.boxes_of_track(track_id)
            if boxes:
                scores[track_id] = lane_scores(boxes)
        self._timeline.set_lane_scores(scores)


def lane_scores(boxes: Sequence[BoxRecord]) -> LaneScores:
    """Return the confidence of a track by frame, not a number where it has no box."""
    first = boxes[0].frame_index
    scores = np.full(boxes[-1].frame_index - first + 1, np.nan, np.float32)
    for box in boxes:
        scores[box.frame_index - first] = box.score
    return LaneScores(first, scores)
