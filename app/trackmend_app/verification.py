"""What a person has found right, how much of the video that is, and the key that says so."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from trackmend_app.session import Session
from trackmend_core.errors import UserError
from trackmend_core.project import Verdict, VerifiedStretch, verified_share
from trackmend_core.project.verdict_titles import say_verified
from trackmend_core.types import RunId, TrackId

Scope = tuple[TrackId | None, int, int]
"""A track (None: all of them), first and last frame."""


def _at_once(act: Callable[[], None]) -> None:
    act()


class Verification(QObject):
    """Keeps the verified stretches of the shown run at hand.

    Attributes:
        in_turn: does something after the answers that are on their way into the file.

    Signals:
        changed(): stretches came, went or changed their colour.
        said(sentence); refused(UserError).
    """

    changed = Signal()
    said = Signal(str)
    refused = Signal(object)

    def __init__(self, session: Session, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._stretches: tuple[VerifiedStretch, ...] = ()
        self._share: float | None = 0.0
        self.in_turn: Callable[[Callable[[], None]], None] = _at_once
        session.tracks_changed.connect(self._on_tracks_changed)

    @property
    def stretches(self) -> Sequence[VerifiedStretch]:
        """Return the verified stretches of the shown run, by first frame."""
        return self._stretches

    @property
    def share(self) -> float:
        """Return the share of boxes in intact stretches, 0..1."""
        if self._share is None:
            self._share = verified_share(self._session.tracks(), self._stretches)
        return self._share

    def toggle(self) -> None:
        """Verify the range, or the selected tracks, or all since the last stretch up to here.

        Where exactly that is verified and unchanged already, it is taken back.
        """
        run = self._session.run
        if run is not None:
            # What is meant is read now: the answer before it moves on to the next suspicion.
            self.in_turn(partial(self._toggle, run.run_id, self._scopes()))

    @Slot()
    def refresh(self) -> None:
        """Read the stretches anew."""
        run, project = self._session.run, self._session.project
        known = run is not None and project is not None
        self._stretches = tuple(project.verified(run.run_id)) if known and run and project else ()
        self._share = None if known else 0.0
        self.changed.emit()

    def _toggle(self, run_id: RunId, scopes: Sequence[Scope]) -> None:
        try:
            self._verify_or_not(run_id, scopes)
        except UserError as error:
            self.refused.emit(error)
        self.refresh()

    def _verify_or_not(self, run_id: RunId, scopes: Sequence[Scope]) -> None:
        project = self._session.required_project()
        there = [self._same(track_id, first, last) for track_id, first, last in scopes]
        if all(stretch is not None and stretch.is_intact for stretch in there):
            project.unverify(*(one.stretch_id for one in there if one is not None))
            self.said.emit("No longer verified · ‹undo› verifies it again")
            return
        made = project.verify_all(run_id, scopes)
        frames = min(one.first_frame for one in made), max(one.last_frame for one in made)
        title = say_verified(self._numbers([one.track_id for one in made]), frames)
        self.said.emit(f"{title} · ‹toggle_verified› again or ‹undo› takes it back")

    def follow_verdict(self, verdict: Verdict) -> None:
        """Show what counts after stretches were taken back, or verified again; go to their place.

        Those of a run that is not shown change nothing here.
        """
        run, (first, last) = self._session.run, verdict.frames
        if run is not None and run.run_id == verdict.run_id:
            if not first <= self._session.frame_index <= last:
                self._session.go_to(first)
            self.refresh()

    def _scopes(self) -> list[Scope]:
        """Return what the key means now."""
        frames, here = self._session.frame_range, self._session.frame_index
        chosen = self._session.selection.track_ids
        if chosen:
            tracks = [track for track in self._session.tracks() if track.track_id in chosen]
            return [
                (track.track_id, *(frames or (track.first_frame, track.last_frame)))
                for track in tracks
            ]
        if frames is not None:
            return [(None, *frames)]
        mine = [one for one in self._stretches if one.track_id is None and one.is_intact]
        ending_here = [one for one in mine if one.last_frame == here]
        if ending_here:
            return [(None, ending_here[-1].first_frame, here)]
        ends = [one.last_frame for one in mine if one.last_frame < here]
        return [(None, max(ends, default=-1) + 1, here)]

    def _same(self, track_id: TrackId | None, first: int, last: int) -> VerifiedStretch | None:
        place = (track_id, first, last)
        return next(
            (
                one
                for one in self._stretches
                if (one.track_id, one.first_frame, one.last_frame) == place
            ),
            None,
        )

    def _numbers(self, track_ids: Sequence[TrackId | None]) -> list[int]:
        """Return the numbers of the tracks, none for all."""
        return [track.number for track in self._session.tracks() if track.track_id in track_ids]

    @Slot()
    def _on_tracks_changed(self) -> None:
        self.refresh()
