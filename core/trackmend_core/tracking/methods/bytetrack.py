"""ByteTrack: every detection counts, the doubtful ones after the sure ones.

Differs from the released code where that has FairMOT's habits: new tracks are predicted, an expired
track is gone, and IoU is the plain one; see `TrackerSettings`.
"""

from dataclasses import replace

from trackmend_core.tracking.candidates import Candidates
from trackmend_core.tracking.costs import overlap_costs
from trackmend_core.tracking.lifecycle import Lifecycle
from trackmend_core.tracking.matching import Association, Matching
from trackmend_core.tracking.method_settings import BotSortSettings, ByteTrackSettings
from trackmend_core.tracking.pairs import PairCosts
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import Float64Array, IntArray


class ByteTrack(Lifecycle):
    """Source: Zhang et al., ByteTrack (ECCV 2022), algorithm 1."""

    def __init__(self, settings: TrackerSettings) -> None:
        super().__init__(settings)
        assert isinstance(settings.method, ByteTrackSettings | BotSortSettings)
        self._second = settings.method

    def lowest_score(self) -> float:
        """Return the score above which a detection may go on with a track."""
        return min(self._second.low_score_threshold, self.settings.score_threshold)

    def associate(self, tracks: TrackTable, candidates: Candidates) -> Association:
        """Pair all confirmed tracks with sure detections, those seen last with doubtful ones."""
        own = self._second
        sure = candidates.scores > self.settings.score_threshold
        matching = Matching(track_count=len(tracks), candidates=candidates, track_pins=tracks.pins)
        matching.settle(
            tracks.confirmed,
            costs=lambda rows, free: self.first_costs(tracks, rows, free, candidates),
            cost_max=own.first_iou_cost_max,
            among=sure,
        )
        matching.settle(
            tracks.confirmed & ~tracks.lost,
            costs=lambda rows, free: self.plain_costs(tracks, rows, free, candidates),
            cost_max=own.second_iou_cost_max,
            among=~sure,
        )
        matching.settle(
            ~tracks.confirmed,
            costs=lambda rows, free: self.first_costs(tracks, rows, free, candidates),
            cost_max=self.settings.unconfirmed_iou_cost_max,
            among=sure,
        )
        return matching.result()

    def first_costs(
        self, tracks: TrackTable, rows: IntArray, columns: IntArray, candidates: Candidates
    ) -> PairCosts:
        """Return what it costs to go on with a sure detection."""
        pairs = self.plain_costs(tracks, rows, columns, candidates)
        scores = candidates.scores.take(columns)
        return fused_with_score(pairs, scores) if self._second.fuse_score else pairs

    def plain_costs(
        self, tracks: TrackTable, rows: IntArray, columns: IntArray, candidates: Candidates
    ) -> PairCosts:
        """Return 1 - IoU, within a class."""
        return overlap_costs(tracks, rows, columns, candidates=candidates, settings=self.settings)


def fused_with_score(pairs: PairCosts, scores: Float64Array) -> PairCosts:
    """Return 1 - IoU * score of costs 1 - IoU; (C,) scores."""
    costs = 1.0 - (1.0 - pairs.costs) * scores.take(pairs.columns)
    return replace(pairs, costs=costs)
