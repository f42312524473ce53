import numpy as np
from pytestqt.qtbot import QtBot

from trackmend_app.playback import Playback


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def playing(frame_rate: float, *, frame_count: int = 100) -> tuple[Playback, HandClock, list[int]]:
    clock = HandClock()
    playback = Playback(clock=clock)
    due: list[int] = []
    playback.frame_due.connect(due.append)
    playback.set_video(np.arange(frame_count) / frame_rate)
    return playback, clock, due


def tick(playback: Playback) -> None:
    playback._on_tick()


def test_the_frame_that_is_due_follows_the_clock(qtbot: QtBot) -> None:
    playback, clock, due = playing(25.0)
    playback.play_from(10)
    clock.now_s += 0.041
    tick(playback)
    clock.now_s += 0.001
    tick(playback)
    assert due == [10, 11]
    playback.stop()


def test_frames_that_come_too_late_are_dropped_not_delayed(qtbot: QtBot) -> None:
    playback, clock, due = playing(25.0)
    playback.play_from(0)
    clock.now_s += 1.0
    tick(playback)
    assert due == [0, 25]
    playback.stop()


def test_uneven_timestamps_are_played_as_they_are(qtbot: QtBot) -> None:
    clock = HandClock()
    playback = Playback(clock=clock)
    due: list[int] = []
    playback.frame_due.connect(due.append)
    playback.set_video(np.array([0.0, 0.1, 0.2, 1.2, 1.3]))
    playback.play_from(0)
    for _ in range(6):
        clock.now_s += 0.2
        tick(playback)
    assert due == [0, 2, 3]
    playback.stop()


def test_playing_stops_at_the_last_frame_and_starts_over_from_there(qtbot: QtBot) -> None:
    playback, clock, due = playing(25.0, frame_count=10)
    playback.play_from(5)
    clock.now_s += 60.0
    tick(playback)
    assert due == [5, 9]
    assert not playback.is_playing
    playback.play_from(9)
    assert due == [5, 9, 0]
    playback.stop()


def test_a_change_of_speed_goes_on_from_the_present_frame(qtbot: QtBot) -> None:
    playback, clock, due = playing(10.0)
    playback.play_from(0)
    clock.now_s += 1.05
    tick(playback)
    playback.set_speed(4.0)
    clock.now_s += 1.0
    tick(playback)
    assert due == [0, 10, 50]
    playback.stop()


def test_a_video_of_one_frame_does_not_play(qtbot: QtBot) -> None:
    playback, _, due = playing(25.0, frame_count=1)
    playback.play_from(0)
    assert not playback.is_playing
    assert due == []


def test_frames_that_were_due_but_not_shown_are_counted(qtbot: QtBot) -> None:
    playback, clock, _ = playing(25.0)
    playback.play_from(0)
    for wait_s, shown in ((0.401, 10), (0.04, 11), (0.04, 12)):
        clock.now_s += wait_s
        tick(playback)
        playback.note_shown(shown)
    assert playback.dropped == 9, "frames 1 to 9 came too late, the others in time"
    told: list[object] = []
    playback.said.connect(told.append)
    playback.dropped_changed.connect(told.append)
    playback.stop()
    assert told == [0, "Stopped; while it played, 9 frames were not shown in time"]
    playback.stop()
    assert len(told) == 2, "it is said once"
    playback.play_from(50)
    assert playback.dropped == 0
    playback.stop()


def test_a_loop_goes_back_to_its_beginning(qtbot: QtBot) -> None:
    playback, clock, due = playing(10.0)
    playback.set_loop((20, 24))
    playback.play_from(3)
    for _ in range(8):
        clock.now_s += 0.1001
        tick(playback)
    assert due == [20, 21, 22, 23, 24, 20, 21, 22, 23]
    assert playback.is_playing
    playback.set_loop(None)
    clock.now_s += 60.0
    tick(playback)
    assert due[-1] == 99
    assert not playback.is_playing


def test_a_loop_to_the_end_of_the_video_goes_back_once_its_last_frame_was_on_show(
    qtbot: QtBot,
) -> None:
    playback, clock, due = playing(25.0, frame_count=30)
    playback.set_loop((26, 29))
    playback.play_from(26)
    for _ in range(9):
        clock.now_s += 0.0401
        tick(playback)
    assert due == [26, 27, 28, 29, 26, 27, 28, 29, 26, 27]
    playback.stop()
