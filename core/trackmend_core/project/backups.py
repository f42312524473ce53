"""Keeps the last few good copies of a project in a folder beside it, `NAME.trackmend-backups`."""

import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from trackmend_core.errors import UserError
from trackmend_core.project.file_header import check_header, read_header

KEEP: Final = 5
DAY_S: Final = 24 * 3600.0


def backup_folder(path: Path) -> Path:
    """Return the folder of the backups of a project, existing or not."""
    return path.with_name(f"{path.stem}.trackmend-backups")


def list_backups(path: Path) -> list[Path]:
    """Return the backups of a project, newest first."""
    folder = backup_folder(path)
    if not folder.is_dir():
        return []
    found = [
        backup
        for backup in folder.iterdir()
        if backup.suffix == ".trackmend" and backup.name.startswith(f"{path.stem} ")
    ]
    return sorted(found, key=lambda backup: backup.name, reverse=True)


def make_backup(path: Path, *, reason: str) -> Path:
    """Copy the project with SQLite's backup, so that a write at the same time cannot tear it.

    Args:
        path: the project file.
        reason: one word for the name of the copy, such as "daily".

    Returns:
        The new backup; it was checked, and older ones beyond `KEEP` are gone.

    Raises:
        UserError: the copy cannot be written or is damaged.
    """
    folder = backup_folder(path)
    target = _free_name(path, reason=reason)
    partial = target.with_suffix(".partial")
    try:
        folder.mkdir(exist_ok=True)
        _copy(path, partial)
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            partial.unlink()
        raise UserError(
            f"No backup of {path.name} could be made: {error}.",
            f"Check the space on the disk and the rights of {folder}.",
        ) from error
    for old in list_backups(path)[KEEP:]:
        old.unlink(missing_ok=True)
    return target


def copy_project(source: Path, target: Path) -> None:
    """Copy a project into a new file, also while it is open and written to.

    Raises:
        UserError: it is no project, or the copy cannot be written or is damaged.
    """
    check_header(source, read_header(source))
    try:
        _copy(source, target)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            target.unlink()
        raise UserError(
            f"{source.name} cannot be copied: {error}.",
            f"Check the space on the disk and the rights of {target.parent}.",
        ) from error


def is_due(path: Path, *, changed_at: float | None) -> bool:
    """Return True when the project changed since a newest backup that is more than a day old."""
    if changed_at is None:
        return False
    backups = list_backups(path)
    if not backups:
        return True
    made_at = backups[0].stat().st_mtime
    return changed_at > made_at and time.time() - made_at > DAY_S


def newest_good_backup(path: Path) -> Path | None:
    """Return the newest backup that opens and passes SQLite's check."""
    for backup in list_backups(path):
        try:
            check_header(backup, read_header(backup))
            if is_sound(backup):
                return backup
        except UserError:
            continue
    return None


def is_sound(path: Path) -> bool:
    """Return True if SQLite finds no damage in the file."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return [row[0] for row in database.execute("PRAGMA quick_check(1)")] == ["ok"]
    except sqlite3.Error:
        return False


def _free_name(path: Path, *, reason: str) -> Path:
    """Return a name that sorts after all older backups."""
    stamp = time.strftime("%Y-%m-%d %H-%M-%S")
    taken = {backup.name.removesuffix(backup.suffix) for backup in list_backups(path)}
    for again in ("", *(f"-{count}" for count in range(2, KEEP + 3))):
        name = f"{path.stem} {stamp}{again} {reason}"
        if name not in taken:
            break
    return backup_folder(path) / f"{name}.trackmend"


def _copy(source_path: Path, target_path: Path) -> None:
    target_path.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(source_path)) as source,
        closing(sqlite3.connect(target_path)) as target,
    ):
        source.backup(target)
        # A copy of a WAL database is one, too; as a single file it is easier to move about.
        target.execute("PRAGMA journal_mode = DELETE")
        found = [row[0] for row in target.execute("PRAGMA quick_check(1)")]
    if found != ["ok"]:
        raise sqlite3.DatabaseError(f"the copy is damaged: {found}")
