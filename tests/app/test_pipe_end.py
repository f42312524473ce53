"""A worker process notices that it is not wanted any more, in whichever way it comes about."""

from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import pytest

from trackmend_app.pipe_end import LeftAlone, hear, look_up, tell

Ends = tuple[Connection, Connection]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """The parent's end and the worker's."""
    parent, worker = Pipe()
    yield parent, worker
    parent.close()
    worker.close()


def test_what_is_told_is_heard_in_order(ends: Ends) -> None:
    parent, worker = ends
    tell(worker, {"done": 1})
    tell(worker, None)
    assert (hear(parent), hear(parent)) == ({"done": 1}, None)


def test_work_goes_on_while_nothing_is_said(ends: Ends) -> None:
    look_up(ends[1])


def test_a_word_in_the_middle_of_work_ends_it(ends: Ends) -> None:
    parent, worker = ends
    parent.send(None)
    with pytest.raises(LeftAlone):
        look_up(worker)


@pytest.mark.parametrize("act", [hear, look_up, lambda worker: tell(worker, 1)])
def test_a_parent_that_is_gone_ends_it(ends: Ends, act: object) -> None:
    parent, worker = ends
    parent.close()
    with pytest.raises(LeftAlone):
        act(worker)  # type: ignore[operator]
