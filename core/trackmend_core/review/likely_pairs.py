"""Which tracks could go on in which, roughly, kept up to date so that an edit costs little.

Every track's end is held against every track's beginning in one table. An edit changes a few rows
and columns of it; of the others only those are sorted anew that the change concerns.
"""

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np

from trackmend_core.review.cuts import LEAST_BOXES
from trackmend_core.review.judge import Judge
from trackmend_core.types import FloatArray, IntArray, TrackId

BEST_OF: Final = 3
"""So many partners of each death and of each birth are compared in full."""

SPARE: Final = 64
"""Room for so many new tracks; with more the table is made anew."""

OVERLAP_S: Final = 0.6
"""A track that has lost its person may run on for so long beside the one that has it now."""

_SOON_S: Final = 1.5

Pair = tuple[TrackId, TrackId]


class LikelyPairs:
    """Pairs worth comparing in full; iterating gives the earlier and the later track of each."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._build()

    def _build(self) -> None:
        """Make the table, with room for more tracks, and fill it."""
        tracks = self._judge.scene.tracks
        count = len(tracks) + SPARE
        dim = self._judge.scene.detections.embeddings.shape[1]
        self._slot_of: dict[TrackId, int] = {}
        self._tracks: list[TrackId | None] = [None] * count
        self._deaths, self._births = (np.zeros((count, dim), np.float32) for _ in range(2))
        self._ends, self._starts = (np.zeros((count, 2)) for _ in range(2))
        self._heights = np.ones(count)
        self._lasts, self._firsts = (np.zeros(count, np.int64) for _ in range(2))
        self._table = np.full((count, count), -np.inf, np.float32)
        self._best = [np.zeros((count, BEST_OF), np.int64) for _ in range(2)]
        self._best_scores = [np.full((count, BEST_OF), -np.inf, np.float32) for _ in range(2)]
        self._beside: set[Pair] = set()
        self._update(tuple(tracks))

    def __iter__(self) -> Iterator[Pair]:
        rows, places = np.nonzero(np.isfinite(self._best_scores[0]))
        columns, others = np.nonzero(np.isfinite(self._best_scores[1]))
        width = len(self._tracks)
        cells = np.union1d(
            rows * width + self._best[0][rows, places],
            self._best[1][columns, others] * width + columns,
        )
        tracks = self._tracks
        for row, column in zip(*(part.tolist() for part in divmod(cells, width)), strict=True):
            one, other = tracks[row], tracks[column]
            assert one is not None
            assert other is not None
            yield one, other
        yield from sorted(self._beside)

    def update(self, touched: Collection[TrackId]) -> None:
        """Look again at tracks that changed, are new, or are gone."""
        new = sum(track_id not in self._slot_of for track_id in touched)
        if new > self._tracks.count(None):
            self._build()
        else:
            self._update(touched)

    def _update(self, touched: Collection[TrackId]) -> None:
        slots = np.array(sorted(self._take(track_id) for track_id in touched), np.int64)
        if not len(slots):
            return
        everything = np.arange(len(self._tracks))
        self._table[slots] = self._likeness(slots, everything)
        self._table[:, slots] = self._likeness(everything, slots)
        for axis, table in enumerate((self._table, self._table.T)):
            self._sort_anew(axis, table, slots)
        known = frozenset(touched)
        self._beside = {pair for pair in self._beside if known.isdisjoint(pair)}
        self._find_beside(slots)

    def _take(self, track_id: TrackId) -> int:
        """Read a track into its slot, or empty the slot, and return it."""
        slot = self._slot_of.get(track_id)
        if slot is None:
            slot = self._tracks.index(None)
        track = self._judge.scene.tracks.get(track_id)
        if track is None:
            self._slot_of.pop(track_id, None)
            self._tracks[slot] = None
            return slot
        self._slot_of[track_id], self._tracks[slot] = slot, track_id
        death, birth = self._judge.before(track, len(track)), self._judge.after(track, 0)
        self._deaths[slot], self._births[slot] = death.near, birth.near
        ahead = min(self._judge.scene.frame_rate / 4, 8)
        self._ends[slot] = np.array(death.position) + np.array(death.velocity) * ahead
        self._starts[slot] = birth.position
        self._heights[slot] = death.height
        self._lasts[slot], self._firsts[slot] = death.frame, birth.frame
        return slot

    def _likeness(self, rows: IntArray, columns: IntArray) -> FloatArray:
        """Return (R, C) a rough score of deaths with births, -inf where it cannot be."""
        judge = self._judge
        scale, rate = judge.scale, judge.scene.frame_rate
        looks = self._deaths[rows] @ self._births[columns].T
        rough = (looks - np.float32(scale.middle)) * np.float32(scale.slope)
        step = self._ends[rows][:, None] - self._starts[columns][None]
        apart = np.hypot(step[..., 0], step[..., 1]) / self._heights[rows][:, None]
        gaps = self._firsts[columns][None] - self._lasts[rows][:, None]
        rough -= np.where(gaps <= _SOON_S * rate, 4.0 * np.minimum(apart, 3.0), 4.0)
        is_there = np.array([track is not None for track in self._tracks])
        possible = (gaps > 0) & is_there[rows][:, None] & is_there[columns][None]
        likely: FloatArray = np.where(possible, rough, -np.inf).astype(np.float32)
        return likely

    def _sort_anew(self, axis: int, table: FloatArray, slots: IntArray) -> None:
        """Find the best partners again where they may have changed."""
        best, scores = self._best[axis], self._best_scores[axis]
        stale = np.isin(best, slots).any(axis=1)
        stale |= (table[:, slots] > scores.min(axis=1)[:, None]).any(axis=1)
        stale[slots] = True
        self._sort_rows(axis, table, np.flatnonzero(stale))

    def _sort_rows(self, axis: int, table: FloatArray, rows: IntArray) -> None:
        if not len(rows):
            return
        part = table[rows]
        width = self._best[axis].shape[1]
        chosen = np.argpartition(-part, width - 1, axis=1)[:, :width]
        self._best[axis][rows] = chosen
        self._best_scores[axis][rows] = np.take_along_axis(part, chosen, axis=1)

    def _find_beside(self, slots: IntArray) -> None:
        """Find pairs of which one begins shortly before the other ends, and goes on alone."""
        most = round(OVERLAP_S * self._judge.scene.frame_rate)
        firsts, lasts = self._firsts, self._lasts
        for slot in slots.tolist():
            for is_first in (True, False):
                sign = 1 if is_first else -1
                overlap = (lasts[slot] - firsts if is_first else lasts - firsts[slot]) + 1
                near = (overlap > 0) & (overlap <= most)
                near &= sign * (firsts - firsts[slot]) >= LEAST_BOXES
                near &= sign * (lasts - lasts[slot]) >= LEAST_BOXES
                for place in np.flatnonzero(near).tolist():
                    one, other = self._tracks[slot], self._tracks[place]
                    if one is not None and other is not None:
                        self._beside.add((one, other) if is_first else (other, one))
