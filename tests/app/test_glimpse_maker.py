"""Glimpses: made of key frames while it is quiet, shown at once while a far frame is decoded."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from long_groups import GROUP, TIMEOUT_MS, LongGroups
from pytestqt.qtbot import QtBot

from trackmend_app.jobs import glimpse_maker
from trackmend_app.jobs.frame_loader import FrameLoader, glimpse_key
from trackmend_app.jobs.glimpse_maker import GlimpseMaker
from trackmend_core.errors import UserError
from trackmend_core.types import ImageArray
from trackmend_core.video import FrameCache, Glimpses
from trackmend_core.video.glimpses import APART


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glimpse_maker, "QUIET_S", 0.02)
    monkeypatch.setattr(glimpse_maker, "BUSY_MS", 5)


@pytest.fixture
def video() -> LongGroups:
    return LongGroups()


@pytest.fixture
def glimpses(video: LongGroups) -> Glimpses:
    kept = Glimpses()
    kept.begin(glimpse_key(video.path))
    return kept


@pytest.fixture
def loader(qtbot: QtBot, video: LongGroups, glimpses: Glimpses) -> Iterator[FrameLoader]:
    loader = FrameLoader(FrameCache(1 << 20), glimpses=glimpses, opener=lambda _path: video)
    with qtbot.waitSignal(loader.video_opened, timeout=TIMEOUT_MS):
        loader.open(video.path)
    yield loader
    video.may_read.set()
    loader.shut_down()


class Maker:
    """A maker whose surroundings the test decides about."""

    def __init__(self, video: LongGroups, glimpses: Glimpses) -> None:
        self.is_busy = False
        self.video, self.glimpses = video, glimpses
        self.ends = 0
        self.of = GlimpseMaker(
            glimpses, is_busy=lambda: self.is_busy, opener=lambda _path: self.video
        )
        self.of.finished.connect(self._ended)

    def _ended(self) -> None:
        self.ends += 1


@pytest.fixture
def maker(qtbot: QtBot, video: LongGroups) -> Iterator[Maker]:
    maker = Maker(video, Glimpses())
    yield maker
    maker.of.shut_down()


def test_a_glimpse_is_shown_while_a_far_frame_is_decoded(
    qtbot: QtBot, loader: FrameLoader, video: LongGroups, glimpses: Glimpses
) -> None:
    glimpses.put(glimpse_key(video.path), 555, np.full((8, 8, 3), 77, np.uint8))
    with qtbot.waitSignal(loader.near_ready, timeout=TIMEOUT_MS) as near:
        loader.request(560)
    frame, image = near.args
    assert frame == 555, "it is nearer than the key frame"
    assert image.shape == (8, 8, 3) and np.abs(image.astype(int) - 77).max() < 5
    with qtbot.waitSignal(loader.frame_ready, timeout=TIMEOUT_MS) as exact:
        video.may_read.set()
    assert exact.args[0] == 560


def test_a_decoded_frame_is_preferred_to_a_glimpse_that_is_farther(
    qtbot: QtBot, loader: FrameLoader, video: LongGroups, glimpses: Glimpses
) -> None:
    glimpses.put(glimpse_key(video.path), 400, np.zeros((8, 8, 3), np.uint8))
    shown: list[int] = []
    loader.near_ready.connect(lambda frame, _image: shown.append(frame))
    loader.request(530)
    qtbot.waitUntil(lambda: bool(shown), timeout=TIMEOUT_MS)
    assert shown == [500]


def test_a_glimpse_of_another_video_is_never_shown(
    qtbot: QtBot, loader: FrameLoader, glimpses: Glimpses
) -> None:
    glimpses.begin("another")
    glimpses.put("another", 555, np.zeros((8, 8, 3), np.uint8))
    with qtbot.waitSignal(loader.near_ready, timeout=TIMEOUT_MS) as near:
        loader.request(560)
    assert near.args[0] == 500


def test_what_was_seen_in_passing_leaves_a_glimpse_now_and_then(
    qtbot: QtBot, loader: FrameLoader, video: LongGroups, glimpses: Glimpses
) -> None:
    video.may_read.set()
    for frame in range(0, 4 * APART, 5):
        with qtbot.waitSignal(loader.frame_ready, timeout=TIMEOUT_MS):
            loader.request(frame)
    qtbot.waitUntil(lambda: len(glimpses) == 4, timeout=TIMEOUT_MS)


def test_every_key_frame_gets_a_glimpse(qtbot: QtBot, maker: Maker) -> None:
    with qtbot.waitSignal(maker.of.finished, timeout=TIMEOUT_MS):
        maker.of.open(maker.video.path)
    key = glimpse_key(maker.video.path)
    assert len(maker.glimpses) == maker.video.frame_count // GROUP
    assert maker.glimpses.nearest(key, 349) == 300


def test_nothing_is_made_while_somebody_works_or_moves_in_the_video(
    qtbot: QtBot, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker.is_busy = True
    maker.of.open(maker.video.path)
    qtbot.wait(120)
    assert len(maker.glimpses) == 0
    monkeypatch.setattr(glimpse_maker, "QUIET_S", 600)  # a slow machine is not taken for quiet
    maker.of.disturb()
    maker.is_busy = False
    until = time.monotonic() + 0.15
    while time.monotonic() < until:
        maker.of.disturb()
        qtbot.wait(2)
    assert len(maker.glimpses) == 0
    monkeypatch.setattr(glimpse_maker, "QUIET_S", 0.02)
    qtbot.waitUntil(lambda: maker.ends == 1, timeout=TIMEOUT_MS)
    assert len(maker.glimpses) == maker.video.frame_count // GROUP


def test_closing_the_video_stops_it_and_forgets_what_was_made(
    qtbot: QtBot, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, may_go_on = LongGroups.read, threading.Event()

    def one_and_then_slowly(video: LongGroups, frame_index: int) -> ImageArray:
        if len(maker.glimpses) > 0:
            may_go_on.wait(TIMEOUT_MS / 1000)
        return read(video, frame_index)

    monkeypatch.setattr(LongGroups, "read", one_and_then_slowly)
    maker.of.open(maker.video.path)
    qtbot.waitUntil(lambda: len(maker.glimpses) > 0, timeout=TIMEOUT_MS)
    maker.of.close_video()
    may_go_on.set()
    # The file is closed, at the latest after the picture that is being decoded.
    qtbot.waitUntil(maker.video.may_read.is_set, timeout=TIMEOUT_MS)
    qtbot.wait(60)
    assert len(maker.glimpses) == 0
    assert maker.ends == 0


def test_a_damaged_key_frame_is_passed_over(
    qtbot: QtBot, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = LongGroups.read

    def damaged(video: LongGroups, frame_index: int) -> ImageArray:
        if frame_index == 300:
            raise UserError("Frame 301 is damaged.", "")
        return read(video, frame_index)

    monkeypatch.setattr(LongGroups, "read", damaged)
    with qtbot.waitSignal(maker.of.finished, timeout=TIMEOUT_MS):
        maker.of.open(maker.video.path)
    assert len(maker.glimpses) == maker.video.frame_count // GROUP - 1


def test_it_ends_when_there_is_no_room(qtbot: QtBot, video: LongGroups) -> None:
    maker = Maker(video, Glimpses(max_bytes=2000))
    with qtbot.waitSignal(maker.of.finished, timeout=TIMEOUT_MS):
        maker.of.open(video.path)
    assert 0 < len(maker.glimpses) < video.frame_count // GROUP
    assert maker.glimpses.size_bytes <= 2000
    maker.of.shut_down()


def test_a_video_that_cannot_be_opened_has_none_and_nothing_is_said_twice(
    qtbot: QtBot, tmp_path: Path
) -> None:
    maker = GlimpseMaker(Glimpses())
    with qtbot.waitSignal(maker.finished, timeout=TIMEOUT_MS):
        maker.open(tmp_path / "nowhere.mp4")
    maker.shut_down()
