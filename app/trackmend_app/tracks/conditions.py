"""Conditions that may be typed into the filter of the track list, such as boxes>50 or score<0.6."""

import operator
import re
from collections.abc import Callable
from typing import Final

from trackmend_core.project import TrackSummary

_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}

_QUANTITIES: Final[dict[str, Callable[[TrackSummary], float]]] = {
    "id": lambda track: track.number,
    "boxes": lambda track: track.box_count,
    "score": lambda track: track.mean_score,
    "start": lambda track: track.first_frame + 1,
    "end": lambda track: track.last_frame + 1,
    "gaps": lambda track: len(track.spans) - 1,
}
"""As people count: frames from 1."""

_FORM = re.compile(rf"^({'|'.join(_QUANTITIES)})(<=|>=|<|>|=)(\d+(?:\.\d+)?)$")


def condition(term: str) -> Callable[[TrackSummary], bool] | None:
    """Return the test that a term stands for, None if it is no condition.

    Args:
        term: in lower case, without blanks.
    """
    match = _FORM.match(term)
    if match is None:
        return None
    name, sign, number = match.groups()
    quantity, compare, limit = _QUANTITIES[name], _COMPARE[sign], float(number)
    return lambda track: compare(quantity(track), limit)
