"""Finds the pattern behind a finished sentence: "Delete track 3" is "Delete {0}", with "track 3".

What stands in the places may be made by a pattern itself and is looked up in turn.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

_PLACE = re.compile(r"\{(\d+)\}")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_LIST: Final = "{0}, {1}"
DEPTH = 6
MOST_CUTS = 40
"""So many ways to cut a sentence by one pattern are tried."""


class ComposedTexts:
    """The patterns of one language."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._fixed = {key: text for key, text in patterns.items() if not _PLACE.search(key)}
        ranked = sorted(set(patterns) - set(self._fixed), key=_literal_length, reverse=True)
        self._patterns = [(_expression(key), _pieces(key), patterns[key]) for key in ranked]
        self._patterns.append((_expression(_LIST), _pieces(_LIST), _LIST))
        self._said = lru_cache(maxsize=16384)(self._look_up)

    def find(self, sentence: str) -> str:
        """Return the sentence in this language; as it is if no pattern fits."""
        return self._said(sentence, DEPTH)[0]

    def _look_up(self, sentence: str, depth: int) -> tuple[str, int]:
        """Return the sentence in this language, and how many of its parts have no pattern.

        "Give track 4 to track 8 in frames 5 to 9" can be cut in many ways into "Give {0} to {1}
        {2}", and "Delete {0}" fits what "Delete {0} {1}" is meant for: what leaves least unsaid is
        right, of equals the pattern that says most.
        """
        if sentence in self._fixed:
            return self._fixed[sentence], 0
        if depth == 0 or not _LETTERS.search(sentence):
            return sentence, int(bool(_LETTERS.search(sentence)))
        best: tuple[str, int] | None = None
        for expression, pieces, text in self._patterns:
            if expression.fullmatch(sentence) is None:
                continue
            for cut in islice(_cuts(sentence, pieces), MOST_CUTS):
                said = [self._said(part, depth - 1) for part in cut]
                unsaid = sum(count for _, count in said)
                if best is None or unsaid < best[1]:
                    best = _filled(text, [part for part, _ in said]), unsaid
                if unsaid == 0:
                    return best
        return best if best is not None else (sentence, 1)


def _cuts(sentence: str, pieces: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give the ways to cut a sentence at the fixed pieces of a pattern, the first parts short."""
    head, *rest = pieces
    if not sentence.startswith(head):
        return
    sentence = sentence[len(head) :]
    if not rest:
        if not sentence:
            yield ()
        return
    following = rest[0]
    at = len(sentence) if len(rest) == 1 and not following else 1
    while 0 < at <= len(sentence):
        if following:
            at = sentence.find(following, at)
            if at < 1:
                return
        for later in _cuts(sentence[at:], rest):
            yield sentence[:at], *later
        at += 1


def _filled(text: str, parts: Sequence[str]) -> str:
    return _PLACE.sub(lambda place: parts[int(place[1])], text)


def _literal_length(pattern: str) -> int:
    return len(_PLACE.sub("", pattern))


def _pieces(pattern: str) -> tuple[str, ...]:
    return tuple(_PLACE.split(pattern)[::2])


def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, _pieces(pattern))), re.DOTALL)
