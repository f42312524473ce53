"""Catches a job in the middle, however fast it is and however slow the window."""

from collections.abc import Callable

import pytest
from window_stage import Stage

from trackmend_app.jobs import runner


def run_until(stage: Stage, frame_index: int) -> None:
    """Begin a run that stands still at a frame until the detector is let go."""
    stage.detector.hold_at(frame_index)
    stage.trigger("run_model")
    stage.wait(lambda: stage.detector.is_held)


def once_cancelled(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    """Call `then` as soon as a job has been asked to stop: it has not been able to end before."""
    cancel = runner._JobThread.cancel

    def cancels(thread: runner._JobThread) -> None:
        cancel(thread)
        then()

    monkeypatch.setattr(runner._JobThread, "cancel", cancels)
