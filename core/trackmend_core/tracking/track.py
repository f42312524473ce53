"""The living tracks of one tracker, as columns, so that a step costs few array operations."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from trackmend_core.tracking.candidates import Candidates, scale_to_unit_length
from trackmend_core.tracking.columns import Columns, as_places
from trackmend_core.tracking.motion import Motion
from trackmend_core.tracking.output import NO_ID
from trackmend_core.tracking.settings import TrackerSettings
from trackmend_core.types import BoolArray, Float64Array, FloatArray, IntArray


@dataclass(slots=True, kw_only=True)
class TrackTable(Columns):
    """N tracks: first the seen ones, then the lost ones, each part in the order of the output.

    What is of one kind stands in one array, so that choosing and ordering takes few operations.

    Attributes:
        motion: N states of the motion model.
        features: (N, F) float32, running mean of the appearance, unit length.
        scores: (N,) float64, of the last detection.
        whole: (6, N) int64; its rows are the attributes from `ids` to `pins`.
        flags: (3, N); its rows are `confirmed`, `lost` and `doomed`.
        ids: (N,) int64, 1-based; `NO_ID` while a track is not confirmed and needs none.
        class_ids: (N,) int64.
        indices: (N,) int64, row of the last detection in its frame.
        first_frames: (N,) int64, 1-based frame of birth.
        last_frames: (N,) int64, 1-based frame of the last detection.
        pins: (N,) int64, the identity that a person gave one of its boxes, 0 for none.
        confirmed: (N,) whether it was matched after its birth.
        lost: (N,) whether the last frame had no detection for it.
        doomed: (N,) whether it expired once and ends at its next miss (official habit).
    """

    motion: Motion
    features: FloatArray
    scores: Float64Array
    whole: IntArray
    flags: BoolArray
    ids: IntArray = field(init=False)
    class_ids: IntArray = field(init=False)
    indices: IntArray = field(init=False)
    first_frames: IntArray = field(init=False)
    last_frames: IntArray = field(init=False)
    pins: IntArray = field(init=False)
    confirmed: BoolArray = field(init=False)
    lost: BoolArray = field(init=False)
    doomed: BoolArray = field(init=False)

    @classmethod
    def empty(cls, motion_kind: type[Motion]) -> Self:
        """Return a table without tracks."""
        return cls(
            motion=motion_kind.start(np.zeros((0, 4))),
            features=np.zeros((0, 0), np.float32),
            scores=np.zeros(0),
            whole=np.zeros((6, 0), np.int64),
            flags=np.zeros((3, 0), np.bool_),
        )

    @classmethod
    def born(
        cls, candidates: Candidates, rows: IntArray, *, frame: int, motion_kind: type[Motion]
    ) -> Self:
        """Return one new track per given candidate, without an id."""
        newborn = cls(
            motion=motion_kind.start(candidates.boxes_xyah.take(rows, axis=0)),
            features=candidates.features.take(rows, axis=0),
            scores=candidates.scores.take(rows),
            whole=np.empty((6, len(rows)), np.int64),
            flags=np.zeros((3, len(rows)), np.bool_),
        )
        newborn.ids[:] = NO_ID
        newborn.class_ids[:] = candidates.class_ids.take(rows)
        newborn.indices[:] = candidates.indices.take(rows)
        newborn.first_frames[:] = newborn.last_frames[:] = frame
        newborn.pins[:] = candidates.pins.take(rows)
        return newborn

    def __len__(self) -> int:
        return len(self.scores)

    def __post_init__(self) -> None:
        (
            self.ids,
            self.class_ids,
            self.indices,
            self.first_frames,
            self.last_frames,
            self.pins,
        ) = self.whole
        self.confirmed, self.lost, self.doomed = self.flags

    def __reduce__(self) -> tuple[object, ...]:
        """Copy and store the arrays alone: a copied attribute would no longer be a row of them."""
        arrays = (self.motion, self.features, self.scores, self.whole, self.flags)
        return _table_of, (type(self), *arrays)

    def select(self, rows: IntArray | BoolArray) -> Self:
        """Return the given tracks, in the given order, copied."""
        places = as_places(rows)
        return type(self)(
            motion=self.motion.select(places),
            features=self.features.take(places, axis=0),
            scores=self.scores.take(places),
            whole=self.whole.take(places, axis=1),
            flags=self.flags.take(places, axis=1),
        )

    def followed_by(self, other: Self) -> Self:
        """Return these tracks, then the other's; of two, an empty one gives way."""
        if not len(self) or not len(other):
            return self if len(self) else other
        return type(self)(
            motion=self.motion.followed_by(other.motion),
            features=np.concatenate((self.features, other.features)),
            scores=np.concatenate((self.scores, other.scores)),
            whole=np.concatenate((self.whole, other.whole), axis=1),
            flags=np.concatenate((self.flags, other.flags), axis=1),
        )

    def continue_with(
        self,
        rows: IntArray,
        candidates: Candidates,
        columns: IntArray,
        *,
        frame: int,
        settings: TrackerSettings,
    ) -> None:
        """Extend the given tracks, rising, by one candidate each: motion, appearance, score, state.

        A doubtful candidate, at or below the score threshold, says nothing about appearance.
        """
        if not len(rows):
            return  # without tracks or candidates the embeddings may have no length yet
        move = self.motion.update if settings.use_motion else self.motion.place
        move(rows, candidates.boxes_xyah.take(columns, axis=0))
        scores = candidates.scores.take(columns)
        self._see(rows, columns, scores > settings.score_threshold, candidates, settings)
        if settings.refresh_score_on_return:
            self.scores[rows] = scores
        else:
            seen = (~self.lost.take(rows)).nonzero()[0]
            self.scores[rows.take(seen)] = scores.take(seen)
        self.indices[rows] = candidates.indices.take(columns)
        self.last_frames[rows] = frame
        self.confirmed[rows] = True
        self.lost[rows] = False
        pins = candidates.pins.take(columns)
        pinned = pins.nonzero()[0]
        if len(pinned):
            self.pins[rows.take(pinned)] = pins.take(pinned)

    def _see(
        self,
        rows: IntArray,
        columns: IntArray,
        sure: BoolArray,
        candidates: Candidates,
        settings: TrackerSettings,
    ) -> None:
        """Let the appearance of the given tracks drift towards what is surely seen of them."""
        if np.count_nonzero(sure) < len(sure):
            rows, columns = rows[sure], columns[sure]
        everybody = len(rows) == len(self)
        mean = self.features if everybody else self.features.take(rows, axis=0)
        mean *= np.float32(settings.feature_momentum)
        seen = candidates.features.take(columns, axis=0)
        seen *= np.float32(1.0 - settings.feature_momentum)
        mean += seen
        scale_to_unit_length(mean)
        if not everybody:
            self.features[rows] = mean


def _table_of(
    kind: type[TrackTable],
    motion: Motion,
    features: FloatArray,
    scores: Float64Array,
    whole: IntArray,
    flags: BoolArray,
) -> TrackTable:
    return kind(motion=motion, features=features, scores=scores, whole=whole, flags=flags)
