"""How alike all tracks look, in an order that puts those side by side that could be one."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from trackmend_core.review.appearance import template
from trackmend_core.review.ends import GALLERY_BOXES
from trackmend_core.review.scene import Scene
from trackmend_core.types import BoolArray, FloatArray, IntArray, TrackId

MOST_ORDERED: Final = 600
"""Beyond so many tracks the leaves keep the order of plain clustering, which takes less time."""

_APART: Final = 2.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrackMatrix:
    """Tracks compared with tracks.

    Attributes:
        track_ids: T of them, in the order of rows and columns.
        numbers: what people read of each.
        cosines: (T, T) float32, -1..1; of the mean appearance over the clearest boxes.
        coexist: (T, T) whether both are seen in the same frame, so that they cannot be one person.
    """

    track_ids: tuple[TrackId, ...]
    numbers: tuple[int, ...]
    cosines: FloatArray
    coexist: BoolArray


def track_matrix(scene: Scene) -> TrackMatrix:
    """Compare all tracks that have an embedding; alike ones that do not coexist stand together.

    Source: average linkage (Sokal and Michener 1958), leaves in the order of Bar-Joseph et al.
        (2001).
    """
    tracks = [track for track in scene.tracks.values() if (track.embedding_rows >= 0).any()]
    if not tracks:
        none = np.zeros((0, 0))
        return TrackMatrix(
            track_ids=(),
            numbers=(),
            cosines=none.astype(np.float32),
            coexist=none.astype(np.bool_),
        )
    looks = np.stack(
        [
            template(scene, track, np.arange(0, len(track), max(1, len(track) // GALLERY_BOXES)))[0]
            for track in tracks
        ]
    )
    cosines = np.clip(looks @ looks.T, -1.0, 1.0).astype(np.float32)
    coexist = np.zeros(cosines.shape, np.bool_)
    for row, one in enumerate(tracks):
        for column in range(row):
            other = tracks[column]
            if one.first_frame <= other.last_frame and other.first_frame <= one.last_frame:
                coexist[row, column] = coexist[column, row] = _meet(one.frames, other.frames)
    order = _order(cosines, coexist)
    return TrackMatrix(
        track_ids=tuple(tracks[row].track_id for row in order),
        numbers=tuple(tracks[row].number for row in order),
        cosines=cosines[np.ix_(order, order)],
        coexist=coexist[np.ix_(order, order)],
    )


def _meet(one: IntArray, other: IntArray) -> bool:
    """Tell whether two rising lists of frames share one."""
    low, high = max(one[0], other[0]), min(one[-1], other[-1])
    one = one[np.searchsorted(one, low) : np.searchsorted(one, high, side="right")]
    other = other[np.searchsorted(other, low) : np.searchsorted(other, high, side="right")]
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    span = int(high - low) + 1
    if not len(shorter) or len(shorter) + len(longer) > span:
        return bool(len(shorter))  # more frames than there is room for: some are shared
    places = np.minimum(np.searchsorted(longer, shorter), len(longer) - 1)
    return bool((longer[places] == shorter).any())


def _order(cosines: FloatArray, coexist: BoolArray) -> list[int]:
    if len(cosines) < 3:
        return list(range(len(cosines)))
    distances = np.where(coexist, _APART, 1.0 - cosines.astype(np.float64))
    np.fill_diagonal(distances, 0.0)
    condensed = squareform((distances + distances.T) / 2, checks=False)
    tree = linkage(condensed, "average")
    if len(cosines) <= MOST_ORDERED:
        tree = optimal_leaf_ordering(tree, condensed)
    return [int(leaf) for leaf in leaves_list(tree)]
