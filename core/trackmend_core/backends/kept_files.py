"""Files in the user's cache folder that only save time: what cannot be kept is found out again."""

import contextlib
import hashlib
import logging
import uuid
from pathlib import Path

import platformdirs

_log = logging.getLogger(__name__)


def kept_path(room: str, *facts: object, suffix: str) -> Path:
    """Return the file of a room of the cache that belongs to these facts, and to no others."""
    name = hashlib.sha256("\n".join(str(fact) for fact in facts).encode()).hexdigest()[:32]
    return platformdirs.user_cache_path("trackmend") / room / f"{name}{suffix}"


def keep(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all; a folder that refuses it only costs time."""
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        _log.info("%s is not kept: %s", path.name, error)
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
