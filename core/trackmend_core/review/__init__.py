"""Finds what is probably wrong with tracks, says why, and proposes what would mend it. No torch."""

from trackmend_core.review.index import LEAST_PROBABILITY, ReviewIndex
from trackmend_core.review.kinds import Action, Decision, SuspicionKind
from trackmend_core.review.sentences import say_answer
from trackmend_core.review.suspicion import BlastRadius, Crop, GhostBox, Proposal, Suspicion

__all__ = [
    "LEAST_PROBABILITY",
    "Action",
    "BlastRadius",
    "Crop",
    "Decision",
    "GhostBox",
    "Proposal",
    "ReviewIndex",
    "Suspicion",
    "SuspicionKind",
    "say_answer",
]
