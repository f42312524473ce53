"""How much an edit would change, found out by making it and rolling it back."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from trackmend_app.edit_plans import EditPlans
from trackmend_app.radius_text import radius_text
from trackmend_app.session import Session
from trackmend_app.situation import Mode
from trackmend_app.wording import say_composed
from trackmend_core.errors import UserError
from trackmend_core.project import Changes
from trackmend_core.project.edits import Edit, SwapTracks
from trackmend_core.types import TrackId

SETTLE_MS = 250
_LIKELIEST = {1: "split", 2: "swap_from_here"}
"""The wide edit that so many selected tracks are most likely meant for."""

MOST_BOXES = 60_000
"""Tracks with more boxes than these are counted when somebody asks, not while they are selected."""


class BlastRadius(QObject):
    """Foresees what the likeliest wide edit of the present selection would touch.

    Signals:
        foreseen(text): e.g. "412 boxes, 2 tracks"; empty when nothing wide is at hand.
    """

    foreseen = Signal(str)

    def __init__(
        self, session: Session, plans: EditPlans, *, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._plans = plans
        self._text = ""
        self._is_impossible = False
        self._partner: TrackId | None = None
        self._merges = False
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._on_settled)
        for signal in (session.selection_changed, session.tracks_changed, session.frame_changed):
            signal.connect(self._on_moved)

    @property
    def text(self) -> str:
        """Return what was foreseen last."""
        return self._text

    @property
    def is_impossible(self) -> bool:
        """Whether what was foreseen is why it cannot be done."""
        return self._is_impossible

    @property
    def considers(self) -> bool:
        """Whether what was foreseen is a swap with the track under the pointer."""
        return self._partner is not None

    def of(self, edit: Edit) -> Changes:
        """Return what an edit would change.

        Raises:
            UserError: it cannot be made.
        """
        return self._session.required_project().preview(edit)

    def of_action(self, action_id: str) -> str:
        """Return in words what an action would change now; empty for one box, or nothing.

        What makes it impossible is said instead, and what to do about it.
        """
        if self._session.run is None or not self._session.selection.track_ids:
            return ""
        try:
            edit = self._plans.planned(action_id)
            changes = self.of(edit) if edit is not None else None
        except UserError as error:
            return " ".join(filter(None, map(say_composed, (error.message, error.hint))))
        if changes is None or (changes.box_count <= 1 and not changes.verified_changed):
            return ""
        return f"{changes.title}: {radius_text(changes)}"

    @Slot(object)
    def consider(self, partner: TrackId | None) -> None:
        """Foresee a swap of the selected track with the one under the pointer."""
        self._partner = partner
        self._on_moved()

    @Slot(object)
    def set_mode(self, mode: Mode) -> None:
        """Foresee the merge while tracks are collected for one."""
        self._merges = mode is Mode.MERGE
        self._on_moved()

    @Slot()
    def _on_moved(self) -> None:
        self._tell("")
        if self._session.selection.track_ids:
            self._settled.start()
        else:
            self._settled.stop()

    @Slot()
    def _on_settled(self) -> None:
        chosen = self._session.selection.track_ids
        found = [self._session.track(track_id) for track_id in chosen]
        boxes = sum(track.box_count for track in found if track is not None)
        if not chosen or self._session.run is None or boxes > MOST_BOXES:
            return
        try:
            edit = self._likeliest(chosen)
            changes = self.of(edit) if edit is not None else None
            is_wide = changes is not None and changes.box_count > 1
            self._tell(radius_text(changes) if changes is not None and is_wide else "")
        except UserError as error:
            if self._merges:
                self._tell(say_composed(error.message).rstrip("."), is_impossible=True)
            else:
                self._tell("")

    def _likeliest(self, chosen: Sequence[TrackId]) -> Edit | None:
        if self._partner is not None:
            return SwapTracks(
                track_a=chosen[0],
                track_b=self._partner,
                first_frame=self._session.frame_index,
                last_frame=None,
            )
        if self._merges:
            return self._plans.planned("merge_commit") if len(chosen) > 1 else None
        return self._plans.planned(_LIKELIEST.get(len(chosen), "merge_commit"))

    def _tell(self, text: str, *, is_impossible: bool = False) -> None:
        self._is_impossible = is_impossible
        if text != self._text:
            self._text = text
            self.foreseen.emit(text)
