"""The process side of the protocol: messages to stdout, cancel from stdin, errors as messages."""

import sys
import threading
from collections.abc import Callable
from typing import TextIO

from trackmend_core.errors import UserError
from trackmend_training.protocol import CANCEL_LINE, Failed, Message, encode

EXIT_BAD_INPUT = 2


class Line:
    """One training process's line to whoever started it."""

    def __init__(self, *, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._cancelled = threading.Event()

    def listen(self) -> None:
        """Watch for the cancel line in a thread that ends with the process."""
        threading.Thread(target=self._read_orders, daemon=True, name="orders").start()

    def emit(self, message: Message) -> None:
        """Write one message, at once."""
        self._out.write(encode(message) + "\n")
        self._out.flush()

    def is_cancelled(self) -> bool:
        """Return whether the run was asked to stop."""
        return self._cancelled.is_set()

    def _read_orders(self) -> None:
        # Not sys.stdin: a worker that is forked while its lock is held waits for it for ever.
        with open(0, "rb", buffering=0, closefd=False) as orders:
            for line in orders:
                if line.strip() == CANCEL_LINE.encode():
                    self._cancelled.set()
                    return


def run_reported(line: Line, work: Callable[[], object]) -> int:
    """Do the work and return the exit status; what is the user's to mend becomes a message."""
    try:
        work()
    except UserError as error:
        line.emit(Failed(message=error.message, hint=error.hint))
        return EXIT_BAD_INPUT
    except Exception as error:
        line.emit(Failed(message=f"Training stopped on an error: {error}", hint="See the log."))
        raise
    return 0
