"""What is done with the review index when something was answered, edited, undone or asked; no Qt.

Whatever may change something returns the keys of what waits again because of it.
"""

from collections.abc import Callable, Sequence

from trackmend_core.project import Changes, ReviewAnswer
from trackmend_core.project.edits import Edit
from trackmend_core.review import Decision, ReviewIndex, Suspicion


def decide(
    index: ReviewIndex, *, suspicion: Suspicion, decision: Decision, note: str, after_edit_id: int
) -> Sequence[str]:
    """Store an answer that changes nothing in the tracks."""
    index.decide(suspicion, decision, note=note, after_edit_id=after_edit_id)
    return ()


def read_answers(index: ReviewIndex, *, opens: ReviewAnswer | None) -> Sequence[str]:
    """Take over answers that came or went in the file; `opens` counts no longer, its card waits.

    An index that was made after the answer had gone finds nothing new, but knows what it was about.
    """
    before = {one.key for one in index.suspicions()} if opens is not None else set()
    index.read_answers()
    if opens is None:
        return ()
    waiting = index.suspicions()
    new = [one.key for one in waiting if one.key not in before]
    return new or [one.key for one in waiting if index.is_about(opens, one)]


def follow_edit(
    index: ReviewIndex,
    *,
    changes: Changes,
    accepted: tuple[Suspicion, str] | None,
    by_hand: Edit | None,
) -> Sequence[str]:
    """Take over an edit; if it is an acceptance, remember that first.

    Args:
        index: to bring up to date.
        changes: what the edit changed.
        accepted: the suspicion that it mends, and a note.
        by_hand: the edit, if a person has made it while looking at the place.
    """
    if accepted is not None:
        suspicion, note = accepted
        index.decide(suspicion, Decision.ACCEPTED, note=note, made=changes.title)
    if by_hand is not None:
        index.update_by_hand(changes, by_hand)
        return ()
    index.update(changes)
    index.read_answers()  # what an edit settled is settled again by its redo
    return ()


def follow_undo(index: ReviewIndex, *, changes: Changes, waiting: frozenset[str]) -> Sequence[str]:
    """Take over an undo; what an acceptance had settled waits again, and is no longer answered."""
    index.update(changes)
    index.read_answers()
    opened = [one for one in index.suspicions() if one.key not in waiting]
    reopened = [one for one in opened if index.was_accepted(one)]
    for one in reopened:
        index.take_back(one)
    return [one.key for one in reopened]


def nothing(_index: ReviewIndex) -> Sequence[str]:
    """Change nothing; what is wanted is the conclusion."""
    return ()


def find_out(
    question: Callable[[ReviewIndex], object], index: ReviewIndex, _reopened: Sequence[str]
) -> object:
    """Return what a question finds in the index: a conclusion from `nothing`."""
    return question(index)
