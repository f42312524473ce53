"""ByteTrack: every detection counts, the doubtful ones after the sure ones.

Differs from the released code where that has FairMOT's habits: new tracks are predicted, an expired
track is gone, and IoU is the plain one; see `TrackerSettings`.
"""

import numpy as np

from trackmend_core.tracking.candidates import Candidates
from trackmend_core.tracking.costs import overlap_costs
from trackmend_core.tracking.lifecycle import Lifecycle
from trackmend_core.tracking.matching import Association, Matching
from trackmend_core.tracking.method_settings import BotSortSettings, ByteTrackSettings
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
            costs=lambda rows, free: self.first_costs(tracks, rows, free),
            cost_max=own.first_iou_cost_max,
            among=sure,
        )
        matching.settle(
            tracks.confirmed & ~tracks.lost,
            costs=lambda rows, free: self.plain_costs(tracks, rows, free),
            cost_max=own.second_iou_cost_max,
            among=~sure,
        )
        matching.settle(
            ~tracks.confirmed,
            costs=lambda rows, free: self.first_costs(tracks, rows, free),
            cost_max=self.settings.unconfirmed_iou_cost_max,
            among=sure,
        )
        return matching.result()

    def first_costs(self, tracks: TrackTable, rows: IntArray, free: Candidates) -> Float64Array:
        """Return what it costs to go on with a sure detection, (R, D)."""
        costs = self.plain_costs(tracks, rows, free)
        return fused_with_score(costs, free) if self._second.fuse_score else costs

    def plain_costs(self, tracks: TrackTable, rows: IntArray, free: Candidates) -> Float64Array:
        """Return 1 - IoU, inf between classes, (R, D)."""
        return overlap_costs(tracks, rows, candidates=free, settings=self.settings)


def fused_with_score(costs: Float64Array, candidates: Candidates) -> Float64Array:
    """Return 1 - IoU * score of (R, D) costs 1 - IoU; inf stays."""
    fused: Float64Array = np.where(
        np.isinf(costs), np.inf, 1.0 - (1.0 - costs) * candidates.scores[None, :]
    )
    return fused
