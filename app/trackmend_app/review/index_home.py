"""Where a review index lives: in the thread that asks it, or in a process beside the window."""

from collections.abc import Callable
from typing import Any, Protocol

from trackmend_core.project import Project
from trackmend_core.review import ReviewIndex
from trackmend_core.review.scene import OnStep
from trackmend_core.types import RunId

# Any: what a task finds is between the task and whoever takes its result.
Work = Callable[..., Any]
"""Is called with the index, and with what was given beside it."""


class IndexHome(Protocol):
    """Keeps one review index and does work on it, one piece after the other."""

    def do(self, work: Work, *given: object) -> Any:
        """Return what `work(index, *given)` returns.

        In another process it goes there and back through a pipe, so that `work` is a function of a
        module (or a `partial` of one), which loads no Qt.

        Raises:
            UserError: the index is lost.
        """
        ...

    def close(self) -> None:
        """Let go of the index."""
        ...


class IndexHere:
    """An index in this process: the work of a small run is not worth a process."""

    def __init__(self, project: Project, run_id: RunId, *, on_step: OnStep) -> None:
        self._index = ReviewIndex.open(project, run_id, on_step=on_step)

    def do(self, work: Work, *given: object) -> Any:
        """Return what the work finds."""
        return work(self._index, *given)

    def close(self) -> None:
        """Do nothing: the index goes with this object."""
