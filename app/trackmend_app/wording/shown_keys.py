"""Names in a sentence the key that an action has now: "‹undo› takes it back".

Keys can be changed, so a sentence names the action; what is put in its place is the first of its
keys, or its title where it has none.
"""

import re
from collections.abc import Mapping

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QKeySequence

_ACTION = re.compile("‹([a-z0-9_]+)›")
_SHORT = {"Return": "Enter"}
_NAMED = (
    QT_TRANSLATE_NOOP("Keys", "Ctrl"),
    QT_TRANSLATE_NOOP("Keys", "Shift"),
    QT_TRANSLATE_NOOP("Keys", "Space"),
    QT_TRANSLATE_NOOP("Keys", "Enter"),
    QT_TRANSLATE_NOOP("Keys", "Del"),
    QT_TRANSLATE_NOOP("Keys", "Left"),
    QT_TRANSLATE_NOOP("Keys", "Right"),
    QT_TRANSLATE_NOOP("Keys", "Home"),
    QT_TRANSLATE_NOOP("Keys", "End"),
    QT_TRANSLATE_NOOP("Keys", "PgUp"),
    QT_TRANSLATE_NOOP("Keys", "PgDown"),
)
_shown: dict[str, str] = {}


def remember_keys(keys: Mapping[str, tuple[str, ...]], titles: Mapping[str, str]) -> None:
    """Let sentences name these keys from now on, and the title of an action without one."""
    for action_id, title in titles.items():
        mine = keys.get(action_id, ())
        _shown[action_id] = key_text(mine[0]) if mine else f"“{title.rstrip('…')}”"


def key_text(key: str) -> str:
    """Return a key as it stands on the keyboard, in the person's language."""
    text = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    parts = [_SHORT.get(part, part) for part in re.split(r"(?<=[^+])\+", text)]
    return "+".join(
        QCoreApplication.translate("Keys", part) if part in _NAMED else part for part in parts
    )


def with_keys(text: str) -> str:
    """Return a sentence with the keys put in."""
    return _ACTION.sub(lambda found: _shown.get(found[1], found[1].replace("_", " ")), text)
