"""Creates project files and opens them: never a wrong, newer or damaged one, never half-way."""

from pathlib import Path

from trackmend_core.errors import UserError
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
from trackmend_core.project.state import CHANGED_AT, get_state

NETWORK_NOTICE = (
    "This project lies on a network drive. It works, but a lost connection can damage it:"
    " better keep it on a disk of this computer."
)


def create_database(path: Path) -> tuple[Database, tuple[str, ...]]:
    """Create a project file and open it.

    Returns:
        The database, and notices for the user.

    Raises:
        UserError: the file exists, or its folder does not or cannot be written.
    """
    if path.exists():
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
            leftover.unlink(missing_ok=True)
        raise
    return database, notices


def open_database(path: Path, *, busy_timeout_s: float) -> tuple[Database, tuple[str, ...]]:
    """Open a project file, after a check, a migration where it is old, and a daily backup.

    Args:
        path: the file.
        busy_timeout_s: how long a write waits for another writer.

    Returns:
        The database, and notices for the user.

    Raises:
        UserError: no project, a newer or a damaged one, read-only, or in use.
    """
    check_header(path, read_header(path))
    check_writable(path)
    journal_mode, notices = _journal_mode(path)
    database = Database(path, journal_mode=journal_mode, busy_timeout_s=busy_timeout_s)
    try:
        _check_sound(database, path)
        notices += _backup(database, path)
        with database.writing() as connection:
            if _version(database) < SCHEMA_VERSION:
                migrate(connection)
    except BaseException:
        database.abandon()
        raise
    return database, notices


def _journal_mode(path: Path) -> tuple[str, tuple[str, ...]]:
    if is_on_network_drive(path):
        return "DELETE", (NETWORK_NOTICE,)
    return "WAL", ()


def _check_sound(database: Database, path: Path) -> None:
    try:
        with database.reading() as connection:
            # The write-ahead log of a crashed newer version may say more than the header did.
            check_header(path, _header(database))
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalars().all()
        if found == ["ok"]:
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


def _backup(database: Database, path: Path) -> tuple[str, ...]:
    """Make a backup where one is due; return a notice if that fails."""
    old = _version(database) < SCHEMA_VERSION
    with database.reading() as connection:
        changed_at = None if old else get_state(connection, CHANGED_AT)
    if old:
        make_backup(path, reason="before-update")
        return ()
    if not is_due(path, changed_at=changed_at):
        return ()
    try:
        make_backup(path, reason="daily")
    except UserError as error:
        return (str(error),)
    return ()


def _header(database: Database) -> FileHeader:
    with database.reading() as connection:
        user_version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        application_id = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    return FileHeader(user_version, application_id)


def _version(database: Database) -> int:
    return _header(database).user_version


def _side_files(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal")]
