import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from trackmend_app.application import prepare_application
from trackmend_app.garbage import GarbageCollector, collect_in_this_thread


class Knot:
    """Holds itself, so that only the collector can take it away, and says in which thread."""

    def __init__(self, died_in: list[int]) -> None:
        self.me = self
        self.died_in = died_in

    def __del__(self) -> None:
        self.died_in.append(threading.get_ident())


@pytest.fixture
def collected_here(qapp: QApplication) -> Iterator[QObject]:
    was_on = gc.isenabled()
    parent = QObject()
    collect_in_this_thread(parent)
    yield parent
    if was_on:
        gc.enable()


def allocate(died_in: list[int], *, knots: int) -> None:
    for _ in range(knots):
        Knot(died_in)


def test_what_a_worker_drops_is_collected_in_the_gui_thread(
    qtbot: QtBot, collected_here: QObject
) -> None:
    died_in: list[int] = []
    worker = threading.Thread(target=allocate, args=(died_in,), kwargs={"knots": 5000})
    worker.start()
    worker.join()
    assert died_in == []
    qtbot.waitUntil(lambda: len(died_in) == 5000, timeout=20_000)
    assert set(died_in) == {threading.get_ident()}


def test_a_second_call_starts_no_second_collector(collected_here: QObject) -> None:
    collect_in_this_thread(collected_here)
    assert len(collected_here.findChildren(GarbageCollector)) == 1


def test_the_application_collects_in_its_own_thread(qapp: QApplication) -> None:
    app = prepare_application()
    assert len(app.findChildren(GarbageCollector)) == 1
    assert not gc.isenabled()
