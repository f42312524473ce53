"""The calls through which words reach the screen where no widget is at hand for its `tr`."""

import re
from typing import Final

from PySide6.QtCore import QCoreApplication

from trackmend_app.wording.shown_keys import with_keys

WORDS = "trackmend"
COMPOSED = "composed"
_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.!?]) (?=[A-Z“])")


def say(text: str) -> str:
    """Return a text of ours in the person's language; fill `{places}` in afterwards.

    `‹action_id›` becomes the key that the action has: see `wording.shown_keys`.
    """
    return with_keys(say_with_actions(text))


def say_with_actions(text: str) -> str:
    """Return a text in the person's language with its `‹action_id›`, to be filled in later."""
    return QCoreApplication.translate(WORDS, text)


def noted(text: str) -> str:
    """Mark a text of a table for the catalogues; `say` it at the point of use."""
    return text


def counted(count: int, one: str, many: str) -> str:
    """Return "1 box" or "12 boxes": two texts marked by this call, the second with `{count}`."""
    return say(one if count == 1 else many).format(count=f"{count:,}")


def in_a_sentence(text: str) -> str:
    """Return a title as it stands in a sentence: English begins it small, others may not."""
    return f"{text[:1].lower()}{text[1:]}" if say("(begins small)") == "(begins small)" else text


def say_composed(text: str) -> str:
    """Return a finished sentence of the core (an error, the title of an edit) in that language.

    The core knows no Qt and fills its sentences in itself, so the catalogue finds them by their
    pattern: see `wording.composed`.
    """
    return with_keys(QCoreApplication.translate(COMPOSED, text))


def say_each(text: str) -> str:
    """Return finished sentences of the core in that language, each looked up for itself."""
    whole = say_composed(text)
    if whole != text:
        return whole
    return " ".join(map(say_composed, _BETWEEN_SENTENCES.split(text)))
