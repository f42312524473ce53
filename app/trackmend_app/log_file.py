"""Where bugs are written down: one rotating log file in the user's log folder."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

MAX_LOG_BYTES = 1_000_000
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

log = logging.getLogger("trackmend")


def log_path() -> Path:
    """Return the log file's place; its folder is made on the way."""
    folder = Path(platformdirs.user_log_dir("trackmend", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "trackmend.log"


def start_log_file() -> Path:
    """Write warnings and worse of this process to the log file; a second call changes nothing."""
    path = log_path()
    if not any(isinstance(handler, RotatingFileHandler) for handler in log.handlers):
        handler = RotatingFileHandler(
            path, maxBytes=MAX_LOG_BYTES, backupCount=2, encoding="utf-8", delay=True
        )
        handler.setFormatter(logging.Formatter(_FORMAT))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
    return path


def stop_log_file() -> None:
    """Close the log file."""
    for handler in [h for h in log.handlers if isinstance(h, RotatingFileHandler)]:
        log.removeHandler(handler)
        handler.close()
