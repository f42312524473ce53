"""FairMOT's three matching stages: appearance with motion, overlap, overlap of the newly born."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from trackmend_core.tracking.assignment import assign
from trackmend_core.tracking.candidates import Candidates
from trackmend_core.tracking.costs import appearance_costs, overlap_costs
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import BoolArray, Float64Array, IntArray


class _Costs(Protocol):
    """Fills the (R, D) cost matrix of one stage."""

    def __call__(
        self,
        tracks: TrackTable,
        rows: IntArray,
        *,
        candidates: Candidates,
        settings: TrackerSettings,
    ) -> Float64Array: ...


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Association:
    """Which track goes on with which candidate.

    Attributes:
        track_rows: (M,) int64.
        candidate_rows: (M,) int64, the partner of each track.
        free_candidates: (F,) int64, rising: those that continue no track.
    """

    track_rows: IntArray
    candidate_rows: IntArray
    free_candidates: IntArray


def associate(
    tracks: TrackTable, candidates: Candidates, *, settings: TrackerSettings
) -> Association:
    """Pair predicted tracks with the candidates of the frame.

    1. Confirmed tracks, seen or lost, by appearance within the motion gate.
    2. Confirmed tracks seen in the last frame that are still alone, by overlap. Lost ones stay out:
       their prediction is too old to trust overlap alone.
    3. Tracks born in the last frame, by overlap, under a looser limit.

    Source: FairMOT section 3.5.2; order and limits from its released code.
    """
    matching = _Matching(tracks, candidates)
    matching.settle(
        tracks.confirmed,
        costs=appearance_costs,
        cost_max=settings.appearance_cost_max,
        settings=settings,
    )
    matching.settle(
        tracks.confirmed & ~tracks.lost,
        costs=overlap_costs,
        cost_max=settings.iou_cost_max,
        settings=settings,
    )
    matching.settle(
        ~tracks.confirmed,
        costs=overlap_costs,
        cost_max=settings.unconfirmed_iou_cost_max,
        settings=settings,
    )
    return matching.result()


class _Matching:
    """The partners found so far; each stage adds some and never takes one away."""

    def __init__(self, tracks: TrackTable, candidates: Candidates) -> None:
        self._tracks = tracks
        self._candidates = candidates
        self._partner_of_track = np.full(len(tracks), -1, np.int64)
        self._is_free = np.full(len(candidates), True)

    def settle(
        self, members: BoolArray, *, costs: _Costs, cost_max: float, settings: TrackerSettings
    ) -> None:
        """Pair the members that wait with the candidates that are free."""
        waiting = np.flatnonzero(members & (self._partner_of_track < 0))
        free = np.flatnonzero(self._is_free)
        if not len(waiting) or not len(free):
            return
        matrix = costs(
            self._tracks, waiting, candidates=self._candidates.select(free), settings=settings
        )
        matches = assign(matrix, cost_max=cost_max)
        self._partner_of_track[waiting[matches.rows]] = free[matches.columns]
        self._is_free[free[matches.columns]] = False

    def result(self) -> Association:
        track_rows = np.flatnonzero(self._partner_of_track >= 0)
        return Association(
            track_rows=track_rows,
            candidate_rows=self._partner_of_track[track_rows],
            free_candidates=np.flatnonzero(self._is_free),
        )
