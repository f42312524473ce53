"""The process side of the protocol: messages to stdout, orders from stdin, errors as messages."""

import errno
import os
import stat
import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO

from trackmend_core.errors import UserError
from trackmend_training.protocol import (
    CANCEL_LINE,
    PAUSE_LINE,
    RESUME_LINE,
    Failed,
    Message,
    encode,
)

EXIT_BAD_INPUT = 2
_RANKS = ("RANK", "LOCAL_RANK", "NODE_RANK")
"""Set by `torchrun`, or by Lightning in the processes that it starts."""


TOO_LITTLE_MEMORY = "There is too little memory for this training."
SMALLER = (
    "Make the batch or the crops smaller (batch_size, crop_wh); micro-batches (accumulate) need "
    "less memory, too."
)
ANOTHER_FOLDER = "Choose another folder or free some space."
_OF_MEMORY = ("can't allocate memory", "out of memory", "insufficient memory")
"""What torch and OpenCV say, each in an error class of its own."""


_OF_FILES = frozenset(
    getattr(errno, name)
    for name in (
        *("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO"),
        *("ENOTDIR", "EISDIR", "EEXIST", "ENAMETOOLONG"),
    )
    if hasattr(errno, name)
)
"""What a disk or a folder refuses; other errors of the system are ours."""


def as_user_error(error: Exception) -> UserError | None:
    """Return what a person can mend about memory, a disk or a folder; None for a bug."""
    text = str(error).lower()
    if isinstance(error, MemoryError) or any(words in text for words in _OF_MEMORY):
        return UserError(TOO_LITTLE_MEMORY, SMALLER)
    if isinstance(error, OSError) and error.errno in _OF_FILES:
        where = "A file" if error.filename is None else f"“{error.filename}”"
        return UserError(f"{where} could not be written: {error.strerror}.", ANOTHER_FOLDER)
    return None


def is_main_process() -> bool:
    """Return whether this process speaks for the run, among those that share its batches."""
    return all(os.environ.get(name, "0") == "0" for name in _RANKS)


_DYING_S = 2.0


class Line:
    """One training process's line to whoever started it; processes that only help are silent."""

    def __init__(self, *, out: TextIO = sys.stdout) -> None:
        self._out = out if is_main_process() else None
        self._cancelled = threading.Event()
        self._may_go_on = threading.Event()
        self._may_go_on.set()
        self._begun_by = os.getppid()

    def listen(self) -> None:
        """Watch for orders in a thread that ends with the process."""
        if self._out is None:
            return
        threading.Thread(target=self._read_orders, daemon=True, name="orders").start()

    def emit(self, message: Message) -> None:
        """Write one message, at once."""
        if self._out is None:
            return
        self._out.write(encode(message) + "\n")
        self._out.flush()

    @property
    def is_running(self) -> bool:
        """Return whether the run may go on, and is not paused."""
        return self._may_go_on.is_set()

    def is_cancelled(self) -> bool:
        """Return whether the run was asked to stop; a run that was paused waits in here."""
        self._may_go_on.wait()
        return self._cancelled.is_set()

    def _read_orders(self) -> None:
        # Not sys.stdin: a worker that is forked while its lock is held waits for it for ever.
        with open(0, "rb", buffering=0, closefd=False) as orders:
            for line in orders:
                self._obey(line.strip().decode("utf-8", "replace"))
        if self._is_orphan():
            self._cancelled.set()
        # Whoever paused the run is gone: nobody is left to let it go on.
        self._may_go_on.set()

    def _is_orphan(self) -> bool:
        """Return whether whoever began the run and spoke to it through a pipe has died.

        A window that was killed can neither show nor add what is learnt: the run stops as when it
        is cancelled, keeps its checkpoint and gives its memory back. Without a pipe, or with one
        that was closed by somebody alive, nobody was there to begin with, and the run goes on.
        """
        mode = os.fstat(0).st_mode
        if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
            return False
        until = time.monotonic() + _DYING_S  # its pipes are closed a moment before it is gone
        while os.getppid() == self._begun_by and time.monotonic() < until:
            time.sleep(0.05)
        return os.getppid() != self._begun_by

    def _obey(self, order: str) -> None:
        if order == CANCEL_LINE:
            self._cancelled.set()
            self._may_go_on.set()
        elif order == PAUSE_LINE and not self._cancelled.is_set():
            self._may_go_on.clear()
        elif order == RESUME_LINE:
            self._may_go_on.set()


def run_reported(line: Line, work: Callable[[], object]) -> int:
    """Do the work and return the exit status; what is the user's to mend becomes a message."""
    try:
        work()
    except UserError as error:
        line.emit(Failed(message=error.message, hint=error.hint))
        return EXIT_BAD_INPUT
    except Exception as error:
        known = as_user_error(error)
        if known is not None:
            line.emit(Failed(message=known.message, hint=known.hint))
            return EXIT_BAD_INPUT
        line.emit(Failed(message=f"Training stopped on an error: {error}", hint="See the log."))
        raise
    return 0
