"""Says who writes a run, and whether that writer can still be at work."""

import ctypes
import os
import secrets
import sys
import time
from typing import Final

THIS_PROCESS: Final = f"{os.getpid()}:{secrets.token_hex(8)}"
"""Who owns the runs that this process writes: its number, and a word nobody else has."""

SILENCE_S: Final = 120.0
"""After this long without a sign of life another process counts as gone, for numbers are reused."""

_WINDOWS_QUERY_LIMITED: Final = 0x1000
_WINDOWS_STILL_ACTIVE: Final = 259


def is_at_work(owner: str | None, *, heartbeat_at: float) -> bool:
    """Return True while the owner of a run may still be writing it."""
    if not owner:
        return False
    if owner == THIS_PROCESS:
        return True
    pid = int(owner.split(":")[0])
    silent = time.time() - heartbeat_at > SILENCE_S
    return pid != os.getpid() and not silent and _process_exists(pid)


def _process_exists(pid: int) -> bool:
    if sys.platform == "win32":
        return _process_exists_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _process_exists_on_windows(pid: int) -> bool:
    # os.kill would end the process there.
    windll = getattr(ctypes, "windll", None)
    if windll is None:
        return True
    handle = windll.kernel32.OpenProcess(_WINDOWS_QUERY_LIMITED, False, pid)
    if not handle:
        return False
    code = ctypes.c_ulong()
    windll.kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
    windll.kernel32.CloseHandle(handle)
    return code.value == _WINDOWS_STILL_ACTIVE
