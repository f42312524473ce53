"""Plays a video at its own rate: a clock says which frame is due, late frames are dropped."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

from trackmend_core.types import Float64Array

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
TICK_MS = 15

Clock = Callable[[], float]


def elapsed_clock() -> Clock:
    """Return a clock that counts seconds and never goes back."""
    timer = QElapsedTimer()
    timer.start()
    return lambda: timer.nsecsElapsed() / 1e9


class Playback(QObject):
    """Says which frame is due while a video plays.

    Signals:
        frame_due(frame_index): only when it differs from the one before.
        playing_changed(playing).
        speed_changed(speed): 1.0 is the video's own rate.
    """

    frame_due = Signal(int)
    playing_changed = Signal(bool)
    speed_changed = Signal(float)

    def __init__(self, *, clock: Clock | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock or elapsed_clock()
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._timestamps_s: Float64Array = np.zeros(0)
        self._speed = 1.0
        self._started_s = 0.0
        self._from_s = 0.0
        self._frame_index = 0

    @property
    def is_playing(self) -> bool:
        """Return whether frames fall due."""
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """Return the multiple of the video's own rate."""
        return self._speed

    def set_video(self, timestamps_s: Float64Array) -> None:
        """Stop, and play this video next; timestamps are (frame_count,) seconds, not falling."""
        self.stop()
        self._timestamps_s = timestamps_s
        self._frame_index = 0

    def play_from(self, frame_index: int) -> None:
        """Start at a frame; at the last frame, start over."""
        if len(self._timestamps_s) < 2:
            return
        last = len(self._timestamps_s) - 1
        self._restart_clock(0 if frame_index >= last else max(0, frame_index))
        if not self._timer.isActive():
            self._timer.start()
            self.playing_changed.emit(True)
        self.frame_due.emit(self._frame_index)

    def stop(self) -> None:
        """Stay at the present frame."""
        if self._timer.isActive():
            self._timer.stop()
            self.playing_changed.emit(False)

    def set_speed(self, speed: float) -> None:
        """Play this many times as fast from now on."""
        self._restart_clock(self._frame_index)
        self._speed = speed
        self.speed_changed.emit(speed)

    def _restart_clock(self, frame_index: int) -> None:
        self._frame_index = frame_index
        self._started_s = self._clock()
        self._from_s = float(self._timestamps_s[frame_index]) if len(self._timestamps_s) else 0.0

    @Slot()
    def _on_tick(self) -> None:
        time_s = self._from_s + (self._clock() - self._started_s) * self._speed
        due = int(np.searchsorted(self._timestamps_s, time_s, side="right")) - 1
        last = len(self._timestamps_s) - 1
        if due != self._frame_index:
            self._frame_index = due
            self.frame_due.emit(due)
        if due >= last:
            self.stop()
