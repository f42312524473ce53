"""1080p H.264 with long groups of pictures: seeking, stepping, scrubbing, beside plain decoding."""

import random
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from scale_rows import say_times, timed
from table import BenchTable

from trackmend_app.canvas import VideoCanvas
from trackmend_app.jobs.frame_loader import FrameLoader
from trackmend_app.jobs.glimpse_maker import GlimpseMaker
from trackmend_core.types import ImageArray
from trackmend_core.video import FrameCache, Glimpses, open_video

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]

WIDTH, HEIGHT, FRAMES, GROUP, RATE = 1920, 1080, 500, 250, 25
TOLD = f"1080p H.264, a key frame in {GROUP}"


@pytest.fixture(scope="module")
def long_groups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A camera that pans over a large picture, as a moving scene costs a decoder its time."""
    path = tmp_path_factory.mktemp("groups") / "long.mp4"
    dice = np.random.default_rng(2)
    coarse = dice.integers(0, 255, (80, 140, 3), np.uint8)
    scene = np.kron(coarse, np.ones((24, 24, 1), np.uint8))
    scene = np.clip(scene.astype(np.int16) + dice.integers(-9, 9, scene.shape), 0, 255)
    scene = scene.astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(25))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {
            "preset": "ultrafast",
            "g": str(GROUP),
            "keyint_min": str(GROUP),
            "sc_threshold": "0",
            "bf": "3",
        }
        for number in range(FRAMES):
            x, y = (3 * number) % 1400, (2 * number) % 800
            part = np.ascontiguousarray(scene[y : y + HEIGHT, x : x + WIDTH])
            frame = av.VideoFrame.from_ndarray(part, format="bgr24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def plain_frame_s(path: Path, *, count: int) -> float:
    """Return seconds a frame of decoding from the start into BGR, nothing else."""
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        started = time.perf_counter()
        for number, frame in enumerate(container.decode(video=0)):
            frame.to_ndarray(format="bgr24")
            if number == count:
                break
        return (time.perf_counter() - started) / count


def test_steps_cost_what_plain_decoding_costs(
    table: BenchTable, long_groups: Path, tmp_path: Path
) -> None:
    dice = random.Random(1)
    with open_video(long_groups, cache_dir=tmp_path) as video:
        plain = plain_frame_s(long_groups, count=150)
        beside = f"plain decoding: {1e3 * plain:.1f} ms a frame"
        video.read(300)
        ahead = [timed(lambda f=f: video.read(f)) for f in range(301, 400)]
        say_times(table, f"step +1, {TOLD}", ahead, baseline=beside)
        back = [timed(lambda f=f: video.read(f)) for f in range(390, 360, -1)]
        say_times(table, f"step -1 without preparation ({TOLD})", back, baseline=beside)
        seeks = [timed(lambda: video.read(dice.randrange(FRAMES))) for _ in range(20)]
        whole = f"{beside}, {1e3 * plain * GROUP:.0f} ms a group"
        say_times(table, f"random seek, exact frame ({TOLD})", seeks, baseline=whole)


def test_stepping_back_at_the_rate_of_the_video(
    qtbot: QtBot, table: BenchTable, long_groups: Path
) -> None:
    """From a step back to its exact frame, with the key held down through the whole group."""
    loader = FrameLoader(FrameCache(512 << 20))
    shown: dict[int, float] = {}
    loader.frame_ready.connect(lambda frame, _i: shown.setdefault(frame, time.perf_counter()))
    with qtbot.waitSignal(loader.video_opened, timeout=60_000):
        loader.open(long_groups)
    begin = FRAMES - 60
    for frame in (begin + 1, begin):
        loader.request(frame)
        qtbot.waitUntil(lambda frame=frame: frame in shown, timeout=60_000)
    taken = []
    for frame in range(begin - 1, begin - 121, -1):
        asked, own = time.perf_counter(), time.process_time()
        loader.request(frame)
        qtbot.waitUntil(lambda frame=frame: frame in shown, timeout=60_000)
        taken.append((shown[frame] - asked, time.process_time() - own))
        qtbot.wait(max(1, int(1000 * (asked + 1 / RATE - time.perf_counter()))))
    loader.shut_down()
    say_times(table, f"step -1 in the window, {RATE} a second ({TOLD})", taken)


def test_scrubbing_shows_something_within_50_ms(
    qtbot: QtBot, table: BenchTable, long_groups: Path
) -> None:
    """From asking for a frame to a painted canvas that shows it, or one near it.

    The video was opened a moment before: its key frames have been made into glimpses.
    """
    dice, canvas, glimpses = random.Random(3), VideoCanvas(), Glimpses()
    loader = FrameLoader(FrameCache(512 << 20), glimpses=glimpses)
    maker = GlimpseMaker(glimpses)
    qtbot.addWidget(canvas)
    canvas.resize(1100, 620)
    canvas.show()
    shown: list[tuple[int, float]] = []

    def show(frame_index: int, image: ImageArray) -> None:
        canvas.set_frame(image, frame_index)
        canvas.repaint()
        shown.append((frame_index, time.perf_counter()))

    loader.near_ready.connect(show)
    loader.frame_ready.connect(show)
    with qtbot.waitSignal(loader.video_opened, timeout=60_000):
        loader.open(long_groups)
    with qtbot.waitSignal(maker.finished, timeout=60_000):
        maker.open(long_groups)
    something, exact = [], []
    at = FRAMES // 2
    for turn in range(45):
        jump = turn % 3 == 0
        near = max(0, min(FRAMES - 1, at + dice.randint(-40, 40)))
        at = dice.randrange(FRAMES) if jump else near
        shown.clear()
        own, asked = time.process_time(), time.perf_counter()
        loader.request(at)
        qtbot.waitUntil(lambda: bool(shown), timeout=30_000)
        something.append((shown[0][1] - asked, time.process_time() - own))
        qtbot.waitUntil(lambda at=at: shown[-1][0] == at, timeout=30_000)
        exact.append((shown[-1][1] - asked, time.process_time() - own))
    loader.shut_down()
    maker.shut_down()
    say_times(table, f"scrub: something on the screen ({TOLD})", something, floor_ms=50)
    say_times(table, f"scrub: the exact frame ({TOLD})", exact)
