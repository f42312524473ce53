"""How far the probabilities of the queue can be believed: said beforehand, and found by truth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

LIMITS: Final = (0.15, 0.3, 0.5, 0.7, 0.9, 1.0)
"""Bins of probability; the queue shows nothing below the first."""

Answer = tuple[float, bool]
"""The probability that was said of a proposal, and whether it truly helped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Proposals of about the same probability.

    Attributes:
        low: least probability.
        high: largest.
        count: proposals that were looked at.
        said: their mean probability.
        right: share of them that truly helped.
    """

    low: float
    high: float
    count: int
    said: float
    right: float


def reliability(answers: Iterable[Answer]) -> Sequence[ReliabilityBin]:
    """Return what came of proposals, by their probability; empty bins are left out."""
    told = list(answers)
    bins = []
    for low, high in pairwise(LIMITS):
        inside = [one for one in told if low <= one[0] < high or (high == 1.0 == one[0])]
        if inside:
            bins.append(
                ReliabilityBin(
                    low=low,
                    high=high,
                    count=len(inside),
                    said=sum(probability for probability, _ in inside) / len(inside),
                    right=sum(is_right for _, is_right in inside) / len(inside),
                )
            )
    return bins
