import threading
import time
from typing import Any

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_core.jobs import FrameResult, MemorySink, track_video
from trackmend_core.jobs.speed import SpeedMeter, WorkClock
from trackmend_core.tracking import Tracker, TrackerSettings
from trackmend_core.types import FrameDetections, ImageArray

SETTINGS = TrackerSettings.default(30, score_threshold=0.4)


def reading_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "read-ahead"]


def test_every_frame_is_written_in_order_and_progress_ends_at_the_total(
    frames: Any, walkers: Any
) -> None:
    sink = MemorySink()
    steps = list(
        track_video(source=frames(30), detector=walkers, tracker=Tracker(SETTINGS), writer=sink)
    )
    assert [step.done for step in steps] == list(range(1, 31))
    assert {step.total for step in steps} == {30}
    assert sink.frames_written == 30
    table = sink.table()
    assert table.frames.tolist() == [f for f in range(1, 31) for _ in range(2)]
    assert set(table.ids.tolist()) == {1, 2}
    np.testing.assert_allclose(table.boxes_xywh[0], [0, 50, 40, 100], atol=1e-3)


def test_frames_are_decoded_in_another_thread_that_has_ended_afterwards(
    frames: Any, walkers: Any
) -> None:
    source = frames(10)
    list(
        track_video(source=source, detector=walkers, tracker=Tracker(SETTINGS), writer=MemorySink())
    )
    assert source.readers == {"read-ahead"}
    assert reading_threads() == []


def test_closing_the_generator_keeps_what_was_written_and_ends_the_thread(
    frames: Any, walkers: Any
) -> None:
    source, sink = frames(1000), MemorySink()
    job = track_video(source=source, detector=walkers, tracker=Tracker(SETTINGS), writer=sink)
    for _ in range(7):
        next(job)
    job.close()
    assert reading_threads() == []
    assert sink.frames_written == 7
    assert len(source.read_frames) < 20, "decoding runs only a little ahead"


def test_a_job_that_is_never_started_starts_no_thread(frames: Any, walkers: Any) -> None:
    track_video(
        source=frames(5), detector=walkers, tracker=Tracker(SETTINGS), writer=MemorySink()
    ).close()
    assert reading_threads() == []


def test_reading_ahead_stays_within_its_bound_while_the_network_is_slow(frames: Any) -> None:
    source = frames(50)

    class Slow:
        def detect(self, image_bgr: ImageArray) -> FrameDetections:
            time.sleep(0.05)
            return FrameDetections.empty()

    job = track_video(
        source=source, detector=Slow(), tracker=Tracker(SETTINGS), writer=MemorySink()
    )
    for _ in range(4):
        next(job)
    assert len(source.read_frames) <= 4 + 6
    job.close()


def test_an_undecodable_frame_is_empty_and_said_and_the_rest_is_tracked(
    frames: Any, walkers: Any
) -> None:
    sink, shown = MemorySink(), []
    steps = list(
        track_video(
            source=frames(20, broken=frozenset({4, 5})),
            detector=walkers,
            tracker=Tracker(SETTINGS),
            writer=sink,
            on_frame=lambda result: shown.append(result.frame_index),
        )
    )
    assert sink.frames_written == 20
    assert {5, 6}.isdisjoint(sink.table().frames.tolist())
    assert steps[3].message == "Tracking"
    assert "2 frames could not be read" in steps[-1].message
    assert shown == [f for f in range(20) if f not in (4, 5)]


def test_a_video_that_stops_decoding_stops_the_job(frames: Any, walkers: Any) -> None:
    sink = MemorySink()
    job = track_video(
        source=frames(99, broken=frozenset(range(40, 99))),
        detector=walkers,
        tracker=Tracker(SETTINGS),
        writer=sink,
    )
    with pytest.raises(UserError, match="cannot be decoded"):
        list(job)
    assert 40 <= sink.frames_written < 50
    assert reading_threads() == []


def test_a_bug_in_the_reader_is_not_swallowed(frames: Any, walkers: Any) -> None:
    job = track_video(
        source=frames(9, bug_at=3), detector=walkers, tracker=Tracker(SETTINGS), writer=MemorySink()
    )
    with pytest.raises(ZeroDivisionError):
        list(job)
    assert reading_threads() == []


def test_a_failing_detector_ends_the_thread(frames: Any) -> None:
    class Broken:
        def detect(self, image_bgr: ImageArray) -> FrameDetections:
            raise RuntimeError("out of memory")

    job = track_video(
        source=frames(99), detector=Broken(), tracker=Tracker(SETTINGS), writer=MemorySink()
    )
    with pytest.raises(RuntimeError, match="out of memory"):
        list(job)
    assert reading_threads() == []


def test_the_callback_gets_image_detections_and_tracks_of_one_frame(
    frames: Any, walkers: Any
) -> None:
    shown: list[FrameResult] = []
    list(
        track_video(
            source=frames(3),
            detector=walkers,
            tracker=Tracker(SETTINGS),
            writer=MemorySink(),
            on_frame=shown.append,
        )
    )
    assert [int(result.image[0, 0, 0]) for result in shown] == [0, 1, 2]
    assert [len(result.detections) for result in shown] == [3, 3, 3]
    assert [[box.track_id for box in result.tracked] for result in shown] == [[1, 2]] * 3


def test_a_video_without_frames_is_done_at_once(frames: Any, walkers: Any) -> None:
    sink = MemorySink()
    job = track_video(source=frames(0), detector=walkers, tracker=Tracker(SETTINGS), writer=sink)
    assert list(job) == []
    assert len(sink.table()) == 0


def test_speed_is_that_of_the_last_seconds() -> None:
    now = [0.0]
    meter = SpeedMeter(clock=lambda: now[0])
    assert meter.advance() == 0.0
    for _ in range(100):
        now[0] += 0.1
        fast = meter.advance()
    for _ in range(10):
        now[0] += 1.0
        slow = meter.advance()
    assert fast == pytest.approx(10.0, rel=0.05)
    assert slow == pytest.approx(1.0, rel=0.05)


def test_the_speed_of_the_whole_leaves_out_what_passed_while_it_waited() -> None:
    now = 0.0
    work = WorkClock(lambda: now)
    assert work.units_per_second is None
    for _ in range(4):
        now += 0.5
        work.unit_done()
        now += 60.0  # paused
        work.go_on()
    assert work.units_per_second == pytest.approx(2.0)


def test_tracking_returns_how_fast_it_was_and_a_video_without_frames_nothing(
    frames: Any, walkers: Any
) -> None:
    def speed_of(count: int) -> float | None:
        job = track_video(
            source=frames(count), detector=walkers, tracker=Tracker(SETTINGS), writer=MemorySink()
        )
        while True:
            try:
                next(job)
            except StopIteration as end:
                speed: float | None = end.value
                return speed

    speed = speed_of(20)
    assert speed is not None and speed > 0
    assert speed_of(0) is None
