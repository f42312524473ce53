"""What is kept of a finding from edit to edit, so that a look at the queue costs what is new."""

from dataclasses import dataclass

from trackmend_core.review.decisions import Answer
from trackmend_core.review.finding import Finding
from trackmend_core.review.probability import NOTHING_NEAR, AnsweredNear
from trackmend_core.review.queue_order import Judged
from trackmend_core.review.suspicion import Crop, Proposal, Suspicion


@dataclass(slots=True, kw_only=True)
class Known:
    """What was worked out for a finding, kept from edit to edit.

    Attributes:
        alone: its probability by what is usual, whatever was answered beside it.
        plain: the same with these answers.
        near: what was answered close by, which that depends on.
        judged: with them, as of last time.
        told: what a person reads of it, if it was ever shown.
        suspicion: as it was shown last time.
        state: what that depended on.
    """

    alone: float
    plain: float
    judged: Judged
    near: AnsweredNear = NOTHING_NEAR
    told: "Told | None" = None
    suspicion: Suspicion | None = None
    state: tuple[float, Finding | None, int, Answer | None, bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said and shown of a finding, whatever its probability."""

    sentence: str
    proposal: Proposal
    crops: tuple[Crop, ...]
