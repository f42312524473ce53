"""How much a cosine between two appearances says, judged by the run itself.

Models differ in how alike they see people, so each run is its own yardstick: windows of one track a
moment apart show what the same person looks like, two tracks in the same frame are two people.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import Float64Array, FloatArray, IntArray

LIMIT: Final = 8.0
"""Appearance alone never says more than e**8 to 1."""

_FEWEST_PAIRS = 12
_MOST_TRACKS = 300
_MOST_PAIRS = 4000
_CLEAR = 0.3
_WINDOWS_APART = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AppearanceScale:
    """What cosines mean in this run.

    Attributes:
        same: typical cosine of one person with itself a few seconds apart.
        different: typical cosine of two people.
        spread: standard deviation of both.
    """

    same: float = 0.85
    different: float = 0.45
    spread: float = 0.15

    @classmethod
    def fit(cls, scene: Scene) -> Self:
        """Return the scale of a run; that of the bundled model if there is too little to see."""
        same, different = _pairs(scene)
        if min(len(same), len(different)) < _FEWEST_PAIRS:
            return cls()
        middle_same, middle_different = float(np.median(same)), float(np.median(different))
        spread = max(0.06, (_deviation(same) + _deviation(different)) / 2)
        if middle_same - middle_different < spread / 2:
            # These embeddings tell nobody apart here; a cosine shall then say next to nothing.
            middle_same = middle_different + spread / 2
        return cls(same=middle_same, different=middle_different, spread=spread)

    @property
    def middle(self) -> float:
        """Return the cosine that speaks neither for one person nor for two."""
        return (self.same + self.different) / 2

    @property
    def slope(self) -> float:
        """Return the log-likelihood ratio per unit of cosine."""
        return (self.same - self.different) / self.spread**2

    def evidence(self, cosine: float) -> float:
        """Return the log-likelihood ratio of one person against two."""
        return max(-LIMIT, min(LIMIT, (cosine - self.middle) * self.slope))


def clear_weights(track: TrackView, rows: IntArray | None = None) -> Float64Array:
    """Return how far the embedding of each box, or of those in some rows, can be trusted, 0..1."""
    wanted = slice(None) if rows is None else rows
    open_share = np.minimum(np.maximum(1.0 - track.coverage[wanted], 0.02), 1.0)
    return np.where(track.embedding_rows[wanted] >= 0, open_share**2, 0.0)


def template(scene: Scene, track: TrackView, rows: IntArray) -> tuple[FloatArray, float]:
    """Return the mean appearance of some boxes, (D,) unit length, and the sum of their weights.

    The vector is zero if none of them has an embedding.
    """
    return weighted_mean(scene.embeddings(track.embedding_rows[rows]), clear_weights(track, rows))


def weighted_mean(vectors: FloatArray, weights: Float64Array) -> tuple[FloatArray, float]:
    """Return the mean of (R, D) embeddings as `template` does, and the sum of the weights."""
    mean: FloatArray = weights.astype(np.float32) @ vectors
    length = float(np.sqrt(mean @ mean))
    return (mean / length if length > 0 else mean), float(np.add.reduce(weights))


def _pairs(scene: Scene) -> tuple[Float64Array, Float64Array]:
    """Return cosines of the same track a few windows apart, and of tracks in one window."""
    width = max(5, round(scene.frame_rate))
    by_window: dict[int, list[FloatArray]] = defaultdict(list)
    same: list[float] = []
    tracks = sorted(scene.tracks.values(), key=len, reverse=True)[:_MOST_TRACKS]
    for track in tracks:
        mine: dict[int, FloatArray] = {}
        clear = np.flatnonzero((track.coverage < _CLEAR) & (track.embedding_rows >= 0))
        windows, starts = np.unique(track.frames[clear] // width, return_index=True)
        ends = [*starts.tolist(), len(clear)][1:]
        for window, start, end in zip(windows.tolist(), starts.tolist(), ends, strict=True):
            rows = clear[start:end]
            if len(rows) >= 3:
                mine[window] = template(scene, track, rows)[0]
                by_window[window].append(mine[window])
        same += [
            float(mine[window] @ mine[window + apart])
            for window in mine
            for apart in range(1, _WINDOWS_APART + 1)
            if window + apart in mine
        ]
    different: list[Float64Array] = []
    for vectors in by_window.values():
        stacked = np.stack(vectors)
        above = np.triu_indices(len(stacked), 1)
        different.append((stacked @ stacked.T)[above].astype(np.float64))
        if sum(map(len, different)) > _MOST_PAIRS:
            break
    apart_people = np.concatenate(different) if different else np.zeros(0)
    return np.array(same[:_MOST_PAIRS], np.float64), apart_people


def _deviation(values: Float64Array) -> float:
    """Return the standard deviation, blind to a few outliers such as the errors looked for."""
    return float(np.median(np.abs(values - np.median(values))) * 1.4826)
