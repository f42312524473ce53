"""Keeps the track list and the timeline in step with the session."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot

from trackmend_app.corrections import Corrections
from trackmend_app.session import Session
from trackmend_app.timeline import TimelineView
from trackmend_app.tracks import TrackTable
from trackmend_app.verification import Verification
from trackmend_core.types import TrackId


class TracksPresenter(QObject):
    """Between the session and the two views of its tracks."""

    def __init__(
        self,
        *,
        table: TrackTable,
        timeline: TimelineView,
        session: Session,
        corrections: Corrections,
        verification: Verification,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._timeline = timeline
        self._session = session
        self._corrections = corrections
        self._verification = verification
        verification.changed.connect(self._on_verified_changed)
        session.video_changed.connect(self._on_video_changed)
        session.tracks_changed.connect(self._on_tracks_changed)
        session.selection_changed.connect(self._on_selection_changed)
        session.range_changed.connect(self._on_range_changed)
        session.frame_changed.connect(self._on_frame_changed)
        table.track_selected.connect(self._on_rows_selected)
        table.track_activated.connect(self._on_row_activated)
        timeline.frame_requested.connect(session.go_to)
        timeline.track_clicked.connect(self._on_lane_clicked)
        timeline.range_selected.connect(self._on_range_selected)

    @Slot()
    def _on_video_changed(self) -> None:
        video = self._session.video
        count, rate = (video.frame_count, video.frame_rate) if video else (0, 25.0)
        self._timeline.set_video(count, rate)

    @Slot()
    def _on_tracks_changed(self) -> None:
        tracks = list(self._session.tracks())
        self._table.set_tracks(tracks)
        self._timeline.set_tracks(tracks)
        self._timeline.set_edit_marks(self._session.edit_marks())
        self._on_selection_changed()

    @Slot()
    def _on_verified_changed(self) -> None:
        self._timeline.set_verified(self._verification.stretches)

    @Slot()
    def _on_selection_changed(self) -> None:
        chosen = set(self._session.selection.track_ids)
        self._table.set_selection(chosen)
        self._timeline.set_selection(chosen)

    @Slot()
    def _on_range_changed(self) -> None:
        self._timeline.set_range(self._session.frame_range)

    @Slot(int)
    def _on_frame_changed(self, frame_index: int) -> None:
        self._table.set_current_frame(frame_index)
        self._timeline.set_current_frame(frame_index)

    @Slot(list)
    def _on_rows_selected(self, track_ids: Sequence[TrackId]) -> None:
        kept = [track for track in self._session.selection.track_ids if track in track_ids]
        added = [track for track in track_ids if track not in kept]
        self._session.select_tracks((*kept, *added))

    @Slot(int)
    def _on_row_activated(self, track_id: int) -> None:
        track = self._session.track(TrackId(track_id))
        if track is not None:
            self._session.go_to(track.first_frame)

    @Slot(int, bool)
    def _on_lane_clicked(self, track_id: int, additive: bool) -> None:
        self._corrections.pick(TrackId(track_id), None, additive=additive)

    @Slot(int, int)
    def _on_range_selected(self, first: int, last: int) -> None:
        self._session.set_range((first, last))
