"""A review index in a process of its own, so that building it takes nothing from the window."""

import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from trackmend_app.review.index_home import Work
from trackmend_app.review.index_message import Fault, Found, Order
from trackmend_app.review.index_worker import serve
from trackmend_core.errors import UserError
from trackmend_core.types import RunId

FROM_BOXES: Final = 100_000
"""A run of fewer boxes is looked at within a second or so: a process takes as long to start."""

_LOOK_UP_S: Final = 0.1
_LAST_WORDS_S: Final = 5.0


class IndexElsewhere:
    """An index beside the window; whoever made it is the only one to use it.

    Attributes:
        pid: of its process.
    """

    def __init__(
        self, path: Path, run_id: RunId, *, author: str, on_step: Callable[[], None]
    ) -> None:
        """Start the process and wait until the index is open.

        Args:
            path: of the project, which is open here.
            run_id: whose layer is looked at.
            author: whom answers are ascribed to.
            on_step: called again and again meanwhile; raising ends the process.

        Raises:
            UserError: the process died.
        """
        context = multiprocessing.get_context("spawn")
        self._connection, there = context.Pipe()
        self._process = context.Process(
            target=serve, args=(there, path, run_id, author), name="trackmend-review", daemon=True
        )
        try:
            self._process.start()
            there.close()  # so that either side sees the end of the other
            self.pid = self._process.pid or 0
            while not self._connection.poll(_LOOK_UP_S):
                on_step()
            self._answer()
        except BaseException:
            self._kill()  # it has only read so far
            raise

    def do(self, work: Work, *given: object) -> Any:
        """Return what the work finds."""
        try:
            self._connection.send(Order(work=work, given=given))
        except OSError as error:
            raise self._lost() from error
        return self._answer()

    def close(self) -> None:
        """Let the process end and wait for it."""
        with suppress(OSError):  # it may be gone already
            self._connection.send(None)
        self._process.join(_LAST_WORDS_S)
        self._kill()

    def _answer(self) -> Any:
        try:
            answer: Found | Fault = self._connection.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if isinstance(answer, Found):
            return answer.value
        if not answer.trace:
            raise UserError(answer.message, answer.hint)
        bug = RuntimeError(answer.message)
        bug.add_note(f"In the review process:\n{answer.trace}")
        raise bug

    def _lost(self) -> UserError:
        self._process.join(_LAST_WORDS_S)
        code = self._process.exitcode
        how = f"signal {-code}" if code is not None and code < 0 else f"status {code}"
        return UserError(
            f"The review queue was lost: the process that keeps it ended ({how}).",
            "Your tracks, edits and answers are in the project. Choose “Look again” in the Review"
            " panel; if it happens again, close other programs to free memory.",
        )

    def _kill(self) -> None:
        self._connection.close()
        if self._process.is_alive():
            self._process.kill()
        if self._process.pid is not None:
            self._process.join()
            self._process.close()
