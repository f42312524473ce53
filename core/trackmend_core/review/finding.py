"""What a detector hands on: where something is odd, the numbers, and what may have happened."""

from collections.abc import Mapping
from dataclasses import dataclass

from trackmend_core.review.alternatives import Alternative
from trackmend_core.review.kinds import Action, SuspicionKind
from trackmend_core.types import TrackId


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Finding:
    """An odd place, before it is known how likely an error is.

    Attributes:
        kind: what it looks like.
        tracks: concerned, the main one first.
        frame: where to look, 0-based.
        first_frame: of the stretch that matters.
        last_frame: of it.
        alternatives: best first; "nothing" is among them.
        evidence: numbers for the user, by name.
    """

    kind: SuspicionKind
    tracks: tuple[TrackId, ...]
    frame: int
    first_frame: int
    last_frame: int
    alternatives: tuple[Alternative, ...]
    evidence: Mapping[str, float]

    @property
    def concerned(self) -> frozenset[TrackId]:
        """Return every track that an explanation involves."""
        partners = {one.partner for one in self.alternatives if one.partner is not None}
        return frozenset(partners.union(self.tracks))

    @property
    def best(self) -> Alternative:
        """Return the likeliest explanation."""
        return self.alternatives[0]

    @property
    def repair(self) -> Alternative:
        """Return the best explanation that changes something, or "nothing" if there is none."""
        changing = (one for one in self.alternatives if one.action is not Action.NOTHING)
        return next(changing, self.alternatives[0])

    @property
    def runner_up(self) -> Alternative | None:
        """Return the explanation that comes next after `repair`.

        Those that name another track go before those that leave open whose the boxes are.
        """
        others = [one for one in self.alternatives if one is not self.repair]
        named = (one for one in others if one.partner is not None)
        return next(named, others[0] if others else None)


def ordered(alternatives: list[Alternative]) -> tuple[Alternative, ...]:
    """Return alternatives by falling score."""
    return tuple(sorted(alternatives, key=lambda one: -one.score))
