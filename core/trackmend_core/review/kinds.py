"""What can be wrong with tracks, and what can be done about it."""

from enum import StrEnum

_FAMILIES = {
    "fragmentation": "fragmentation",
    "duplicate": "duplicate",
    "ghost": "ghost",
    "missed": "missed",
}


class SuspicionKind(StrEnum):
    """An event that looks like an error.

    Attributes:
        family: what the event is about: answers hold for the family, whatever name it got.
    """

    family: str

    SWITCH_AT_CROSSING = "switch_at_crossing"
    SWITCH = "switch"
    FRAGMENTATION = "fragmentation"
    FALSE_MERGE = "false_merge"
    DUPLICATE = "duplicate"
    GHOST = "ghost"
    DRIFT = "drift"
    MOTION_JUMP = "motion_jump"
    SIZE_JUMP = "size_jump"
    MISSED = "missed"

    def __init__(self, value: str) -> None:
        # Asked for every finding after every edit, so it is looked up once.
        self.family = _FAMILIES.get(value, "continuity")

    @property
    def words(self) -> str:
        """Return two or three words for a card."""
        return _TITLES[self]


class Action(StrEnum):
    """What a proposal does."""

    SWAP = "swap"
    SPLIT = "split"
    MERGE = "merge"
    REASSIGN = "reassign"
    DELETE = "delete"
    EXTEND = "extend"
    NOTHING = "nothing"


class Decision(StrEnum):
    """A person's answer to a suspicion; `SETTLED` was given by an edit made by hand."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNSURE = "unsure"
    SETTLED = "settled"


_TITLES = {
    SuspicionKind.SWITCH_AT_CROSSING: "Switch at crossing",
    SuspicionKind.SWITCH: "Identity switch",
    SuspicionKind.FRAGMENTATION: "Broken track",
    SuspicionKind.FALSE_MERGE: "Two people, one id",
    SuspicionKind.DUPLICATE: "Duplicate",
    SuspicionKind.GHOST: "Ghost",
    SuspicionKind.DRIFT: "Drift",
    SuspicionKind.MOTION_JUMP: "Jump",
    SuspicionKind.SIZE_JUMP: "Size jump",
    SuspicionKind.MISSED: "Missed boxes",
}
