"""FairMOT's three matching stages: appearance with motion, overlap, overlap of the newly born."""

from dataclasses import replace
from typing import Protocol

from trackmend_core.tracking.candidates import Candidates
from trackmend_core.tracking.costs import appearance_costs, overlap_costs
from trackmend_core.tracking.matching import Association, Matching, StageCosts
from trackmend_core.tracking.pairs import PairCosts
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import IntArray


class _Costs(Protocol):
    """What the pairs of one stage cost."""

    def __call__(
        self,
        tracks: TrackTable,
        rows: IntArray,
        columns: IntArray,
        *,
        candidates: Candidates,
        settings: TrackerSettings,
    ) -> PairCosts: ...


def associate(
    tracks: TrackTable, candidates: Candidates, *, settings: TrackerSettings
) -> Association:
    """Pair predicted tracks with the candidates of the frame.

    1. Confirmed tracks, seen or lost, by appearance within the motion gate. Lost ones may have to
       yield to seen ones (an addition, see `return_cost`): long remembered, they otherwise take
       turns with the track that goes on with their person.
    2. Confirmed tracks seen in the last frame that are still alone, by overlap. Lost ones stay out:
       their prediction is too old to trust overlap alone (the paper's text lets them in).
    3. Tracks born in the last frame, by overlap, under a looser limit.

    Source: FairMOT section 3.5.2; order and limits from its released code. The switches are those
        of its table 6.
    """
    matching = Matching(track_count=len(tracks), candidates=candidates, track_pins=tracks.pins)
    by_appearance = _costs(appearance_costs, tracks, candidates, settings)
    by_overlap = _costs(overlap_costs, tracks, candidates, settings)
    if settings.use_appearance:
        matching.settle(
            tracks.confirmed,
            costs=_yielding(by_appearance, tracks, settings)
            if settings.return_cost
            else by_appearance,
            cost_max=settings.appearance_cost_max + settings.return_cost,
        )
    if settings.use_overlap:
        lost_too = settings.lost_match_by_overlap or not settings.use_appearance
        members = tracks.confirmed if lost_too else tracks.confirmed & ~tracks.lost
        matching.settle(members, costs=by_overlap, cost_max=settings.iou_cost_max)
    matching.settle(
        ~tracks.confirmed,
        costs=by_overlap if settings.use_overlap else by_appearance,
        cost_max=settings.unconfirmed_iou_cost_max
        if settings.use_overlap
        else settings.appearance_cost_max,
    )
    return matching.result()


def _yielding(costs: StageCosts, tracks: TrackTable, settings: TrackerSettings) -> StageCosts:
    """Let lost tracks pay more than seen ones for what either could have."""

    def with_return(rows: IntArray, columns: IntArray) -> PairCosts:
        pairs = costs(rows, columns)
        pairs = pairs.only(pairs.costs < settings.appearance_cost_max)
        is_lost = tracks.lost.take(rows).take(pairs.rows)
        return replace(pairs, costs=pairs.costs + settings.return_cost * is_lost)

    return with_return


def _costs(
    kind: _Costs, tracks: TrackTable, candidates: Candidates, settings: TrackerSettings
) -> StageCosts:
    return lambda rows, columns: kind(
        tracks, rows, columns, candidates=candidates, settings=settings
    )
