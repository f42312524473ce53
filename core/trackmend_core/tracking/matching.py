"""Stages of matching: each pairs what the stages before it left alone."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trackmend_core.tracking.assignment import assign
from trackmend_core.tracking.candidates import Candidates
from trackmend_core.tracking.pairs import PairCosts
from trackmend_core.types import BoolArray, IntArray

StageCosts = Callable[[IntArray, IntArray], PairCosts]
"""Of the given (R,) tracks with the given (C,) candidates: an (R, C) matrix."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Association:
    """Which track goes on with which candidate.

    Attributes:
        track_rows: (M,) int64, rising.
        candidate_rows: (M,) int64, the partner of each track.
        free_candidates: (F,) int64, rising: those that continue no track.
    """

    track_rows: IntArray
    candidate_rows: IntArray
    free_candidates: IntArray


class Matching:
    """The partners found so far; each stage adds some and never takes one away."""

    def __init__(
        self, *, track_count: int, candidates: Candidates, track_pins: IntArray | None = None
    ) -> None:
        """Begin with what people have decided.

        Args:
            track_count: how many tracks there are.
            candidates: a pinned one goes with the track of its pin, and with no track of another.
            track_pins: (T,) the identity that each track is pinned to, 0 for none.
        """
        self._candidate_pins = candidates.pins
        self._partner_of_track = np.full(track_count, -1, np.int64)
        self._is_free = np.ones(len(candidates), np.bool_)
        if track_pins is None:
            track_pins = np.zeros(track_count, np.int64)
        self._track_pins = track_pins
        self._is_pinned = bool(np.count_nonzero(candidates.pins) and np.count_nonzero(track_pins))
        if self._is_pinned:
            same = (track_pins[:, None] == candidates.pins[None, :]) & (track_pins > 0)[:, None]
            tracks, partners = np.nonzero(same)
            self._partner_of_track[tracks] = partners
            self._is_free[partners] = False

    def settle(
        self,
        members: BoolArray,
        *,
        costs: StageCosts,
        cost_max: float,
        among: BoolArray | None = None,
    ) -> None:
        """Pair the members that wait with the candidates that are free.

        Args:
            members: (T,) which tracks take part.
            costs: called with those that wait, rising, and the candidates that are free.
            cost_max: pairs at or above it stay apart.
            among: (D,) which candidates take part; all without it.
        """
        waiting = (members & (self._partner_of_track < 0)).nonzero()[0]
        free = (self._is_free if among is None else self._is_free & among).nonzero()[0]
        if not len(waiting) or not len(free):
            return
        pairs = costs(waiting, free)
        if self._is_pinned:
            mine = self._track_pins.take(waiting).take(pairs.rows)
            theirs = self._candidate_pins.take(free).take(pairs.columns)
            pairs = pairs.only((mine == 0) | (theirs == 0) | (mine == theirs))
        matches = assign(pairs, cost_max=cost_max)
        if len(matches.rows):
            partners = free.take(matches.columns)
            self._partner_of_track[waiting.take(matches.rows)] = partners
            self._is_free[partners] = False

    def result(self) -> Association:
        """Return what was paired in all stages."""
        track_rows = (self._partner_of_track >= 0).nonzero()[0]
        return Association(
            track_rows=track_rows,
            candidate_rows=self._partner_of_track.take(track_rows),
            free_candidates=self._is_free.nonzero()[0],
        )
