"""Scrubbing: something near at once, the exact frame after it, and nobody waits for old wishes."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from long_groups import GROUP, TIMEOUT_MS, LongGroups
from pytestqt.qtbot import QtBot

from trackmend_app.jobs.frame_loader import FrameLoader
from trackmend_core.video import FrameCache


def write_one_group(path: Path, *, count: int) -> Path:
    """Write noise that moves, slow enough to decode that something can be seen on the way."""
    noise = np.random.default_rng(0).integers(0, 255, (480, 640 + count, 3), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(25))
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        stream.options = {"preset": "ultrafast", "g": "9999", "sc_threshold": "0", "crf": "30"}
        for number in range(count):
            part = np.ascontiguousarray(noise[:, number : number + 640])
            frame = av.VideoFrame.from_ndarray(part, format="bgr24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def video() -> LongGroups:
    return LongGroups()


@pytest.fixture
def loader(qtbot: QtBot, video: LongGroups) -> Iterator[FrameLoader]:
    loader = FrameLoader(FrameCache(1 << 20), opener=lambda _path: video)
    with qtbot.waitSignal(loader.video_opened, timeout=TIMEOUT_MS):
        loader.open(video.path)
    yield loader
    video.may_read.set()
    loader.shut_down()


def test_a_key_frame_is_handed_out_before_a_far_frame(
    qtbot: QtBot, loader: FrameLoader, video: LongGroups
) -> None:
    with qtbot.waitSignal(loader.near_ready, timeout=TIMEOUT_MS) as near:
        loader.request(560)
    assert near.args[0] == 500
    with qtbot.waitSignal(loader.frame_ready, timeout=TIMEOUT_MS) as exact:
        video.may_read.set()
    assert exact.args[0] == 560


def test_a_frame_that_comes_soon_is_not_preceded_by_another(
    qtbot: QtBot, loader: FrameLoader, video: LongGroups
) -> None:
    video.may_read.set()
    with (
        qtbot.assertNotEmitted(loader.near_ready, wait=20),
        qtbot.waitSignal(loader.frame_ready, timeout=TIMEOUT_MS),
    ):
        loader.request(503)


def test_the_reader_leaves_a_frame_that_nobody_waits_for(
    qtbot: QtBot, loader: FrameLoader, video: LongGroups
) -> None:
    with qtbot.waitSignal(loader.near_ready, timeout=TIMEOUT_MS):
        loader.request(560)
    qtbot.waitUntil(lambda: video.begun == [560], timeout=TIMEOUT_MS)
    with qtbot.waitSignal(loader.near_ready, timeout=TIMEOUT_MS) as near:
        loader.request(240)
    assert near.args[0] == 200
    assert video.given_up == [560]
    with qtbot.waitSignal(loader.frame_ready, timeout=TIMEOUT_MS) as exact:
        video.may_read.set()
    assert exact.args[0] == 240


def test_a_frame_on_the_way_to_the_wanted_one_is_read_all_the_same(
    qtbot: QtBot, loader: FrameLoader, video: LongGroups
) -> None:
    """Playing asks for the next frame before the last is there; it must not show nothing."""
    shown: list[int] = []
    loader.frame_ready.connect(lambda frame_index, _image: shown.append(frame_index))
    with qtbot.waitSignal(loader.near_ready, timeout=TIMEOUT_MS):
        loader.request(560)
    loader.request(561)
    loader.request(562)
    qtbot.wait(30)
    assert video.given_up == []
    video.may_read.set()
    qtbot.waitUntil(lambda: shown[-1:] == [562], timeout=TIMEOUT_MS)
    assert shown[0] == 560


def test_frames_on_the_way_to_a_far_one_are_shown_while_it_is_decoded(
    qtbot: QtBot, tmp_path: Path
) -> None:
    """One group of pictures: every frame between has to be decoded anyway."""
    path = write_one_group(tmp_path / "one.mp4", count=400)
    loader = FrameLoader(FrameCache(64 << 20))
    shown: list[int] = []
    loader.near_ready.connect(lambda frame_index, _image: shown.append(frame_index))
    with qtbot.waitSignal(loader.video_opened, timeout=TIMEOUT_MS):
        loader.open(path)
    with qtbot.waitSignal(loader.frame_ready, timeout=TIMEOUT_MS):
        loader.request(0)
    with qtbot.waitSignal(loader.frame_ready, timeout=4 * TIMEOUT_MS) as exact:
        loader.request(399)
    loader.shut_down()
    assert exact.args[0] == 399
    assert shown == sorted(shown) and len(shown) >= 2
    assert 0 < shown[-1] < 399


def test_after_a_step_back_the_frames_before_are_prepared_and_what_is_at_hand_still_comes(
    qtbot: QtBot, loader: FrameLoader, video: LongGroups
) -> None:
    shown: list[int] = []
    loader.frame_ready.connect(lambda frame, _image: shown.append(frame))
    video.quick_frame = lambda frame_index: frame_index  # type: ignore[method-assign]
    video.read_unless = lambda frame_index, _given_up: video.read(frame_index)  # type: ignore[method-assign]
    for frame in (50, 49, 48, 300):
        loader.request(frame)
        qtbot.waitUntil(lambda frame=frame: frame in shown, timeout=TIMEOUT_MS)
        if frame == 49:
            qtbot.waitUntil(lambda: bool(video.prepared), timeout=TIMEOUT_MS)
    assert shown == [50, 49, 48, 300]
    assert video.prepared[0] == 49, "it began after the first step back and not before"


def test_preparing_is_left_for_a_frame_that_has_to_be_decoded(
    qtbot: QtBot, loader: FrameLoader, video: LongGroups
) -> None:
    shown: list[int] = []
    loader.frame_ready.connect(lambda frame, _image: shown.append(frame))
    for frame in (100, 99):
        video.may_read.set()
        loader.request(frame)
        qtbot.waitUntil(lambda frame=frame: frame in shown, timeout=TIMEOUT_MS)
        video.may_read.clear()
    loader.request(730)
    video.may_read.clear()
    qtbot.wait(30)
    video.may_read.set()
    qtbot.waitUntil(lambda: 730 in shown, timeout=TIMEOUT_MS)


def test_preparing_does_not_keep_the_window_from_closing(
    qtbot: QtBot, loader: FrameLoader, video: LongGroups
) -> None:
    shown: list[int] = []
    loader.frame_ready.connect(lambda frame, _image: shown.append(frame))
    video.quick_frame = lambda frame_index: frame_index  # type: ignore[method-assign]
    video.read_unless = lambda frame_index, _given_up: video.read(frame_index)  # type: ignore[method-assign]
    for frame in (50, 49):
        loader.request(frame)
        qtbot.waitUntil(lambda frame=frame: frame in shown, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: bool(video.prepared), timeout=TIMEOUT_MS)
    loader.shut_down()
    assert video.left == [49]


def test_a_frame_near_one_at_hand_that_still_takes_long_is_preceded_by_it(
    qtbot: QtBot, loader: FrameLoader, video: LongGroups
) -> None:
    near: list[int] = []
    loader.near_ready.connect(lambda frame, _image: near.append(frame))
    with qtbot.waitSignal(loader.frame_ready, timeout=TIMEOUT_MS) as came:
        loader.request(2 * GROUP + 2)
        qtbot.waitUntil(lambda: near == [2 * GROUP], timeout=TIMEOUT_MS)
        video.may_read.set()
    assert came.args is not None and came.args[0] == 2 * GROUP + 2
