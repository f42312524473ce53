"""Several readers of one video: the picture on the screen comes first, and old wishes are left."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from long_groups import TIMEOUT_MS, LongGroups
from pytestqt.qtbot import QtBot

from trackmend_app.jobs.crop_loader import CropKey, CropLoader
from trackmend_app.jobs.frame_loader import FrameLoader
from trackmend_app.jobs.right_of_way import RightOfWay, Urgency
from trackmend_core.video import FrameCache

SHORT_MS = 100


def crop_of(frame_index: int) -> CropKey:
    return CropKey(frame_index, 0, 0, 4, 4)


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> RightOfWay:
    """One that a slow machine does not make impatient."""
    monkeypatch.setattr(RightOfWay.wait, "__kwdefaults__", {"most_s": TIMEOUT_MS / 1000})
    return RightOfWay()


@pytest.fixture
def shown() -> LongGroups:
    """The video as the screen's reader reads it."""
    return LongGroups()


@pytest.fixture
def cut_from() -> LongGroups:
    """The same video as people's pictures are cut from it."""
    return LongGroups()


@pytest.fixture
def loader(qtbot: QtBot, shown: LongGroups, way: RightOfWay) -> Iterator[FrameLoader]:
    loader = FrameLoader(FrameCache(1 << 20), opener=lambda _path: shown, way=way)
    with qtbot.waitSignal(loader.video_opened, timeout=TIMEOUT_MS):
        loader.open(shown.path)
    yield loader
    shown.may_read.set()
    loader.shut_down()


@pytest.fixture
def crops(cut_from: LongGroups, way: RightOfWay) -> Iterator[CropLoader]:
    crops = CropLoader(FrameCache(1 << 20), opener=lambda _path: cut_from, way=way)
    yield crops
    crops.shut_down()


def test_the_less_urgent_wait_for_the_more_urgent_and_nobody_waits_for_the_less(
    way: RightOfWay,
) -> None:
    went = threading.Event()

    def read_a_map() -> None:
        way.wait(Urgency.MAPS, most_s=30)
        went.set()

    with way.reading(Urgency.CROPS):
        way.wait(Urgency.SCREEN, most_s=30)
        reader = threading.Thread(target=read_a_map)
        reader.start()
        assert not went.wait(SHORT_MS / 1000)
    assert went.wait(TIMEOUT_MS / 1000)
    reader.join()


def test_peoples_pictures_wait_while_the_frame_for_the_screen_is_decoded(
    qtbot: QtBot, loader: FrameLoader, crops: CropLoader, shown: LongGroups, cut_from: LongGroups
) -> None:
    cut_from.may_read.set()
    with qtbot.waitSignal(loader.near_ready, timeout=TIMEOUT_MS):
        loader.request(560)
    with qtbot.assertNotEmitted(crops.crop_ready, wait=SHORT_MS):
        crops.ask(Path("long.mp4"), [crop_of(560)])
    with qtbot.waitSignals([loader.frame_ready, crops.crop_ready], timeout=TIMEOUT_MS):
        shown.may_read.set()


def test_a_picture_being_decoded_is_left_for_newer_wishes_and_comes_after_them(
    qtbot: QtBot, crops: CropLoader, cut_from: LongGroups
) -> None:
    come: list[int] = []
    crops.crop_ready.connect(lambda key, _picture: come.append(key.frame_index))
    crops.ask(Path("long.mp4"), [crop_of(560)], for_whom="film")
    qtbot.waitUntil(lambda: cut_from.begun == [560], timeout=TIMEOUT_MS)
    crops.ask(Path("long.mp4"), [crop_of(300)], for_whom="review")
    qtbot.waitUntil(lambda: come == [300], timeout=TIMEOUT_MS)
    assert cut_from.given_up == [560]
    cut_from.may_read.set()
    qtbot.waitUntil(lambda: come == [300, 560], timeout=TIMEOUT_MS)


def test_a_picture_that_nobody_wants_any_more_is_left(
    qtbot: QtBot, crops: CropLoader, cut_from: LongGroups
) -> None:
    crops.ask(Path("long.mp4"), [crop_of(560)])
    qtbot.waitUntil(lambda: cut_from.begun == [560], timeout=TIMEOUT_MS)
    crops.ask(Path("long.mp4"), [])
    qtbot.waitUntil(lambda: cut_from.given_up == [560], timeout=TIMEOUT_MS)
