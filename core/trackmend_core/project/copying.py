"""Copies a project that lies where it cannot be written to a place where it can be worked on."""

import shutil
from contextlib import suppress
from pathlib import Path

from trackmend_core.errors import UserError
from trackmend_core.project.file_header import check_header, read_header


def copy_to_work_on(source: Path, target: Path) -> None:
    """Copy a project that nobody has open, with what its log has not written back yet.

    Raises:
        UserError: it is no project, there is a file at `target`, or it cannot be written.
    """
    check_header(source, read_header(source))
    try:
        if target.exists():
            raise UserError(f"{target} exists already.", "Choose another name for the copy.")
    except OSError as error:
        raise _not_copied(target, error) from error
    log, copied_log = (path.with_name(f"{path.name}-wal") for path in (source, target))
    partial = target.with_name(f"{target.name}.partial")
    try:
        shutil.copyfile(source, partial)
        if log.exists():
            shutil.copyfile(log, copied_log)
        partial.replace(target)
    except OSError as error:
        for left in (partial, copied_log):
            with suppress(OSError):
                left.unlink(missing_ok=True)
        raise _not_copied(target, error) from error


def _not_copied(target: Path, error: OSError) -> UserError:
    return UserError(
        f"{target} cannot be written: {error.strerror or error}.",
        "Choose another folder, or free some space.",
    )
