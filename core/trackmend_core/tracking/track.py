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

    def with_others_at(self, place: int, others: Self) -> Self:
        """Return these tracks with the others between the first `place` of them and the rest."""
        return type(self)(
            motion=self.motion.with_others_at(place, others.motion),
            features=np.concatenate(
                (self.features[:place], others.features, self.features[place:])
            ),
            scores=np.concatenate((self.scores[:place], others.scores, self.scores[place:])),
            whole=np.concatenate(
                (self.whole[:, :place], others.whole, self.whole[:, place:]), axis=1
            ),
            flags=np.concatenate(
                (self.flags[:, :place], others.flags, self.flags[:, place:]), axis=1
            ),
        )

    def continue_first(
        self, candidates: Candidates, columns: IntArray, *, frame: int, settings: TrackerSettings
    ) -> None:
        """Extend the first tracks by one candidate each: motion, appearance, score, state.

        A doubtful candidate, at or below the score threshold, says nothing about appearance.

        Args:
            candidates: of the frame.
            columns: (M,) which of them continue the first M tracks.
            frame: 1-based.
            settings: what a track takes over from a detection.
        """
        count = len(columns)
        if not count:
            return  # without tracks or candidates the embeddings may have no length yet
        move = self.motion.update if settings.use_motion else self.motion.place
        move(slice(count), candidates.boxes_xyah.take(columns, axis=0))
        scores = candidates.scores.take(columns)
        self._see(columns, scores > settings.score_threshold, candidates, settings)
        if settings.refresh_score_on_return:
            self.scores[:count] = scores
        else:
            np.copyto(self.scores[:count], scores, where=~self.lost[:count])
        self.indices[:count] = candidates.indices.take(columns)
        self.last_frames[:count] = frame
        self.confirmed[:count] = True
        self.lost[:count] = False
        if np.count_nonzero(candidates.pins):
            pins = candidates.pins.take(columns)
            np.copyto(self.pins[:count], pins, where=pins > 0)

    def _see(
        self,
        columns: IntArray,
        sure: BoolArray,
        candidates: Candidates,
        settings: TrackerSettings,
    ) -> None:
        """Let the appearance of the first tracks drift towards what is surely seen of them."""
        everybody = np.count_nonzero(sure) == len(sure)
        mean = self.features[: len(columns)] if everybody else self.features[sure.nonzero()[0]]
        mean *= np.float32(settings.feature_momentum)
        seen = candidates.features.take(columns if everybody else columns[sure], axis=0)
        seen *= np.float32(1.0 - settings.feature_momentum)
        mean += seen
        scale_to_unit_length(mean)
        if not everybody:
            self.features[sure.nonzero()[0]] = mean


def _table_of(
    kind: type[TrackTable],
    motion: Motion,
    features: FloatArray,
    scores: Float64Array,
    whole: IntArray,
    flags: BoolArray,
) -> TrackTable:
    return kind(motion=motion, features=features, scores=scores, whole=whole, flags=flags)
