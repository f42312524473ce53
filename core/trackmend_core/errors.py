"""Errors that are the user's to mend, as opposed to bugs, which are ours."""


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
