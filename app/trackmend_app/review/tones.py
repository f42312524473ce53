"""Which colour a kind of suspicion and an answer go by."""

from trackmend_core.review import Decision, SuspicionKind

_WRONG_PERSON = (
    SuspicionKind.SWITCH_AT_CROSSING,
    SuspicionKind.SWITCH,
    SuspicionKind.FALSE_MERGE,
)
_ONE_TOO_MANY = (SuspicionKind.DUPLICATE, SuspicionKind.GHOST)


def kind_token(kind: SuspicionKind) -> str:
    """Return red for a wrong person, blue for one box too many, amber for the rest."""
    if kind in _WRONG_PERSON:
        return "error"
    return "focus" if kind in _ONE_TOO_MANY else "doubt"


def decision_token(decision: Decision) -> str:
    """Return the colour of an answer."""
    if decision is Decision.ACCEPTED:
        return "good"
    return "doubt" if decision is Decision.UNSURE else "quiet"
