"""The living tracks of one tracker, as columns, so that a step costs few array operations."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from trackmend_core.tracking.candidates import Candidates, unit_length
from trackmend_core.tracking.columns import Columns
from trackmend_core.tracking.motion import Motion
from trackmend_core.tracking.output import NO_ID
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.types import BoolArray, Float64Array, FloatArray, IntArray


@dataclass(slots=True, kw_only=True)
class TrackTable(Columns):
    """N tracks: first the seen ones, then the lost ones, each part in the order of the output.

    Attributes:
        ids: (N,) int64, 1-based; `NO_ID` while a track is not confirmed and needs none.
        motion: N states of the motion model.
        features: (N, F) float32, running mean of the appearance, unit length.
        scores: (N,) float64, of the last detection.
        class_ids: (N,) int64.
        indices: (N,) int64, row of the last detection in its frame.
        first_frames: (N,) int64, 1-based frame of birth.
        last_frames: (N,) int64, 1-based frame of the last detection.
        confirmed: (N,) whether it was matched after its birth.
        lost: (N,) whether the last frame had no detection for it.
        doomed: (N,) whether it expired once and ends at its next miss (official habit).
        pins: (N,) int64, the identity that a person gave one of its boxes, 0 for none.
    """

    ids: IntArray
    motion: Motion
    features: FloatArray
    scores: Float64Array
    class_ids: IntArray
    indices: IntArray
    first_frames: IntArray
    last_frames: IntArray
    confirmed: BoolArray
    lost: BoolArray
    doomed: BoolArray
    pins: IntArray

    @classmethod
    def empty(cls, motion_kind: type[Motion]) -> Self:
        """Return a table without tracks."""
        whole, flags = np.zeros(0, np.int64), np.zeros(0, np.bool_)
        return cls(
            ids=whole,
            motion=motion_kind.start(np.zeros((0, 4))),
            features=np.zeros((0, 0), np.float32),
            scores=np.zeros(0),
            class_ids=whole,
            indices=whole,
            first_frames=whole,
            last_frames=whole,
            confirmed=flags,
            lost=flags,
            doomed=flags,
            pins=whole,
        )

    @classmethod
    def born(
        cls, candidates: Candidates, rows: IntArray, *, frame: int, motion_kind: type[Motion]
    ) -> Self:
        """Return one new track per given candidate, without an id."""
        count = len(rows)
        return cls(
            ids=np.full(count, NO_ID, np.int64),
            motion=motion_kind.start(candidates.boxes_xyah[rows]),
            features=candidates.features[rows],
            scores=candidates.scores[rows],
            class_ids=candidates.class_ids[rows],
            indices=candidates.indices[rows],
            first_frames=np.full(count, frame, np.int64),
            last_frames=np.full(count, frame, np.int64),
            confirmed=np.zeros(count, np.bool_),
            lost=np.zeros(count, np.bool_),
            doomed=np.zeros(count, np.bool_),
            pins=candidates.pins[rows],
        )

    def __len__(self) -> int:
        return len(self.ids)

    def continue_with(
        self, rows: IntArray, seen: Candidates, *, frame: int, settings: TrackerSettings
    ) -> None:
        """Extend the given tracks by one candidate each: motion, appearance, score, state.

        A doubtful candidate, at or below the score threshold, says nothing about appearance.
        """
        if not len(rows):
            return  # without tracks or candidates the embeddings may have no length yet
        move = self.motion.update if settings.use_motion else self.motion.place
        move(rows, seen.boxes_xyah)
        mean = np.float32(settings.feature_momentum) * self.features[rows]
        mean += np.float32(1.0 - settings.feature_momentum) * seen.features
        sure = seen.scores > settings.score_threshold
        self.features[rows[sure]] = unit_length(mean[sure])
        scored = ~self.lost[rows] | settings.refresh_score_on_return
        self.scores[rows[scored]] = seen.scores[scored]
        self.indices[rows] = seen.indices
        self.last_frames[rows] = frame
        self.confirmed[rows] = True
        self.lost[rows] = False
        self.pins[rows] = np.where(seen.pins > 0, seen.pins, self.pins[rows])
