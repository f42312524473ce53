"""What a person is told an answer or a verified stretch is, in the history and by undo."""

from trackmend_app.wording import say, say_composed
from trackmend_core.project import ReviewAnswer, Verdict, VerdictKind
from trackmend_core.project.records import frame_number
from trackmend_core.review import SuspicionKind


def title_of_verdict(verdict: Verdict) -> str:
    """Return its title; where its answer is of an older version, what the answer was about."""
    if verdict.title or verdict.answer is None:
        return say_composed(verdict.title)
    words = _words_of_old(verdict.answer)
    if verdict.kind is VerdictKind.OPENED:
        return say("Open again: {what}").format(what=words)
    return words


def _words_of_old(answer: ReviewAnswer) -> str:
    kind = say_composed(SuspicionKind(answer.kind).words)
    return say("Answer: {kind}, frame {frame}").format(
        kind=kind, frame=frame_number(answer.frame_index)
    )
