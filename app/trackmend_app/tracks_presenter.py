"""Keeps the track list and the timeline in step with the session."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from trackmend_app.corrections import Corrections
from trackmend_app.radius_text import radius_text
from trackmend_app.repairs import Repairs
from trackmend_app.session import Session
from trackmend_app.timeline import TimelineView
from trackmend_app.timeline.lane_order import LaneOrder, LaneSort
from trackmend_app.tracks import TrackTable
from trackmend_app.verification import Verification
from trackmend_app.wording import say_composed
from trackmend_core.errors import UserError
from trackmend_core.project import TrackSummary
from trackmend_core.project.edits import MergeTracks
from trackmend_core.types import FloatArray, TrackId


class TracksPresenter(QObject):
    """Between the session and the two views of its tracks.

    Signals:
        order_changed(LaneOrder): how lanes are shown.
        said(sentence): why a lane was put back.
    """

    order_changed = Signal(object)
    said = Signal(str)

    def __init__(
        self,
        *,
        table: TrackTable,
        timeline: TimelineView,
        session: Session,
        corrections: Corrections,
        repairs: Repairs,
        verification: Verification,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._timeline = timeline
        self._session = session
        self._corrections = corrections
        self._repairs = repairs
        self._verification = verification
        self._order = LaneOrder()
        self._suspicion: Mapping[TrackId, float] = {}
        self._tracks: Sequence[TrackSummary] | None = None
        verification.changed.connect(self._on_verified_changed)
        session.video_changed.connect(self._on_video_changed)
        session.tracks_changed.connect(self._on_tracks_changed)
        session.selection_changed.connect(self._on_selection_changed)
        session.range_changed.connect(self._on_range_changed)
        session.frame_changed.connect(self._on_frame_changed)
        table.track_selected.connect(self._on_rows_selected)
        table.track_activated.connect(self._on_row_activated)
        table.track_found.connect(self._on_track_found)
        timeline.frame_requested.connect(session.go_to)
        timeline.track_clicked.connect(self._on_lane_clicked)
        timeline.track_activated.connect(self._on_row_activated)
        timeline.range_selected.connect(self._on_range_selected)
        timeline.merge_considered.connect(self._on_merge_considered)
        timeline.merge_asked.connect(self._on_merge_asked)
        table.filter_changed.connect(self._show_lanes)
        table.label_typed.connect(self._on_label_typed)

    @property
    def order(self) -> LaneOrder:
        """How lanes are shown."""
        return self._order

    def show_suspicion(self, of_track: Mapping[TrackId, float], of_frame: FloatArray) -> None:
        """Show how suspicious tracks and frames are, 0..1."""
        changed = of_track != self._suspicion
        self._suspicion = of_track
        self._timeline.set_suspicion(of_frame)
        if changed:
            self._table.set_suspicion(of_track)
        if changed and (self._order.sort is LaneSort.SUSPICION or self._table.asks_for_suspicious):
            self._show_lanes()

    def sort_lanes(self, by: LaneSort) -> None:
        """Order the lanes."""
        self._set_order(replace(self._order, sort=by))

    def set_only_here(self, on: bool) -> None:
        """Show only the lanes of tracks in the current frame, or all."""
        self._set_order(replace(self._order, only_here=on))

    def set_grouped(self, on: bool) -> None:
        """Let lanes of one label stand together."""
        self._set_order(replace(self._order, grouped=on))

    def pin_selected(self) -> None:
        """Keep the lanes of the selected tracks on top; if all are there already, let them go."""
        chosen = frozenset(self._session.selection.track_ids)
        pinned = self._order.pinned
        pinned = pinned - chosen if chosen <= pinned else pinned | chosen
        self._set_order(replace(self._order, pinned=pinned))

    def _set_order(self, order: LaneOrder) -> None:
        self._order = order
        self._show_lanes()
        self.order_changed.emit(order)

    @Slot()
    def _show_lanes(self) -> None:
        lanes = self._order.arranged(
            self._session.tracks(),
            frame_index=self._session.frame_index,
            accepts=self._table.accepts if self._table.is_filtered else None,
            suspicion=self._suspicion,
        )
        self._timeline.set_tracks(
            lanes,
            all_tracks=self._session.tracks(),
            groups=self._order.group_titles(lanes),
            pinned=self._order.pinned,
        )

    @Slot()
    def _on_video_changed(self) -> None:
        video, self._tracks = self._session.video, None
        count, rate = (video.frame_count, video.frame_rate) if video else (0, 25.0)
        self._timeline.set_video(count, rate)

    @Slot()
    def _on_tracks_changed(self) -> None:
        tracks = self._session.tracks()
        if tracks is not self._tracks:  # the very same after an edit that only moved boxes
            self._tracks = tracks
            self._table.set_tracks(tracks)
            self._show_lanes()
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
        if self._order.only_here or self._table.here_button.isChecked():
            self._show_lanes()

    @Slot()
    def select_all(self) -> None:
        """Choose every track that the list shows."""
        shown = set(self._table.shown_numbers)
        tracks = (track for track in self._session.tracks() if track.number in shown)
        self._session.select_tracks([track.track_id for track in tracks])

    @Slot(list)
    def _on_rows_selected(self, track_ids: Sequence[TrackId]) -> None:
        kept = [track for track in self._session.selection.track_ids if track in track_ids]
        added = [track for track in track_ids if track not in kept]
        self._session.select_tracks((*kept, *added))

    @Slot(list, str)
    def _on_label_typed(self, track_ids: Sequence[TrackId], label: str) -> None:
        self._repairs.describe(tuple(track_ids), label=label)

    @Slot(int)
    def _on_row_activated(self, track_id: int) -> None:
        track = self._session.track(TrackId(track_id))
        if track is not None:
            self._session.go_to(track.first_frame)

    @Slot(int)
    def _on_track_found(self, track_id: int) -> None:
        """Select the track, and go to the nearest frame in which it is seen."""
        track = self._session.track(TrackId(track_id))
        if track is None:
            return
        here = self._session.frame_index
        places = (min(max(here, first), last) for first, last in track.spans)
        self._session.select_tracks((track.track_id,))
        self._session.go_to(min(places, key=lambda place: abs(place - here)))

    @Slot(int, bool)
    def _on_lane_clicked(self, track_id: int, additive: bool) -> None:
        self._corrections.pick(TrackId(track_id), None, additive=additive)

    @Slot(int, int)
    def _on_range_selected(self, first: int, last: int) -> None:
        self._session.set_range((first, last))

    @Slot(int, int)
    def _on_merge_considered(self, dragged: int, target: int) -> None:
        edit = MergeTracks(keep=TrackId(target), absorb=TrackId(dragged))
        try:
            changes = self._session.required_project().preview(edit)
        except UserError as error:
            self._timeline.set_drag_note(say_composed(error.message), possible=False)
        else:
            text = f"{say_composed(changes.title)}: {radius_text(changes)}"
            self._timeline.set_drag_note(text, possible=True)

    @Slot(int, int)
    def _on_merge_asked(self, dragged: int, target: int) -> None:
        """Merge; a lane that cannot go there is put back, and a note says why and what to do."""
        self._corrections.merge(keep=TrackId(target), absorb=TrackId(dragged))
