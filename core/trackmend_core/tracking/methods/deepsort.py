"""DeepSORT: the nearest embedding of a track's gallery within the motion gate, youngest gap first.

Differs from the released code in one point: a track is shown only in frames in which it was seen,
not in the first frame of a gap.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trackmend_core.tracking.candidates import Candidates, select_candidates
from trackmend_core.tracking.columns import Columns
from trackmend_core.tracking.costs import overlap_distances
from trackmend_core.tracking.kalman import MotionStates
from trackmend_core.tracking.matching import Association, Matching
from trackmend_core.tracking.method_settings import DeepSortSettings
from trackmend_core.tracking.methods.sort import newborn_rows
from trackmend_core.tracking.output import NO_ID, IdCounter, tracked_boxes
from trackmend_core.tracking.pairs import PairCosts
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.types import Float64Array, FrameDetections, ImageArray, IntArray, TrackedBox


@dataclass(slots=True, kw_only=True)
class _Tracks(Columns):
    ids: IntArray
    motion: MotionStates
    galleries: NDArray[np.object_]
    """(N,) of (K, F) float32 arrays, the last K embeddings of each track."""
    scores: Float64Array
    class_ids: IntArray
    indices: IntArray
    missed: IntArray
    """Frames since the last detection."""
    hits: IntArray
    """Detections so far."""


class DeepSort:
    """Source: Wojke et al. (ICIP 2017), listing 1."""

    wants_image = False

    def __init__(self, settings: TrackerSettings) -> None:
        assert isinstance(settings.method, DeepSortSettings)
        self._settings, self._own = settings, settings.method
        self._ids = IdCounter()
        nothing = select_candidates(FrameDetections.empty(), score_threshold=0.0)
        self._tracks = _born(nothing, np.zeros(0, np.int64))

    def step(self, detections: FrameDetections, image: ImageArray | None) -> list[TrackedBox]:  # noqa: ARG002 - part of the seam
        """Take the next frame; see `Tracker.step`."""
        candidates = select_candidates(detections, score_threshold=self._settings.score_threshold)
        tracks = self._tracks
        everybody = np.arange(len(tracks.ids))
        tracks.motion.predict(everybody, freeze_height=np.zeros(len(everybody), np.bool_))
        tracks.missed += 1
        association = self._associate(candidates)
        self._continue(association.track_rows, candidates.select(association.candidate_rows))
        confirmed = tracks.hits >= self._own.min_hits
        kept = (tracks.missed == 0) | (
            confirmed & (tracks.missed <= self._settings.max_frames_lost)
        )
        born = newborn_rows(candidates, association.candidate_rows, settings=self._settings)
        self._tracks = tracks.select(kept).followed_by(_born(candidates, born))
        return self._output()

    def _associate(self, candidates: Candidates) -> Association:
        tracks = self._tracks
        matching = Matching(track_count=len(tracks.ids), candidates=candidates)
        confirmed = tracks.hits >= self._own.min_hits
        for missed in np.unique(tracks.missed[confirmed]):
            matching.settle(
                confirmed & (tracks.missed == missed),
                costs=lambda rows, columns: self._gallery_costs(rows, candidates.select(columns)),
                cost_max=self._own.cosine_max,
            )
        matching.settle(
            ~confirmed | (tracks.missed == 1),
            costs=lambda rows, columns: self._overlap_costs(rows, candidates.select(columns)),
            cost_max=self._own.iou_cost_max,
        )
        return matching.result()

    def _gallery_costs(self, rows: IntArray, candidates: Candidates) -> PairCosts:
        """Return the least cosine distance to a gallery; inf beyond the gate."""
        tracks = self._tracks
        distances = tracks.motion.squared_mahalanobis(rows, candidates.boxes_xyah)
        possible = distances <= self._settings.gate
        possible &= self._same_class(rows, candidates)
        costs = np.full(possible.shape, np.inf)
        for place, row in enumerate(rows):
            near = np.flatnonzero(possible[place])
            if len(near):
                cosine = tracks.galleries[row] @ candidates.features[near].T
                costs[place, near] = np.maximum(0.0, 1.0 - cosine.max(axis=0))
        return PairCosts.of(costs)

    def _overlap_costs(self, rows: IntArray, candidates: Candidates) -> PairCosts:
        boxes = self._tracks.motion.select(rows).boxes_xyxy()
        costs = overlap_distances(boxes, candidates.boxes_xyxy)
        costs[~self._same_class(rows, candidates)] = np.inf
        return PairCosts.of(costs)

    def _same_class(self, rows: IntArray, candidates: Candidates) -> NDArray[np.bool_]:
        if self._settings.match_across_classes:
            return np.ones((len(rows), len(candidates)), np.bool_)
        same: NDArray[np.bool_] = (
            self._tracks.class_ids[rows][:, None] == candidates.class_ids[None, :]
        )
        return same

    def _continue(self, rows: IntArray, seen: Candidates) -> None:
        tracks = self._tracks
        tracks.motion.update(rows, seen.boxes_xyah)
        size = self._own.gallery_size
        for row, feature in zip(rows, seen.features, strict=True):
            tracks.galleries[row] = np.concatenate(
                [
                    tracks.galleries[row][1 - size :] if size > 1 else feature[None][:0],
                    feature[None],
                ]
            )
        tracks.scores[rows], tracks.indices[rows] = seen.scores, seen.indices
        tracks.missed[rows] = 0
        tracks.hits[rows] += 1

    def _output(self) -> list[TrackedBox]:
        tracks = self._tracks
        shown = (tracks.missed == 0) & (tracks.hits >= self._own.min_hits)
        self._ids.number(tracks.ids, entitled=shown)
        rows = np.flatnonzero(shown)
        return tracked_boxes(tracks, rows, boxes_xyxy=tracks.motion.boxes_xyxy()[rows])


def _born(candidates: Candidates, rows: IntArray) -> _Tracks:
    galleries = np.empty(len(rows), np.object_)
    for place, row in enumerate(rows):
        galleries[place] = candidates.features[row][None].copy()
    return _Tracks(
        ids=np.full(len(rows), NO_ID, np.int64),
        motion=MotionStates.start(candidates.boxes_xyah[rows]),
        galleries=galleries,
        scores=candidates.scores[rows],
        class_ids=candidates.class_ids[rows],
        indices=candidates.indices[rows],
        missed=np.zeros(len(rows), np.int64),
        hits=np.ones(len(rows), np.int64),
    )
