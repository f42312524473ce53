"""What the review panel says about the whole queue; no widgets."""

import re

from PySide6.QtCore import QCoreApplication

from trackmend_app.canvas.chips import ChipPart
from trackmend_app.review.queue_state import QueueState
from trackmend_app.wording import in_a_sentence, say, say_composed
from trackmend_app.wording.shown_keys import with_keys
from trackmend_core.review import Proposal


def header_text(*, left: int, done: int, seconds: float) -> str:
    """Return, say, "5 left · 7 done · 2 min 41 s"."""
    return _tr("{left} left · {done} done · {time}").format(
        left=f"{left:,}", done=f"{done:,}", time=duration_text(seconds)
    )


def proposal_parts(proposal: Proposal | None) -> tuple[ChipPart, ...]:
    """Return a proposal for the chip on the video: "Proposed: swap track 2 and track 9 from…"."""
    if proposal is None:
        return ()
    title = in_a_sentence(say_composed(proposal.title))
    parts = [ChipPart(_tr("Proposed: "))]
    track_number = re.compile(rf"(?<={re.escape(say('track'))} )(\d+)")
    for piece in track_number.split(title):
        is_number = piece.isdigit()
        parts.append(ChipPart(piece, int(piece) if is_number else None))
    return tuple(part for part in parts if part.text)


def duration_text(seconds: float) -> str:
    """Return a time of work as people say it: "41 s", "2 min 41 s", "1 h 05 min"."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {whole % 60:02d} s" if minutes else f"{whole} s"


def empty_words(state: QueueState, *, done: int) -> tuple[str, str]:
    """Return the title and the hint of a panel that has nothing to list."""
    if state is QueueState.NO_RUN:
        return (
            _tr("No tracks yet"),
            with_keys(
                _tr("Run the model (‹run_model›); what looks like an error is then listed here.")
            ),
        )
    if state is QueueState.RUN_GOES_ON:
        return (
            _tr("Waiting for the run"),
            _tr("The queue is made as soon as the run has ended or was cancelled."),
        )
    if state in (QueueState.LOOKING, QueueState.UPDATING):
        return _tr("Looking for likely errors…"), _tr("The video can be watched meanwhile.")
    if state is QueueState.FAILED:
        return (
            _tr("The queue could not be made"),
            _tr("Your tracks and edits are untouched. Look again, or reopen the project."),
        )
    if done:
        return (
            _tr("Nothing suspicious is left"),
            with_keys(
                _tr(
                    "Watch the doubtful stretches once, mark what is right with ‹toggle_verified›, "
                    "then export."
                )
            ),
        )
    return (
        _tr("Nothing looks suspicious"),
        with_keys(
            _tr(
                "No likely error was found in these tracks. "
                "Mark what you have checked with ‹toggle_verified›."
            )
        ),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("ReviewPanel", text)
