"""Errors that are the user's to mend, as opposed to bugs, which are ours."""

import errno
from typing import Final

_SURROUNDINGS: Final = frozenset(
    {errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.ELOOP}
)
_WINDOWS_INVALID_NAME: Final = 123


class UserError(Exception):
    """Bad input: one clear sentence, and what to do next.

    Shown as a dialog by the window and as one line on stderr by the command line (exit status 2).
    Everything that is not a `UserError` is a bug and is logged with its traceback.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message, followed by the hint when there is one."""
        return f"{self.message} {self.hint}".strip()


def blame_surroundings(error: OSError) -> UserError | None:
    """Return what to tell about a file that the system refuses, None if that may be a bug.

    The last resort where nobody said it better: a name that is too long for the drive, a folder of
    somebody else's, a full or protected disk.
    """
    is_invalid_name = getattr(error, "winerror", None) == _WINDOWS_INVALID_NAME
    if error.errno not in _SURROUNDINGS and not is_invalid_name:
        return None
    return UserError(
        f"{error.filename or 'A file'} cannot be used: {error.strerror}.",
        "Choose another name or folder, or see to its rights and the space on its drive.",
    )
