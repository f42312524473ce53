"""What the review queue is busy with, and what that means for a person who wants the next one."""

from enum import StrEnum

from trackmend_app.wording import say


class QueueState(StrEnum):
    """What the queue is busy with."""

    NO_RUN = "no run"
    RUN_GOES_ON = "run goes on"
    LOOKING = "looking"
    UPDATING = "updating"
    READY = "ready"
    FAILED = "failed"


def why_no_step(state: QueueState) -> str:
    """Return why there is no suspicion to go to."""
    return {
        QueueState.NO_RUN: say("Run the model first: there are no tracks to suspect"),
        QueueState.RUN_GOES_ON: say("The queue waits until the run has ended"),
        QueueState.FAILED: say("The queue could not be made; see the Review panel"),
    }.get(state, say("Nothing suspicious is left in this video"))
