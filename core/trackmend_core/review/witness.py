"""FairMOT's cascade that remembers what it was given last, how it decided, and why."""

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from trackmend_core.project import StoredDetections
from trackmend_core.review.association import FrameAssociation, MatchedPair, Stage
from trackmend_core.tracking import TrackerSettings
from trackmend_core.tracking.candidates import Candidates
from trackmend_core.tracking.costs import appearance_costs, cosine_distances, overlap_costs
from trackmend_core.tracking.fairmot import FairMot
from trackmend_core.tracking.matching import Association
from trackmend_core.tracking.track import TrackTable
from trackmend_core.types import DetectionId, Float64Array, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What is kept of a frame: enough to say where a track was seen last."""

    frame_index: int
    ids: IntArray
    boxes_xyxy: FloatArray


class Witness(FairMot):
    """Steps as the tracker did; `told` explains the last step."""

    _last: tuple[TrackTable, Candidates, Association]

    def __init__(self, settings: TrackerSettings) -> None:
        super().__init__(settings)
        self._seen: OrderedDict[int, _Seen] = OrderedDict()

    def see(self, stored: StoredDetections) -> None:
        """Take the next frame of the run."""
        self.step(stored.detections, None)
        boxes = stored.detections.boxes_xyxy
        self._seen[self._frame] = _Seen(stored.frame_index, stored.ids, boxes)
        known = (self._last[0].last_frames, self._tracks.last_frames)
        oldest = min((int(frames.min()) for frames in known if len(frames)), default=self._frame)
        while next(iter(self._seen)) < min(oldest, self._frame):
            self._seen.popitem(last=False)

    def associate(self, tracks: TrackTable, candidates: Candidates) -> Association:
        """Pair as ever, and keep a copy of the tracks as they were before they are continued."""
        association = super().associate(tracks, candidates)
        self._last = (tracks.select(np.arange(len(tracks))), candidates, association)
        return association

    def detection_ids(self) -> list[int]:
        """Return the detections of the last step, in the order of the columns."""
        ids: list[int] = self._seen[self._frame].ids[self._last[1].indices].tolist()
        return ids

    def pairs(self) -> tuple[MatchedPair, ...]:
        """Return the pairs of the last step, each with what else was possible."""
        return self._weighed()[0]

    def told(self) -> FrameAssociation:
        """Return the last step as plain values."""
        tracks, candidates, _ = self._last
        settings = self.settings
        stored = self._seen[self._frame]
        pairs, costs, overlaps = self._weighed()
        if len(tracks) and len(candidates):
            rows = np.arange(len(tracks))
            cosines = 1.0 - cosine_distances(tracks.features, candidates.features)
            gates = tracks.motion.squared_mahalanobis(rows, candidates.boxes_xyah)
        else:
            cosines = gates = np.zeros((len(tracks), len(candidates)))
        seen_frames, seen_ids, seen_boxes = self._last_seen(tracks)
        return FrameAssociation(
            frame_index=stored.frame_index,
            tracker_ids=tracks.ids,
            boxes_xyxy=tracks.motion.boxes_xyxy(),
            seen_frames=seen_frames,
            seen_boxes_xyxy=seen_boxes,
            seen_detections=seen_ids,
            lost=tracks.lost,
            confirmed=tracks.confirmed,
            detection_ids=tuple(DetectionId(one) for one in self.detection_ids()),
            detection_boxes_xyxy=candidates.boxes_xyxy,
            detection_scores=candidates.scores,
            cosines=cosines,
            gate_distances=gates,
            costs=costs,
            overlaps=np.maximum(overlaps, 0.0),
            pairs=pairs,
            appearance_cost_max=settings.appearance_cost_max,
            gate=settings.gate,
            overlap_min=1.0 - settings.iou_cost_max,
            newborn_overlap_min=1.0 - settings.unconfirmed_iou_cost_max,
        )

    def _last_seen(self, tracks: TrackTable) -> tuple[IntArray, IntArray, Float64Array]:
        """Return frame, detection and box of the last detection of each track."""
        frames = np.zeros(len(tracks), np.int64)
        ids = np.full(len(tracks), -1, np.int64)
        boxes = np.zeros((len(tracks), 4))
        for row, (counted, index) in enumerate(
            zip(tracks.last_frames.tolist(), tracks.indices.tolist(), strict=True)
        ):
            stored = self._seen[counted]
            frames[row] = stored.frame_index
            ids[row] = stored.ids[index]
            boxes[row] = stored.boxes_xyxy[index]
        return frames, ids, boxes

    def _weighed(self) -> tuple[tuple[MatchedPair, ...], Float64Array, Float64Array]:
        """Return the pairs of the last step, and (T, D) costs and overlaps behind them."""
        tracks, candidates, association = self._last
        settings, rows = self.settings, np.arange(len(tracks))
        if not len(tracks) or not len(candidates):
            none = np.zeros((len(tracks), len(candidates)))
            return (), none, none
        everything = (tracks, rows, np.arange(len(candidates)))
        costs = appearance_costs(*everything, candidates=candidates, settings=settings).matrix()
        apart = overlap_costs(*everything, candidates=candidates, settings=settings).matrix()
        overlaps = 1.0 - apart
        pairs = tuple(
            _pair(row, column, tracks=tracks, costs=costs, overlaps=overlaps, settings=settings)
            for row, column in zip(
                association.track_rows.tolist(), association.candidate_rows.tolist(), strict=True
            )
        )
        return pairs, costs, overlaps


def _pair(
    row: int,
    column: int,
    *,
    tracks: TrackTable,
    costs: Float64Array,
    overlaps: Float64Array,
    settings: TrackerSettings,
) -> MatchedPair:
    # A pair that the first stage could have made and did not would have lowered its total.
    by_appearance = settings.use_appearance and costs[row, column] < settings.appearance_cost_max
    if not tracks.confirmed[row]:
        stage = Stage.NEWBORN
        by_overlap, limit = settings.use_overlap, settings.unconfirmed_iou_cost_max
    else:
        stage = Stage.APPEARANCE if by_appearance else Stage.OVERLAP
        by_overlap, limit = not by_appearance, settings.iou_cost_max
    paid = 1.0 - overlaps if by_overlap else costs
    price = float(paid[row, column])
    if not by_overlap and tracks.confirmed[row]:
        paid = paid + settings.return_cost * tracks.lost[:, None]
    runner_up, margin = _next_best(paid[row], column)
    rival, rival_margin = _next_best(paid[:, column], row)
    return MatchedPair(
        track_row=row,
        detection_column=column,
        stage=stage,
        cost=price,
        cost_max=limit if by_overlap else settings.appearance_cost_max,
        runner_up=runner_up,
        margin=margin,
        rival=rival,
        rival_margin=rival_margin,
    )


def _next_best(costs: Float64Array, chosen: int) -> tuple[int | None, float | None]:
    """Return the cheapest other possibility and how much more it costs, or None twice."""
    others = np.where(np.arange(len(costs)) == chosen, np.inf, costs)
    best = int(np.argmin(others))
    if best == chosen or not np.isfinite(others[best]):
        return None, None
    return best, float(others[best] - costs[chosen])
