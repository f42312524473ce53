"""Which processes there are on this machine, and a word that tells this one from all others."""

import ctypes
import os
import secrets
import sys
from typing import Final

THIS_PROCESS_WORD: Final = secrets.token_hex(8)
"""Numbers of processes are used again, in containers even by the next start; this is not."""

_WINDOWS_QUERY_LIMITED: Final = 0x1000
_WINDOWS_STILL_ACTIVE: Final = 259


def process_exists(pid: int) -> bool:
    """Return whether a process of this number runs on this machine; it may be another by now."""
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
