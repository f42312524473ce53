"""Takes places out of a text: of a path only the file's name stays."""

import getpass
import re
from pathlib import Path

_QUOTED = re.compile(r"(?P<quote>[\"'“])(?P<path>[^\"'”\n]*[/\\][^\"'”\n]*)(?P<end>[\"'”])")
_BARE = re.compile(r"(?<![\w.])(?:[A-Za-z]:)?(?:[/\\]+[^\s/\\:*?\"'<>|,;()]+)+[/\\]?")
_USER = "the user"


def scrub(text: str) -> str:
    """Return a text without folders and without the name of the person's account."""
    home = str(Path.home())
    if len(home) > 1:
        text = text.replace(home, "")
    text = _QUOTED.sub(lambda match: f"{match['quote']}{_name(match['path'])}{match['end']}", text)
    text = _BARE.sub(lambda match: _name(match[0]), text)
    user = _account()
    return re.sub(rf"\b{re.escape(user)}\b", _USER, text) if len(user) > 2 else text


def _name(path: str) -> str:
    parts = [part for part in re.split(r"[/\\]+", path) if part]
    return parts[-1] if parts else path


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
