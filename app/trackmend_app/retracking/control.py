"""The dry run that is going on: from where, with which thresholds, what of it is wanted."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from trackmend_app.corrections import Corrections
from trackmend_app.jobs.runner import JobRunner
from trackmend_app.radius_text import touched_text
from trackmend_app.retracking.replay import LookedAt, Replay, changed_settings, differing, replay
from trackmend_app.session import Session
from trackmend_app.situation import Mode
from trackmend_app.verification import Verification
from trackmend_core.errors import UserError
from trackmend_core.project import VerifiedStretch
from trackmend_core.project.records import frame_number
from trackmend_core.review.retrack_diff import TrackChange
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import Progress

SETTLE_MS = 250
"""A slider that has rested for so long is tried."""


class Abandoned(Exception):  # noqa: N818 - an outcome, not an error
    """Nobody waits for the replay any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One setting that was tried, and the suspicions that it would leave."""

    settings: TrackerSettings
    differs: Mapping[str, float]
    suspicions: int


class RetrackControl(QObject):
    """Starts replays and takes one over; nothing is written before that.

    Signals:
        active_changed(on): the dry run began or was left.
        changed(): settings, outcome or what is ticked differ.
        progressed(Progress).
        said(sentence); refused(UserError); failed(error).
    """

    active_changed = Signal(bool)
    changed = Signal()
    progressed = Signal(object)
    said = Signal(str)
    refused = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        session: Session,
        corrections: Corrections,
        verification: Verification,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._corrections = corrections
        self._verification = verification
        self._stretches: tuple[VerifiedStretch, ...] = ()
        self._is_active = False
        self._from_frame = 0
        self._at_first: TrackerSettings | None = None
        self._settings: TrackerSettings | None = None
        self._looked_at: LookedAt | None = None
        self._replay: Replay | None = None
        self._unticked: set[int] = set()
        self._tried: list[Tried] = []
        self._is_wanted_again = False
        self._layer_changes, self._layer_seen = 0, 0
        self._numbers: dict[int, int] = {}
        self._group_of: dict[int, int] = {}
        self._stop = threading.Event()
        self.runner = JobRunner(self)
        self.runner.progressed.connect(self._on_progressed)
        self.runner.finished.connect(self._on_finished)
        self.runner.failed.connect(self._on_failed)
        self.runner.ended.connect(self._on_ended)
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._compute)
        corrections.mode_changed.connect(self._on_mode_changed)
        session.tracks_changed.connect(self._on_tracks_changed)
        verification.changed.connect(self._on_verification_changed)
        session.run_changed.connect(self._on_run_changed)
        session.project_closing.connect(self.leave)
        session.video_changed.connect(self.leave)

    @property
    def is_active(self) -> bool:
        """Whether a dry run is going on."""
        return self._is_active

    @property
    def is_computing(self) -> bool:
        """Whether what is shown is not yet what the settings say."""
        return self.runner.is_running or self._settled.isActive()

    @property
    def from_frame(self) -> int:
        """The frame before which nothing changes, 0-based."""
        return self._from_frame

    @property
    def settings(self) -> TrackerSettings | None:
        """The settings that are tried."""
        return self._settings

    @property
    def counts_camera_still(self) -> bool:
        """Whether the way of tracking follows the camera, which no replay can."""
        return self._settings is not None and Tracker(self._settings).wants_image

    @property
    def replay(self) -> Replay | None:
        """What came of the settings last computed."""
        return self._replay

    @property
    def tried(self) -> Sequence[Tried]:
        """The settings tried so far, each once, in the order of the first try."""
        return self._tried

    @property
    def changes(self) -> Sequence[TrackChange]:
        """The tracks that would differ."""
        if self._replay is None:
            return ()
        return [one for one in self._replay.outcome.changes if one.frames is not None]

    @property
    def ticked(self) -> frozenset[int]:
        """The groups of changes that are wanted."""
        return frozenset(one.group for one in self.changes) - self._unticked

    @property
    def can_accept(self) -> bool:
        """Whether there is anything to take over."""
        return self._is_active and not self.is_computing and bool(self.ticked)

    @property
    def radius(self) -> tuple[int, int]:
        """Boxes and tracks that accepting would touch."""
        return self._replay.outcome.radius(self.ticked) if self._replay is not None else (0, 0)

    @property
    def group_of(self) -> Mapping[int, int]:
        """The group of every track that would differ."""
        return self._group_of

    def number_of(self, target: int) -> int:
        """Return the number of a track as people read it; a new one gets the next free ones."""
        return self._numbers[target]

    def _numbered(self) -> dict[int, int]:
        highest = max((track.number for track in self._session.tracks()), default=0)
        fresh = sorted((one.target for one in self.changes if one.target < 0), reverse=True)
        new = {target: highest + 1 + place for place, target in enumerate(fresh)}
        old = {one.target: one.number for one in self.changes if one.number is not None}
        return old | new

    def begin(self) -> None:
        """Begin a dry run at the current frame with the thresholds of the run."""
        run, video = self._session.run, self._session.video
        if run is None or video is None:
            return
        self._forget()
        settings = TrackerSettings.default(video.frame_rate)
        try:
            if run.tracker_settings:
                settings = TrackerSettings.from_dict(run.tracker_settings)
        except UserError as error:
            self.said.emit(f"{error.message} The usual thresholds are taken.")
        self._at_first = self._settings = settings
        self._from_frame = self._session.frame_index
        self._stretches = tuple(self._verification.stretches)
        self._is_active = True
        self._corrections.set_mode(Mode.RETRACK)
        self.active_changed.emit(True)
        self._compute()

    @Slot()
    def leave(self) -> None:
        """Leave the dry run; nothing has changed."""
        if not self._is_active:
            return
        self._is_active = False
        self._settled.stop()
        self._stop.set()
        self.runner.cancel()
        self._forget()
        if self._corrections.mode is Mode.RETRACK:
            self._corrections.set_mode(Mode.REVIEW)
        self.active_changed.emit(False)

    def set_threshold(self, name: str, value: float) -> None:
        """Try another value once the hand rests."""
        if self._settings is None:
            return
        try:
            self._try(changed_settings(self._settings, name, value))
        except UserError as error:
            self.refused.emit(error)

    def go_back(self) -> None:
        """Try the thresholds of the run again."""
        if self._at_first is not None:
            self._try(self._at_first)

    def try_again(self, tried: Tried) -> None:
        """Go back to a setting that was tried before."""
        self._try(tried.settings)

    def tick(self, group: int, *, on: bool) -> None:
        """Want a group of changes, or not."""
        self._unticked = self._unticked - {group} if on else self._unticked | {group}
        self.changed.emit()

    def tick_all(self, *, on: bool) -> None:
        """Want all changes, or none."""
        self._unticked = set() if on else {one.group for one in self.changes}
        self.changed.emit()

    def accept(self) -> None:
        """Take over what is ticked as one edit, and leave."""
        if self._replay is None or not self.can_accept:
            return
        edit = self._replay.outcome.edit(self.ticked)
        if edit is None:
            return
        try:
            # Leaving first would forget the outcome; the edit is committed before anything moves.
            self._is_active = False
            self._session.edit(edit)
        except UserError as error:
            self.refused.emit(error)
        finally:
            self._is_active = True
            self.leave()

    @property
    def text(self) -> str:
        """What the status line says of it."""
        place = self.tr("Dry run from frame {frame}").format(frame=frame_number(self._from_frame))
        if self.is_computing or self._replay is None:
            return self.tr("{place}: tracking again").format(place=place)
        if not self.changes:
            return self.tr("{place}: nothing would change").format(place=place)
        if not self.ticked:
            return self.tr("{place}: nothing is ticked").format(place=place)
        boxes, tracks = self.radius
        return self.tr("{place}: ‹accept_retrack› accepts what is ticked ({counted})").format(
            place=place, counted=touched_text(boxes=boxes, tracks=tracks)
        )

    def _try(self, settings: TrackerSettings) -> None:
        if settings != self._settings:
            self._settings = settings
            self._settled.start()
            self.changed.emit()

    def _forget(self) -> None:
        self._looked_at, self._replay = None, None
        self._settings, self._at_first = None, None
        self._unticked, self._tried, self._is_wanted_again = set(), [], False

    @Slot()
    def _compute(self) -> None:
        if not self._is_active or self._settings is None:
            return
        if self.runner.is_running:
            self._is_wanted_again = True
            self._stop.set()
            self.runner.cancel()
            return
        project, run_id = self._session.required_project(), self._session.required_run().run_id
        settings, looked_at, from_frame = self._settings, self._looked_at, self._from_frame
        self._layer_seen = self._layer_changes
        self._stop = stop = threading.Event()

        def on_step() -> None:
            if stop.is_set():
                raise Abandoned

        self.runner.start(
            self.tr("Tracking again"),
            lambda: replay(
                project,
                run_id,
                from_frame=from_frame,
                settings=settings,
                looked_at=looked_at,
                on_step=on_step,
            ),
        )
        self.changed.emit()

    @Slot(object)
    def _on_progressed(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    @Slot(object)
    def _on_finished(self, found: Replay) -> None:
        is_late = self._is_wanted_again or self._layer_seen != self._layer_changes
        if not self._is_active or is_late or self._at_first is None:
            return
        self._replay, self._looked_at = found, found.looked_at
        self._numbers = self._numbered()
        self._group_of = {one.target: one.group for one in self.changes}
        self._unticked = set()
        if all(one.settings != found.settings for one in self._tried):
            self._tried.append(
                Tried(
                    settings=found.settings,
                    differs=differing(found.settings, self._at_first),
                    suspicions=found.suspicions,
                )
            )

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if self._layer_seen != self._layer_changes:
            return  # it read the tracks while they were edited, and is done anew
        if self._is_active and not isinstance(error, Abandoned):
            self.failed.emit(error)
            self.leave()

    @Slot()
    def _on_ended(self) -> None:
        if self._is_wanted_again:
            self._is_wanted_again = False
            self._compute()
        if self._is_active:
            self.changed.emit()

    @Slot(object)
    def _on_mode_changed(self, mode: Mode) -> None:
        if mode is not Mode.RETRACK:
            self.leave()

    @Slot()
    def _on_run_changed(self) -> None:
        self.leave()

    @Slot()
    def _on_verification_changed(self) -> None:
        """Compute anew: what has just been verified is not touched, what no longer is may be."""
        stretches = tuple(self._verification.stretches)
        if stretches != self._stretches:
            self._stretches = stretches
            self._on_tracks_changed()

    @Slot()
    def _on_tracks_changed(self) -> None:
        """Compute anew: what is shown was found on tracks that are no more."""
        self._layer_changes += 1
        if self._is_active:
            self._looked_at, self._tried, self._replay = None, [], None
            self._settled.start()
            self.changed.emit()
