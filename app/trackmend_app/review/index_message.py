"""What the window and its index process say to one another; no Qt."""

from dataclasses import dataclass
from typing import Any

from trackmend_app.review.index_home import Work


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Order:
    """Work that the index shall do."""

    work: Work
    given: tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Found:
    """What some work returned; Any: it is between the work and whoever takes it."""

    value: Any = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fault:
    """What went wrong with some work.

    Attributes:
        message: one sentence.
        hint: what to do next.
        trace: of a bug; empty if the user can mend it.
    """

    message: str
    hint: str = ""
    trace: str = ""
