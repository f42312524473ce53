"""Plays a video at its own rate: a clock says which frame is due, late frames are dropped."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

from trackmend_app.wording import counted
from trackmend_core.types import Float64Array

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
TICK_MS = 15

Clock = Callable[[], float]


def elapsed_clock() -> Clock:
    """Return a clock that counts seconds and never goes back."""
    timer = QElapsedTimer()
    timer.start()
    return lambda: timer.nsecsElapsed() / 1e9


def speed_text(speed: float) -> str:
    """Return a speed as people write it: ½×, 1×, 2×."""
    return {0.25: "¼×", 0.5: "½×", 0.1: "0.1×"}.get(speed, f"{speed:g}×")


class Playback(QObject):
    """Says which frame is due while a video plays.

    Signals:
        frame_due(frame_index): only when it differs from the one before.
        playing_changed(playing).
        speed_changed(speed): 1.0 is the video's own rate.
        loop_changed(): another stretch, or none, is played over and over.
        dropped_changed(count): frames since playing began that were due but not shown in time; 0
            once it has stopped.
        said(sentence): how many those were in the end.
    """

    frame_due = Signal(int)
    playing_changed = Signal(bool)
    speed_changed = Signal(float)
    dropped_changed = Signal(int)
    said = Signal(str)
    loop_changed = Signal()

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
        self._loop: tuple[int, int] | None = None
        self._passed = 0
        self._shown = 0
        self._dropped = 0

    @property
    def loop(self) -> tuple[int, int] | None:
        """Return the first and last frame of the stretch that is played over and over."""
        return self._loop

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Play frames first..last over and over, or (None) to the end of the video."""
        if loop != self._loop:
            self._loop = loop
            self.loop_changed.emit()

    @property
    def dropped(self) -> int:
        """Return how many frames since playing began were due but not shown in time."""
        return self._dropped

    def note_shown(self, _frame_index: int) -> None:
        """Count a frame that has reached the screen while playing."""
        if self.is_playing:
            self._shown += 1

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
        first, last = self._ends()
        inside = first <= frame_index < last
        self._restart_clock(frame_index if inside else first)
        self._passed = self._shown = 0
        self._count_dropped()
        if not self._timer.isActive():
            self._timer.start()
            self.playing_changed.emit(True)
        self.frame_due.emit(self._frame_index)

    def stop(self) -> None:
        """Stay at the present frame."""
        if self._timer.isActive():
            self._timer.stop()
            self.playing_changed.emit(False)
            self._tell_dropped()

    def set_speed(self, speed: float) -> None:
        """Play this many times as fast from now on."""
        self._restart_clock(self._frame_index)
        self._speed = speed
        self.speed_changed.emit(speed)

    def _ends(self) -> tuple[int, int]:
        """Return the first and last frame to play."""
        end = len(self._timestamps_s) - 1
        if self._loop is None:
            return 0, end
        return max(0, self._loop[0]), min(end, self._loop[1])

    def _end_s(self, last: int) -> float:
        """Return when a frame has been on show for as long as it lasts; the last one as the rest.

        Nothing falls due after the last frame of a video.
        """
        until, times = last + 1, self._timestamps_s
        if until < len(times):
            return float(times[until])
        return float(times[last] + (times[last] - times[0]) / max(1, last))

    def _count_dropped(self) -> None:
        # The frame due now may still be on its way to the screen.
        dropped = max(0, self._passed - self._shown - 1)
        if dropped != self._dropped:
            self._dropped = dropped
            self.dropped_changed.emit(dropped)

    def _tell_dropped(self) -> None:
        """Say it once: beside a frame that stands still the number would tell of nothing."""
        dropped, self._dropped = self._dropped, 0
        if dropped:
            self.dropped_changed.emit(0)
            self.said.emit(
                counted(
                    dropped,
                    "Stopped; while it played, 1 frame was not shown in time",
                    "Stopped; while it played, {count} frames were not shown in time",
                )
            )

    def _restart_clock(self, frame_index: int) -> None:
        self._frame_index = frame_index
        self._started_s = self._clock()
        self._from_s = float(self._timestamps_s[frame_index]) if len(self._timestamps_s) else 0.0

    @Slot()
    def _on_tick(self) -> None:
        time_s = self._from_s + (self._clock() - self._started_s) * self._speed
        due = int(np.searchsorted(self._timestamps_s, time_s, side="right")) - 1
        _, last = self._ends()
        if self._loop is not None and (due > last or time_s >= self._end_s(last)):
            self._restart_clock(self._ends()[0])
            self._passed += 1
            self.frame_due.emit(self._frame_index)
            return
        if due != self._frame_index:
            self._passed += due - self._frame_index
            self._frame_index = due
            self.frame_due.emit(due)
            self._count_dropped()
        if due >= last and self._loop is None:
            self.stop()
