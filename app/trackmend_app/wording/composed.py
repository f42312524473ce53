"""Finds the pattern behind a finished sentence: "Delete track 3" is "Delete {0}", with "track 3".

What stands in the places may be made by a pattern itself and is looked up in turn.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

_PLACE = re.compile(r"\{(\d+)\}")
_LETTERS = re.compile(r"[^\W\d_]{2}")
DEPTH = 4


class ComposedTexts:
    """The patterns of one language."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._fixed = {key: text for key, text in patterns.items() if not _PLACE.search(key)}
        ranked = sorted(set(patterns) - set(self._fixed), key=_literal_length, reverse=True)
        self._patterns = [(_expression(key), patterns[key]) for key in ranked]
        self.find = lru_cache(maxsize=4096)(self._find)

    def _find(self, sentence: str, depth: int = DEPTH) -> str:
        """Return the sentence in this language; as it is if no pattern fits."""
        if sentence in self._fixed:
            return self._fixed[sentence]
        if depth == 0 or not _LETTERS.search(sentence):
            return sentence
        for expression, text in self._patterns:
            match = expression.fullmatch(sentence)
            if match is not None:
                parts = [self._find(part, depth - 1) for part in match.groups()]
                return _filled(text, parts)
        return sentence


def _filled(text: str, parts: Sequence[str]) -> str:
    return _PLACE.sub(lambda place: parts[int(place[1])], text)


def _literal_length(pattern: str) -> int:
    return len(_PLACE.sub("", pattern))


def _expression(pattern: str) -> re.Pattern[str]:
    pieces = _PLACE.split(pattern)
    return re.compile("(.+?)".join(re.escape(piece) for piece in pieces[::2]), re.DOTALL)
