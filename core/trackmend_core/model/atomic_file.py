"""Write a file so that a crash leaves the old one or the new one, never half of one."""

import contextlib
import os
import uuid
from pathlib import Path

from trackmend_core.errors import UserError


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside the target, force it to the disk, and move it into place.

    Raises:
        UserError: the folder is read-only or full; the old file is untouched.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise UserError(
            f"“{path}” could not be written: {reason}.", "Choose another folder or free some space."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
