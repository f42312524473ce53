"""Creates project files and opens them: never a wrong, newer or damaged one, never half-way."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from trackmend_core.errors import UserError
from trackmend_core.project.altered import damage
from trackmend_core.project.backups import is_due, make_backup, newest_good_backup
from trackmend_core.project.database import Database
from trackmend_core.project.file_header import (
    FileHeader,
    check_header,
    check_writable,
    read_header,
)
from trackmend_core.project.migrate import migrate
from trackmend_core.project.network_drive import is_on_network_drive
from trackmend_core.project.schema import SCHEMA_VERSION
from trackmend_core.project.state import CHANGED_AT, DAMAGE, get_state, set_state

FULL_CHECK_BYTES: Final = 128 * 1024 * 1024
"""A larger file that was closed properly is checked in part, so that it opens at once; the whole
of it is checked with its daily backup, which waits until the project is closed."""

JOINED_CACHE_KIB: Final = 8192
"""Who joins reads everything once, which no cache of pages makes quicker."""

_LARGE_TABLES: Final = ("laid_boxes", "run_boxes", "frame_detections")

NETWORK_NOTICE: Final = (
    "This project lies on a network drive. It works, but a lost connection can damage it:"
    " better keep it on a disk of this computer."
)


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """An open project file.

    Attributes:
        database: its connections.
        notices: what the user should know, each a sentence.
        backup_is_due: the daily backup waits until the project is closed.
        damage: what the daily look found that SQLite does not see; see `altered`.
    """

    database: Database
    notices: tuple[str, ...]
    backup_is_due: bool = False
    damage: UserError | None = None


def create_file(path: Path) -> OpenedFile:
    """Create a project file and open it.

    Raises:
        UserError: the file exists, or its folder does not or cannot be written.
    """
    try:
        is_taken = path.exists()
        any(beside.exists() for beside in _side_files(path))  # names may be too long for a drive
    except OSError as error:
        raise UserError(
            f"{path} cannot be made: {error.strerror or error}.", "Choose another name or folder."
        ) from error
    if is_taken:
        raise UserError(f"{path} exists already.", "Open it, or choose another name.")
    if not path.parent.is_dir():
        raise UserError(f"There is no folder {path.parent}.", "Create it, or choose another one.")
    journal_mode, notices = _journal_mode(path)
    database = Database(path, journal_mode=journal_mode)
    try:
        with database.writing() as connection:
            migrate(connection)
        database.settle()  # `read_header` reads the file alone, also after a crash
    except BaseException:
        database.abandon()
        for leftover in (path, *_side_files(path)):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)
        raise
    return OpenedFile(database, notices)


def open_file(path: Path, *, busy_timeout_s: float, is_scratch: bool = False) -> OpenedFile:
    """Open a project file, after a check, a migration where it is old, and a daily backup.

    Args:
        path: the file.
        busy_timeout_s: how long a write waits for another writer.
        is_scratch: a copy to be thrown away, of which no daily backup is made.

    Raises:
        UserError: no project, a newer or a damaged one, read-only, or in use.
    """
    check_header(path, read_header(path))
    check_writable(path)
    journal_mode, notices = _journal_mode(path)
    at_once = path.stat().st_size <= FULL_CHECK_BYTES
    was_closed = not any(beside.exists() for beside in _side_files(path))
    database = Database(path, journal_mode=journal_mode, busy_timeout_s=busy_timeout_s)
    try:
        _check_sound(database, path, whole=at_once or not was_closed)
        due = _backup_is_due(database, path) and not is_scratch
        found = damage(path) if due and at_once else None
        if due and at_once:
            notices += _back_up(path, keep_older=found is not None)
        with database.writing() as connection:
            if _version(database) < SCHEMA_VERSION:
                migrate(connection)
            found = found or _found_at_closing(connection)
    except BaseException:
        database.abandon()
        raise
    return OpenedFile(database, notices, backup_is_due=due and not at_once, damage=found)


def join_file(path: Path) -> OpenedFile:
    """Open a project file that another process of this program has open, and has checked.

    Raises:
        UserError: it is not there any more.
    """
    check_header(path, read_header(path))
    journal_mode, _ = _journal_mode(path)
    database = Database(path, journal_mode=journal_mode, cache_kib=JOINED_CACHE_KIB)
    return OpenedFile(database, ())


def _journal_mode(path: Path) -> tuple[str, tuple[str, ...]]:
    if is_on_network_drive(path):
        return "DELETE", (NETWORK_NOTICE,)
    return "WAL", ()


def _check_sound(database: Database, path: Path, *, whole: bool) -> None:
    try:
        with database.reading() as connection:
            # The write-ahead log of a crashed newer version may say more than the header did.
            check_header(path, _header(database))
            sound = _passes_check(connection, whole=whole)
        if sound:
            return
    except UserError as error:
        if "damaged" not in error.message:
            raise
    backup = newest_good_backup(path)
    hint = (
        f"The newest good backup is {backup}: copy it to another name and open that."
        if backup
        else "There is no good backup beside it; ask for help before you change the file."
    )
    raise UserError(f"{path} is damaged and was not opened.", hint)


def _passes_check(connection: Connection, *, whole: bool) -> bool:
    if whole:
        checks = ["PRAGMA quick_check(1)"]
    else:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%'"
            " ESCAPE '~'"
        ).scalars()
        checks = [f"PRAGMA quick_check({name})" for name in tables if name not in _LARGE_TABLES]
    return all(connection.exec_driver_sql(check).scalars().all() == ["ok"] for check in checks)


def _backup_is_due(database: Database, path: Path) -> bool:
    """Make the backup that a migration needs, or tell whether the daily one is due.

    Raises:
        UserError: the file is old and cannot be backed up, so it is left as it is.
    """
    if _version(database) < SCHEMA_VERSION:
        make_backup(path, reason="before-update")
        return False
    with database.reading() as connection:
        return is_due(path, changed_at=get_state(connection, CHANGED_AT))


def _back_up(path: Path, *, keep_older: bool) -> tuple[str, ...]:
    """Make the daily backup; return a notice if that fails."""
    try:
        make_backup(path, reason="daily", keep_older=keep_older)
    except UserError as error:
        return (str(error),)
    return ()


def _found_at_closing(connection: Connection) -> UserError | None:
    """Return what was found in a large file when it was closed, once."""
    waiting = get_state(connection, DAMAGE)
    if not waiting:
        return None
    set_state(connection, DAMAGE, None)
    return UserError(*waiting)


def _header(database: Database) -> FileHeader:
    with database.reading() as connection:
        user_version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        application_id = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    return FileHeader(user_version, application_id)


def _version(database: Database) -> int:
    return _header(database).user_version


def _side_files(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal")]
