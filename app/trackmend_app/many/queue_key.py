"""The key under which a video is known to be done: its content, the model's, and every setting."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from trackmend_core.video import fingerprint


def queue_key(video: Path, *, settings: Mapping[str, object]) -> str:
    """Return 32 hexadecimal digits: any change of video, model or settings gives others.

    Raises:
        UserError: the video is missing or unreadable.
    """
    facts = {"video": fingerprint(video), "trackmend": version("trackmend"), **settings}
    text = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def file_checksum(path: Path) -> str:
    """Return the SHA-256 of a whole file; one that did not change since is not read again.

    Raises:
        OSError: it cannot be read.
    """
    facts = path.stat()
    return _checksum(path, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=64)
def _checksum(path: Path, _size: int, _mtime_ns: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
