"""Tells whether a file lies on a network drive, where SQLite's write-ahead log is not safe."""

import ctypes
import os
import sys
from pathlib import Path

NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ncpfs", "fuse.sshfs", "fuse.davfs"}
)
WINDOWS_DRIVE_REMOTE = 4


def is_on_network_drive(path: Path, *, mounts: Path = Path("/proc/self/mounts")) -> bool:
    """Return True where the drive is known to be remote; False means "not as far as we can see".

    Args:
        path: the project file, existing or not.
        mounts: the table of mounted file systems, where the system has one.
    """
    if sys.platform == "win32":
        return _is_remote_on_windows(path)
    return _mounted_as(path, mounts) in NETWORK_FILE_SYSTEMS


def _mounted_as(path: Path, mounts: Path) -> str:
    """Return the type of the file system that holds the path, empty if unknown."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    target = path.absolute().resolve()
    best, kind = -1, ""
    for line in lines:
        fields = line.split()
        if len(fields) < 3:
            continue
        place = fields[1].replace("\\040", " ")
        if (target.is_relative_to(place)) and len(place) >= best:
            best, kind = len(place), fields[2]
    return kind


def _is_remote_on_windows(path: Path) -> bool:
    drive = os.path.splitdrive(path.absolute())[0]
    if drive.startswith("\\\\"):
        return True
    windll = getattr(ctypes, "windll", None)
    if windll is None:
        return False
    return bool(windll.kernel32.GetDriveTypeW(drive + "\\") == WINDOWS_DRIVE_REMOTE)
