"""Keeps the last few good copies of a project in a folder beside it, `NAME.trackmend-backups`."""

import sqlite3
import time
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from trackmend_core.errors import UserError
from trackmend_core.project.file_header import check_header, read_header
from trackmend_core.project.open_files import connect, save_as

KEEP: Final = 5
DAY_S: Final = 24 * 3600.0

_STAMP: Final = "%Y-%m-%d %H-%M-%S"
_STAMP_LENGTH: Final = 19

_WAIT_S: Final = 5.0
"""For somebody who locks the whole file, as on a network drive."""


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


def make_backup(path: Path, *, reason: str, keep_older: bool = False) -> Path:
    """Copy the project with SQLite's backup, so that a write at the same time cannot tear it.

    Args:
        path: the project file.
        reason: one word for the name of the copy, such as "daily".
        keep_older: drop none of the older ones, for this one may be worth less.

    Returns:
        The new backup; it was checked, and older ones beyond `KEEP` are gone.

    Raises:
        UserError: the copy cannot be written or is damaged.
    """
    folder = backup_folder(path)
    target = _free_name(path, reason=reason)
    try:
        folder.mkdir(exist_ok=True)
        _copy(path, target)
    except (OSError, sqlite3.Error) as error:
        raise UserError(
            f"No backup of {path.name} could be made: {error}.",
            f"Check the space on the disk and the rights of {folder}.",
        ) from error
    for old in () if keep_older else list_backups(path)[KEEP:]:
        old.unlink(missing_ok=True)
    _clear_away(folder)
    return target


def _clear_away(folder: Path) -> None:
    """Delete what copies left that were killed long ago: each is as large as the project."""
    with suppress(OSError):
        for half in folder.glob("*.partial*"):
            if time.time() - half.stat().st_mtime > DAY_S:
                half.unlink()


def copy_project(source: Path, target: Path) -> None:
    """Copy a project into a new file, also while it is open and written to.

    Raises:
        UserError: it is no project, or the copy cannot be written or is damaged.
    """
    check_header(source, read_header(source))
    try:
        _copy(source, target)
    except (OSError, sqlite3.Error) as error:
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
    now, made_at = time.time(), backups[0].stat().st_mtime
    if made_at > now + DAY_S:
        return True  # the clock was wrong when it was made, which says nothing of its age
    return changed_at > made_at and now - made_at > DAY_S


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
    """Return a name that sorts after all older backups, also after the clock was put back."""
    stamp = time.strftime(_STAMP)
    newest = next(iter(list_backups(path)), None)
    if newest is not None:
        latest = newest.name.removeprefix(f"{path.stem} ")[:_STAMP_LENGTH]
        if stamp <= latest:
            stamp = _a_second_after(latest)
    return backup_folder(path) / f"{path.stem} {stamp} {reason}.trackmend"


def _a_second_after(stamp: str) -> str:
    try:
        then = datetime.strptime(stamp, _STAMP)
    except ValueError:
        return f"{stamp}-"  # somebody's own name
    return (then + timedelta(seconds=1)).strftime(_STAMP)


def _copy(source_path: Path, target_path: Path) -> None:
    with closing(connect(source_path, timeout_s=_WAIT_S)) as source:
        save_as(source, target_path)
