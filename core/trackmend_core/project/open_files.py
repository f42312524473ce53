"""Which database files this process has open, so that nobody closes one of them past SQLite.

The locks of POSIX belong to process and file: closing any descriptor of a file lets go of every
lock that the process holds on it, those of SQLite, too (https://sqlite.org/howtocorrupt.html, 2.2).
Another process that closes the project then takes itself for the last one, deletes the write-ahead
log, and what either writes afterwards is lost. So a file that is open here is read through a
descriptor that stays open as long as SQLite's connections do.
"""

import os
import secrets
import sqlite3
import sys
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

_HAS_POSIX_LOCKS: Final = sys.platform != "win32"

FileId = tuple[int, int]
"""Device and number of a file: what stays the same when it gets another name."""


class Place(Enum):
    """Where a file that is open lies by now."""

    KEPT = "kept"
    MOVED = "moved"
    GONE = "gone"


@dataclass(slots=True)
class _Open:
    """How many connections a file has, and (where locks are POSIX's) a descriptor of it."""

    descriptor: int | None
    connections: int = 0


_lock = threading.Lock()
_open: dict[FileId, _Open] = {}


class CountedConnection(sqlite3.Connection):
    """A connection that is known to `read_start`."""

    file_id: FileId | None = None

    def close(self) -> None:
        """Close the connection, and the kept descriptor after the last one of its file."""
        super().close()
        file_id, self.file_id = self.file_id, None
        if file_id is None:
            return
        with _lock:
            held = _open[file_id]
            held.connections -= 1
            if held.connections == 0:
                del _open[file_id]
                if held.descriptor is not None:
                    os.close(held.descriptor)


def connect(path: Path, *, timeout_s: float) -> CountedConnection:
    """Connect to a database file, which is created if it is not there.

    Args:
        path: the file.
        timeout_s: how long a write waits for another writer.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    connection = sqlite3.connect(
        path,
        timeout=timeout_s,
        isolation_level=None,
        check_same_thread=False,
        factory=CountedConnection,
    )
    with _lock:
        # SQLite has opened the file by now, and takes its first lock only later.
        file_id = _id_of(path)
        if file_id is not None:
            if file_id not in _open:
                _open[file_id] = _Open(_descriptor(path) if _HAS_POSIX_LOCKS else None)
            _open[file_id].connections += 1
            connection.file_id = file_id
    return connection


def place_of(file_id: FileId | None, path: Path) -> Place:
    """Tell whether an open file still is what lies at a path.

    Args:
        file_id: of a `CountedConnection`; without one, nothing is known against it.
        path: where it was opened.
    """
    with _lock:
        held = None if file_id is None else _open.get(file_id)
        if held is None or held.descriptor is None:
            return Place.KEPT
        try:
            mine = os.fstat(held.descriptor)
        except OSError:
            return Place.KEPT  # SQLite's own words say more
    try:
        there = path.stat()
    except FileNotFoundError:
        there = None
    except OSError:
        return Place.KEPT
    if there is not None:
        # Some drives number their files anew now and then.
        alike = (there.st_size, there.st_mtime_ns) == (mine.st_size, mine.st_mtime_ns)
        if alike or os.path.samestat(there, mine):
            return Place.KEPT
    return Place.MOVED if mine.st_nlink else Place.GONE


def _descriptor(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def _id_of(path: Path) -> FileId | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def read_start(path: Path, count: int) -> bytes:
    """Read the first bytes of a file, and leave the locks that SQLite holds on it alone.

    Raises:
        OSError: it cannot be read.
    """
    with _lock:
        held = _open.get(_id_of(path) or (0, 0))
        if held is not None and held.descriptor is not None:
            return os.pread(held.descriptor, count, 0)
        with path.open("rb") as file:
            return file.read(count)


def save_as(source: sqlite3.Connection, target: Path) -> None:
    """Write the state that a connection sees into a file of its own, whole or not at all.

    Who else writes the same target at the same moment, another window perhaps, is not disturbed.

    Raises:
        sqlite3.Error: it cannot be written, or what was written is damaged.
        OSError: it cannot be given its name.
    """
    partial = target.with_name(f"{target.name}.{secrets.token_hex(4)}.partial")
    try:
        with closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
            # A copy of a WAL database is one, too; as a single file it is easier to move about.
            copy.execute("PRAGMA journal_mode = DELETE")
            found = [row[0] for row in copy.execute("PRAGMA quick_check(1)")]
        if found != ["ok"]:
            raise sqlite3.DatabaseError(f"the copy is damaged: {found}")
        partial.replace(target)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise
