"""What can be wrong with tracks, and what can be done about it."""

from enum import StrEnum


class SuspicionKind(StrEnum):
    """An event that looks like an error."""

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

    @property
    def words(self) -> str:
        """Return two or three words for a card."""
        return _TITLES[self]

    @property
    def family(self) -> str:
        """Return what the event is about: answers hold for the family, whatever name it got."""
        return _FAMILIES.get(self, "continuity")


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
    """A person's answer to a suspicion."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNSURE = "unsure"


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
_FAMILIES = {
    SuspicionKind.FRAGMENTATION: "fragmentation",
    SuspicionKind.DUPLICATE: "duplicate",
    SuspicionKind.GHOST: "ghost",
    SuspicionKind.MISSED: "missed",
}
