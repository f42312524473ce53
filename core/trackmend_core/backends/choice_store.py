"""Remembers what was quickest on this machine, so that it is measured once."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from trackmend_core.backends.kept_files import keep

_log = logging.getLogger(__name__)


def stored_times(path: Path, wanted: frozenset[str]) -> Mapping[str, float] | None:
    """Return the milliseconds kept for exactly these ways to run; None if they are not known."""
    try:
        times = json.loads(path.read_text(encoding="utf-8"))["milliseconds"]
        found = {str(name): float(ms) for name, ms in times.items()}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        _log.info("the kept measurement %s is made again: %s", path.name, error)
        return None
    sound = found.keys() == wanted and all(0 < ms < float("inf") for ms in found.values())
    return found if sound else None


def store_times(path: Path, times: Mapping[str, float], *, facts: tuple[str, ...]) -> None:
    """Keep milliseconds by way to run, with what they hold for, for people who look inside."""
    content = {"milliseconds": dict(times), "facts": list(facts)}
    keep(path, json.dumps(content, indent=1).encode())
