"""Moves through the video: steps, jumps, playing."""

from PySide6.QtCore import QObject

from trackmend_app.playback import SPEEDS, Playback
from trackmend_app.session import Session


class Travel(QObject):
    """The ways of changing the current frame that people ask for by key or button."""

    def __init__(
        self, session: Session, playback: Playback, *, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._playback = playback

    def set_playing(self, playing: bool) -> None:
        """Play from the current frame, or stay there."""
        if playing:
            self._playback.play_from(self._session.frame_index)
        else:
            self._playback.stop()

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
