"""Turns what a person wants mended into edits of the project; every one is committed at once."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from trackmend_app.by_hand import ByHand
from trackmend_app.dialogs.questions import Questions
from trackmend_app.edit_plans import EditPlans
from trackmend_app.radius_text import radius_text
from trackmend_app.session import Selection, Session
from trackmend_app.situation import Mode
from trackmend_core.errors import UserError
from trackmend_core.project import Changes
from trackmend_core.project.edits import AddBox, DeleteBox, Edit, MergeTracks, SetBox
from trackmend_core.types import BoxId, TrackId

Corners = tuple[float, float, float, float]


class Corrections(QObject):
    """The edits that the window offers, and the modes in which a click means one of them.

    Signals:
        mode_changed(Mode).
        considered(TrackId or None): in a mode, the pointer is on the track that a click would mean.
        said(sentence): what is missing.
        refused(UserError): the edit is impossible; nothing has changed.
    """

    mode_changed = Signal(object)
    considered = Signal(object)
    said = Signal(str)
    refused = Signal(object)

    def __init__(
        self,
        session: Session,
        *,
        by_hand: ByHand,
        plans: EditPlans,
        questions: Questions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._by_hand = session, by_hand
        self._plans = plans
        self._questions = questions
        self._mode = Mode.REVIEW
        self._considered: TrackId | None = None

    @property
    def mode(self) -> Mode:
        """Return what a click on the video means."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Change what a click on the video means."""
        if mode is not self._mode:
            self.consider(None)
            self._mode = mode
            self.mode_changed.emit(mode)

    def consider(self, track_id: TrackId | None) -> None:
        """Note whom a click would mean, so that its reach can be told before."""
        if self._mode is not Mode.SWAP or track_id in self._session.selection.track_ids:
            track_id = None
        if track_id != self._considered:
            self._considered = track_id
            self.considered.emit(track_id)

    def leave(self) -> None:
        """Leave the mode; in review, clear the range, then the selection."""
        if self._mode is not Mode.REVIEW:
            self.set_mode(Mode.REVIEW)
        elif self._session.frame_range is not None:
            self._session.set_range(None)
        else:
            self._session.select(Selection())

    def pick(self, track_id: TrackId, box_id: BoxId | None, *, additive: bool) -> None:
        """Take a click on a track: in a mode it completes the edit, else it selects."""
        chosen = self._session.selection.track_ids
        if track_id < 0 or (box_id is not None and box_id < 0):
            self.said.emit("The run has just found this box; it can be mended in a moment")
            return
        if self._mode is Mode.SWAP and chosen and track_id != chosen[0]:
            self._session.select(Selection((chosen[0], track_id), box_id))
            self.set_mode(Mode.REVIEW)
            self.swap_from_here()
        elif additive or self._mode is Mode.MERGE:
            self._session.select(Selection(_toggled(chosen, track_id), box_id))
        elif box_id is None:
            self._session.select_tracks((track_id,))
        else:
            self._session.select(Selection((track_id,), box_id))

    def swap_from_here(self) -> None:
        """Exchange two tracks from this frame on; with one selected, wait for the other."""
        if len(self._session.selection.track_ids) == 1:
            self.set_mode(Mode.SWAP)
        else:
            self._swap(self._session.frame_index, None)

    def swap_this_frame(self) -> None:
        """Exchange two tracks in this frame only."""
        self._swap(self._session.frame_index, self._session.frame_index)

    def swap_in_range(self) -> None:
        """Exchange two tracks in the marked range."""
        if self._session.frame_range is not None:
            self._swap(*self._session.frame_range)

    def _swap(self, first_frame: int, last_frame: int | None) -> None:
        if len(self._session.selection.track_ids) != 2:
            self.said.emit("Select two tracks to swap: click one, Ctrl+click the other")
            return
        self._apply(self._plans.swap(first_frame, last_frame))

    def split(self) -> None:
        """Give the selected track a new id from this frame on."""
        if self._session.selection.track_ids:
            self._apply(self._plans.split())

    def merge_selected(self) -> None:
        """Join the selected tracks under the id of the first, in one step."""
        self.set_mode(Mode.REVIEW)
        if len(self._session.selection.track_ids) > 1:
            self._apply(self._plans.merge())

    def merge(self, *, keep: TrackId, absorb: TrackId) -> None:
        """Join one track into another, as by dragging its lane there."""
        self._apply(MergeTracks(keep=keep, absorb=absorb))

    def assign(self, to_track: TrackId | None) -> None:
        """Give the selected track's boxes another id, from here on or in the range.

        Args:
            to_track: whose id; None makes a new one.
        """
        if self._session.selection.track_ids:
            self._apply(self._plans.assign(to_track))

    def delete_box(self) -> None:
        """Delete the selected box of this frame; the rest of its track stays."""
        box_id = self._session.selection.box_id
        if box_id is None:
            self.said.emit("The selected track has no box in this frame")
        else:
            self._apply(DeleteBox(box_id=box_id))

    def delete_from_here(self) -> None:
        """Delete the selected track from this frame on, after saying how much that is."""
        if not self._session.selection.track_ids:
            return
        track, frame = self._plans.chosen_track(), self._session.frame_index
        edit = self._plans.delete_from_here()
        changes = self._foreseen(edit)
        if changes is None:
            return
        count = changes.box_count
        agreed = self._questions.confirm(
            f"Delete track {track.number} from frame {frame + 1} on?",
            f"{_boxes(count)} in frames {frame + 1}–{track.last_frame + 1} will go, "
            f"{_boxes(track.box_count - count)} before stay. {_safety(changes)}",
            f"Delete {_boxes(count)}",
        )
        if agreed:
            self._apply(edit)

    def delete_tracks(self) -> None:
        """Delete the selected tracks entirely in one step, after saying how much that is."""
        chosen = set(self._session.selection.track_ids)
        tracks = [track for track in self._session.tracks() if track.track_id in chosen]
        if not tracks:
            return
        edit = self._plans.delete_tracks()
        changes = self._foreseen(edit)
        if changes is None:
            return
        count = changes.box_count
        numbers = ", ".join(str(track.number) for track in tracks)
        first = min(track.first_frame for track in tracks) + 1
        last = max(track.last_frame for track in tracks) + 1
        agreed = self._questions.confirm(
            f"Delete {'track' if len(tracks) == 1 else 'tracks'} {numbers} in the whole video?",
            f"All {_boxes(count)} in frames {first}–{last} will go. {_safety(changes)}",
            f"Delete {_boxes(count)}",
        )
        if agreed:
            self._apply(edit)

    def move_box(self, box_id: BoxId, box_xyxy: Corners) -> None:
        """Put a box where the hand has dragged it."""
        self._apply(SetBox(box_id=box_id, box_xyxy=box_xyxy))

    def add_box(self, box_xyxy: Corners) -> None:
        """Add a drawn box: to the selected track if it has none here, else to a new one.

        It is selected then, so that Ctrl and a digit can give it another id.
        """
        frame = self._session.frame_index
        here = {box.track_id for box in self._session.boxes_at(frame)}
        free = [track for track in self._session.selection.track_ids if track not in here]
        changes = self._apply(
            AddBox(
                run_id=self._session.required_run().run_id,
                frame_index=frame,
                box_xyxy=box_xyxy,
                track_id=free[-1] if free else None,
            )
        )
        self.set_mode(Mode.REVIEW)
        if changes is not None:
            self._session.select_tracks(tuple(changes.tracks))

    def _foreseen(self, edit: Edit) -> Changes | None:
        """Return what an edit would touch; None, and say why, if it is impossible."""
        try:
            return self._session.required_project().preview(edit)
        except UserError as error:
            self.refused.emit(error)
            return None

    def _apply(self, edit: Edit) -> Changes | None:
        try:
            return self._by_hand.edit(edit)
        except UserError as error:
            self.refused.emit(error)
            return None


def _toggled(chosen: Sequence[TrackId], track_id: TrackId) -> tuple[TrackId, ...]:
    if track_id in chosen:
        return tuple(track for track in chosen if track != track_id)
    return (*chosen, track_id)


def _boxes(count: int) -> str:
    return f"{count:,} box" if count == 1 else f"{count:,} boxes"


def _safety(changes: Changes) -> str:
    """Say what else is touched, and that it can be taken back."""
    also = f" It touches {radius_text(changes)}." if changes.verified_changed else ""
    return f"‹undo› brings them back.{also}"
