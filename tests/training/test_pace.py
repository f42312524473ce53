"""A finetuning is planned to end as it should within its time."""

from collections.abc import Callable

import pytest

from trackmend_training import pace
from trackmend_training.pace import TRIED_STEPS, WORTH_TRYING, affordable_steps


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which only the test moves."""
    now = [100.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])
    return now


def taking(seconds: float, clock: list[float]) -> Callable[[int, Callable[[], None]], None]:
    def do(count: int, after_each: Callable[[], None]) -> None:
        clock[0] += 30  # reading and warming up
        for _ in range(count):
            clock[0] += seconds
            after_each()

    return do


def test_a_quick_machine_does_what_was_planned(clock: list[float]) -> None:
    assert affordable_steps(400, minutes=8, do_steps=taking(0.5, clock)) == 400


def test_a_slow_machine_does_as_many_steps_as_fit(clock: list[float]) -> None:
    assert affordable_steps(400, minutes=8, do_steps=taking(4.0, clock)) == 120


def test_a_machine_that_was_busy_for_a_moment_is_tried_once_more(clock: list[float]) -> None:
    trials = [taking(16.0, clock), taking(0.8, clock)]
    assert affordable_steps(400, minutes=8, do_steps=lambda *one: trials.pop(0)(*one)) == 400
    trials = [taking(4.0, clock), taking(16.0, clock)]
    assert affordable_steps(400, minutes=8, do_steps=lambda *one: trials.pop(0)(*one)) == 120


def test_there_is_a_least_number_of_steps(clock: list[float]) -> None:
    assert affordable_steps(400, minutes=1, do_steps=taking(60.0, clock)) == WORTH_TRYING


def test_a_short_run_is_not_tried_beforehand(clock: list[float]) -> None:
    def never(_count: int, _after_each: Callable[[], None]) -> None:
        raise AssertionError("tried")

    assert affordable_steps(WORTH_TRYING, minutes=1, do_steps=never) == WORTH_TRYING
    assert clock == [100.0]


def test_a_trial_that_was_cancelled_plans_nothing(clock: list[float]) -> None:
    def cancelled(count: int, after_each: Callable[[], None]) -> None:
        assert count == TRIED_STEPS
        after_each()

    assert affordable_steps(400, minutes=8, do_steps=cancelled) == 400
