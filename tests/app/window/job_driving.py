"""Catches a job in the middle, however fast it is and however slow the window."""

from collections.abc import Callable

import pytest
from window_stage import Stage

from trackmend_app.carrying.carry_dialog import CarryOverDialog
from trackmend_app.jobs import runner


def run_until(stage: Stage, frame_index: int) -> None:
    """Begin a run that stands still at a frame until the detector is let go."""
    stage.detector.hold_at(frame_index)
    stage.trigger("run_model")
    stage.wait(lambda: stage.detector.is_held)


def leave_as_it_is(stage: Stage) -> None:
    """Decline what is offered after a second run: to carry over what was mended in the first."""
    stage.wait(lambda: stage.window.findChild(CarryOverDialog) is not None)
    stage.window.findChild(CarryOverDialog).reject()
    stage.window.activateWindow()  # as a window manager does when a dialog has gone


def once_cancelled(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    """Call `then` as soon as a job has been asked to stop: it has not been able to end before."""
    cancel = runner._JobThread.cancel

    def cancels(thread: runner._JobThread) -> None:
        cancel(thread)
        then()

    monkeypatch.setattr(runner._JobThread, "cancel", cancels)
