"""A window on the large project, without its video; as a program it says its memory (Linux)."""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
from large_project import FRAMES, HEIGHT, WIDTH
from PySide6.QtWidgets import QApplication

from trackmend_app.application import prepare_application
from trackmend_app.dialogs.questions import Questions
from trackmend_app.main_window import MainWindow
from trackmend_app.review.queue_state import QueueState
from trackmend_core.project.edits import SwapTracks
from trackmend_core.types import TrackId


class NobodyThere:
    """Answers no to whatever the window asks: the video of the generated project is not there."""

    def confirm(self, question: str, details: str, accept: str) -> bool:
        return False

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the window asked: {name}")


def large_window(app: QApplication) -> MainWindow:
    window = MainWindow(app, questions=cast(Questions, NobodyThere()))
    window.resize(1600, 1000)
    window.show()
    return window


def step_to(window: MainWindow, frame_index: int) -> None:
    """Go to a frame as a key does, with a blank frame in place of the decoded one, and paint."""
    window.workbench.session.go_to(frame_index)
    window.canvas_presenter._on_frame_ready(frame_index, BLANK)
    window.canvas.repaint()
    window.timeline.viewport().repaint()
    QApplication.processEvents()  # whatever else has to be painted


BLANK = np.zeros((HEIGHT, WIDTH, 3), np.uint8)


def peaks_gb(project: Path) -> tuple[float, float]:
    """Do what a reviewer does, index and long swaps included; return the peaks of both processes.

    The first is that of this process, the second that of its review index. They need not be at the
    same moment, so that their sum is more than was ever taken.
    """
    window = large_window(prepare_application())
    session, queue = window.workbench.session, window.workbench.review
    session.open_project(project)
    for frame in (10, 50_000, FRAMES - 10):
        step_to(window, frame)
    wait_for(lambda: queue.state is QueueState.READY)
    for _ in range(2):
        session.edit(SwapTracks(track_a=TrackId(1), track_b=TrackId(2), first_frame=50_000))
        step_to(window, session.frame_index - 1)
        wait_for(lambda: queue.state is QueueState.READY)
    while session.undo() is not None:
        pass
    wait_for(lambda: queue.state is QueueState.READY)
    (index,) = multiprocessing.active_children()
    peaks = _peak_gb(os.getpid()), _peak_gb(index.pid or 0)
    window.close()
    return peaks


def _peak_gb(pid: int) -> float:
    """Return the most memory that a process has had, as Linux tells it.

    `getrusage` would count what the process had in common with its parent before it began.
    """
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024**2


def wait_for(ready: Callable[[], bool]) -> None:
    while not ready():
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    print("peaks {:.3f} {:.3f}".format(*peaks_gb(Path(sys.argv[1]))))
