"""Text files that are replaced as a whole, and only if what they replace is text, too.

What is being written stands beside its target under a hidden name that says who writes it, so that
what a killed process left can be removed by the next one that writes there.
"""

import errno
import os
import platform
import re
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TextIO

from trackmend_core.errors import UserError
from trackmend_core.processes import THIS_PROCESS_WORD, process_exists

_LOOKED_AT: Final = 4096
_NO_ROOM: Final = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_MACHINE: Final = f"{zlib.crc32(platform.node().encode()):08x}"
"""A folder may be shared with machines on which a process of the same number still writes."""
_SCRATCH: Final = re.compile(
    r"\.trackmend-(?P<machine>[0-9a-f]{8})-(?P<pid>\d{1,10})-(?P<word>[0-9a-f]{16})-[0-9a-f]{8}\.part"
)


def check_text_target(path: Path) -> None:
    """Refuse a place where no text can be written, before hours of work are spent on the text.

    Raises:
        UserError: a folder that is missing or cannot be written, a name that the drive does not
            take, a file marked read-only, or one that is no text: a video, a project, an image.
    """
    with _told(path):
        target = _target(path)
        if _is_device(target):
            return
        if target.is_dir():
            raise UserError(f"{path} is a folder and cannot be written.", "Name a file in it.")
        with suppress(FileNotFoundError):
            _check_replaced(path, target)
        scratch = _scratch(target)
        try:
            scratch.touch()
        finally:
            _forget(scratch)


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Give a stream whose content takes the place of `path` only when all of it is on disk.

    A link stays: the file that it leads to is replaced.

    Raises:
        UserError: see `check_text_target`; or the disk is full. What was there before stays.
    """
    check_text_target(path)
    with _told(path):
        target = _target(path)
        if _is_device(target):  # a pipe or /dev/null must never be replaced by a file
            with target.open("w", encoding="utf-8", newline="\n") as stream:
                yield stream
            return
        _forget_of_killed(target.parent)
        scratch = _scratch(target)
        try:
            with scratch.open("x", encoding="utf-8", newline="\n") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            scratch.replace(target)
        finally:
            _forget(scratch)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Free some space there, or choose another disk."
            if error.errno in _NO_ROOM
            else "Choose a folder that exists and that you may write to.",
        ) from error


def _target(path: Path) -> Path:
    return path.resolve() if path.is_symlink() else path


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _scratch(target: Path) -> Path:
    """Return a name that nobody has, short enough beside a target of any length."""
    own = f"{_MACHINE}-{os.getpid()}-{THIS_PROCESS_WORD}-{uuid.uuid4().hex[:8]}"
    return target.with_name(f".trackmend-{own}.part")


def _forget_of_killed(folder: Path) -> None:
    """Remove what processes of this machine were writing here when they were killed."""
    with suppress(OSError):
        for entry in list(os.scandir(folder)):
            written_by = _SCRATCH.fullmatch(entry.name)
            if written_by is not None and _is_gone(written_by):
                _forget(Path(entry.path))


def _is_gone(written_by: re.Match[str]) -> bool:
    if written_by["machine"] != _MACHINE or written_by["word"] == THIS_PROCESS_WORD:
        return False
    pid = int(written_by["pid"])
    return pid == os.getpid() or not process_exists(pid)


def _forget(scratch: Path) -> None:
    with suppress(OSError):  # why it cannot be written is said already
        scratch.unlink(missing_ok=True)


def _check_replaced(path: Path, target: Path) -> None:
    """Refuse to replace what its owner protects, or what is no text.

    Raises:
        FileNotFoundError: nothing is there that could be replaced.
        OSError: it cannot be looked at, or no file can have such a name.
    """
    if not target.stat().st_mode & 0o222:
        raise UserError(
            f"{path} is marked read-only.", "Choose another name, or make it writable first."
        )
    with target.open("rb") as file:
        start = file.read(_LOOKED_AT)
    if not _is_text(start):
        raise UserError(
            f"{path} is there already and is no text, so it is not replaced.",
            "Choose another name for the tracks.",
        )


def _is_text(start: bytes) -> bool:
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_inside_a_letter = len(start) == _LOOKED_AT and error.start > _LOOKED_AT - 4
        if not cut_inside_a_letter:
            return False
    return b"\0" not in start
