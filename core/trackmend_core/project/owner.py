"""Says who writes a run, and whether that writer can still be at work."""

import os
import time
from typing import Final

from trackmend_core.processes import THIS_PROCESS_WORD, process_exists

THIS_PROCESS: Final = f"{os.getpid()}:{THIS_PROCESS_WORD}"
"""Who owns the runs that this process writes: its number, and a word nobody else has."""

SILENCE_S: Final = 120.0
"""After this long without a sign of life another process counts as gone, for numbers are reused."""


def is_at_work(owner: str | None, *, heartbeat_at: float) -> bool:
    """Return True while the owner of a run may still be writing it."""
    if not owner:
        return False
    if owner == THIS_PROCESS:
        return True
    pid = int(owner.split(":")[0])
    silent = time.time() - heartbeat_at > SILENCE_S
    return pid != os.getpid() and not silent and process_exists(pid)
