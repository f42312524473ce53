"""Moves through the video: steps, jumps, playing."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from trackmend_app.landmarks import births_and_deaths, gap_ends, next_crossing, next_of
from trackmend_app.playback import SPEEDS, Playback
from trackmend_app.session import FrameRange, Session
from trackmend_core.project import TrackSummary

_SIDE = {1: "after this frame", -1: "before this frame"}


class Travel(QObject):
    """The ways of changing the current frame that people ask for by key or button.

    `small_step` and `large_step` are frames, `loop_s` seconds to each side of a looped frame.

    Signals: said(sentence): why there was no jump.
    """

    said = Signal(str)

    def __init__(
        self,
        session: Session,
        playback: Playback,
        *,
        event_range: Callable[[], FrameRange | None] = lambda: None,
        parent: QObject | None = None,
    ) -> None:
        """Move through the video of a session; `event_range` is of the suspicion at hand."""
        super().__init__(parent)
        self._session = session
        self._playback = playback
        self.small_step = 10
        self.large_step = 100
        self.loop_s = 1
        self._event_range = event_range

    def set_playing(self, playing: bool) -> None:
        """Play from the current frame, or stay there."""
        if playing:
            self._playback.play_from(self._session.frame_index)
        else:
            self._playback.stop()

    def set_looping(self, looping: bool) -> None:
        """Play the range over and over, or the suspicion at hand, or some seconds around here."""
        if not looping or self._session.video is None:
            self._playback.set_loop(None)
            self._playback.stop()
            return
        event = self._event_range()
        if self._session.frame_range is None and event is not None:
            self._play_loop(event)
            return
        if self._session.frame_range is None:
            here = self._session.frame_index
            around = round(self.loop_s * self._session.video.frame_rate)
            last = self._session.video.frame_count - 1
            self._session.set_range((max(0, here - around), min(last, here + around)))
        self._play_loop(self._session.frame_range)

    def _play_loop(self, loop: FrameRange | None) -> None:
        self._playback.set_loop(loop)
        self._playback.play_from(self._session.frame_index)

    def to_event(self, frame_index: int) -> None:
        """Go to a suspicion; when the one before was being looped, loop this one."""
        loops = self.loops_event
        self.to(frame_index)
        if loops:
            self._play_loop(self._event_range())

    @property
    def loops_event(self) -> bool:
        """Return whether what is looped is a suspicion and not a marked range."""
        return self._playback.loop is not None and self._session.frame_range is None

    def change_speed(self, step: int) -> None:
        """Play at the next slower (-1) or faster (1) speed."""
        at = SPEEDS.index(self._playback.speed)
        self._playback.set_speed(SPEEDS[max(0, min(at + step, len(SPEEDS) - 1))])

    def step(self, frames: int) -> None:
        """Stop and go so many frames on, or back."""
        self.to(self._session.frame_index + frames)

    def to(self, frame_index: int) -> None:
        """Stop and go to a frame; beyond an end, to that end."""
        self._playback.stop()
        self._session.go_to(frame_index)

    def to_video_start(self) -> None:
        """Go to the first frame."""
        self.to(0)

    def to_video_end(self) -> None:
        """Go to the last frame."""
        if self._session.video is not None:
            self.to(self._session.video.frame_count - 1)

    def to_track_start(self) -> None:
        """Go to the first frame of the track chosen last."""
        self._to_track_end(first=True)

    def to_track_end(self) -> None:
        """Go to the last frame of the track chosen last."""
        self._to_track_end(first=False)

    def _to_track_end(self, *, first: bool) -> None:
        for track_id in self._session.selection.track_ids[-1:]:
            track = self._session.track(track_id)
            if track is not None:
                self.to(track.first_frame if first else track.last_frame)

    def to_gap(self, step: int) -> None:
        """Go to where the selected track is lost or found again next (1) or before (-1)."""
        track = self._chosen()
        if track is not None:
            place = next_of(gap_ends(track), self._session.frame_index, step=step)
            self._to_place(place, f"Track {track.number} has no gap {_SIDE[step]}")

    def to_birth_or_death(self, step: int) -> None:
        """Go to where any track begins or ends next (1) or before (-1)."""
        places = births_and_deaths(self._session.tracks())
        place = next_of(places, self._session.frame_index, step=step)
        self._to_place(place, f"No track begins or ends {_SIDE[step]}")

    def to_crossing(self, step: int) -> None:
        """Go to where the selected track meets another next (1) or before (-1)."""
        track, run = self._chosen(), self._session.run
        if track is None or run is None:
            return
        here, project = self._session.frame_index, self._session.required_project()
        place = next_crossing(project, run.run_id, track, here, step=step)
        self._to_place(place, f"Track {track.number} meets nobody {_SIDE[step]}")

    def _chosen(self) -> TrackSummary | None:
        chosen = self._session.selection.track_ids
        return self._session.track(chosen[-1]) if chosen else None

    def _to_place(self, place: int | None, otherwise: str) -> None:
        if place is None:
            self.said.emit(otherwise)
        else:
            self.to(place)
