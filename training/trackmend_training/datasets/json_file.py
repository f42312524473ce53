"""Reading JSON that others wrote: what is wrong with it is the user's to mend."""

import json
from pathlib import Path
from typing import Any

from trackmend_core.errors import UserError

Json = Any
"""Any: whatever the file holds; readers check what they take from it."""


def read_json(path: Path) -> Json:
    """Return what a file holds.

    Raises:
        UserError: it cannot be read or is no JSON.
    """
    return parse_json(read_text(path), where=str(path))


def parse_json(text: str, *, where: str) -> Json:
    """Return what a text means.

    Raises:
        UserError: it is no JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where} is not valid JSON.", str(error)) from error


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        UserError: it cannot be read or is no text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise UserError(f"{path} cannot be read: {reason}.") from error
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} is not a text file.", "Give a list or labels as text in UTF-8."
        ) from error


def is_file(path: Path) -> bool:
    """Return whether a file is there; no drive has one with a name that it does not take."""
    try:
        return path.is_file()
    except OSError:
        return False


def first_folder_with(name: str, candidates: list[Path]) -> Path:
    """Return the first folder in which a file is, the first of all if none has it."""
    return next((folder for folder in candidates if is_file(folder / name)), candidates[0])
