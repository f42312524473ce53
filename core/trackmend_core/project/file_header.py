"""Tells a project from any other file by its first 100 bytes, without opening it as a database.

Offsets follow section 1.3 of the SQLite file format: user version at 60, application id at 68.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_core.project.open_files import read_start
from trackmend_core.project.schema import APPLICATION_ID, SCHEMA_VERSION

SQLITE_MAGIC = b"SQLite format 3\x00"
HEADER_BYTES = 100


@dataclass(frozen=True, slots=True)
class FileHeader:
    """The two numbers of a SQLite header that say whose file it is and how old."""

    user_version: int
    application_id: int


def is_there(path: Path) -> bool:
    """Return whether a file can be seen; in a folder of somebody else's it cannot."""
    try:
        return path.exists()
    except OSError:
        return False


def read_header(path: Path) -> FileHeader:
    """Read the header of a project file and leave the file untouched.

    Raises:
        UserError: there is no such file, it is a folder, empty, or no database.
    """
    try:
        if not path.exists():
            raise UserError(
                f"There is no project {path}.", "Check the name, or create a new project."
            )
        if path.is_dir():
            raise UserError(f"{path} is a folder, not a project file.", "Open a .trackmend file.")
        head = read_start(path, HEADER_BYTES)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    if not head:
        raise UserError(f"{path} is empty.", "Restore it from a backup, or create a new project.")
    if len(head) < HEADER_BYTES or not head.startswith(SQLITE_MAGIC):
        raise UserError(f"{path} is not a Trackmend project.", "Open a .trackmend file.")
    (user_version,) = struct.unpack_from(">i", head, 60)
    (application_id,) = struct.unpack_from(">I", head, 68)
    return FileHeader(user_version, application_id)


def check_header(path: Path, header: FileHeader) -> None:
    """Refuse what this version cannot work on.

    Raises:
        UserError: another program's database, or a project of a newer Trackmend.
    """
    if header.application_id != APPLICATION_ID:
        raise UserError(
            f"{path} is a database of another program, not a Trackmend project.",
            "Open a .trackmend file.",
        )
    if header.user_version > SCHEMA_VERSION:
        raise UserError(
            f"{path} was written by a newer version of Trackmend"
            f" (schema {header.user_version}, this version knows {SCHEMA_VERSION}).",
            "Install the newer version; the file has not been changed.",
        )


class ReadOnlyProject(UserError):  # noqa: N818 - what it is, as people are told
    """A project that can be read but not worked on where it lies; a copy of it can."""


def check_writable(path: Path) -> None:
    """Refuse a file that is marked read-only, also for an administrator, or lies where all is.

    SQLite keeps its log beside the file, so the folder has to take new files, too.

    Raises:
        ReadOnlyProject: the file, its folder or its medium cannot be written.
    """
    if not path.stat().st_mode & 0o222:
        raise ReadOnlyProject(
            f"{path} is read-only.", "Copy it to a folder of yours, or make it writable."
        )
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise ReadOnlyProject(
            f"{path} lies where nothing can be written.",
            "Copy it to a folder of yours and open the copy.",
        )
