"""Where a track might go over to another person: a cheap look that misses little."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trackmend_core.review.appearance import AppearanceScale, clear_weights
from trackmend_core.review.recent_looks import RecentLooks
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import Float64Array, FloatArray, IntArray

WINDOW_S: Final = 1.0
LEAST_BOXES: Final = 3
"""A side of a cut has at least so many boxes, else there is nothing to compare."""

_JUMP, _JUMP_PER_S = 0.15, 1.0
_SIZE_JUMP = 0.3
_GAP_S = 0.15
_DEPTH = 3
_LOOK_BACK = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A place in a track where something changes.

    Attributes:
        row: of the first box behind the cut.
        reasons: "appearance", "motion", "size", "gap".
    """

    row: int
    reasons: frozenset[str]


def find_cuts(looks: RecentLooks, track: TrackView, scale: AppearanceScale) -> list[Cut]:
    """Return the places of a track that deserve a closer look, in the order of time."""
    if len(track) < 2 * LEAST_BOXES:
        return []
    scene = looks.scene
    found: dict[int, set[str]] = {}
    for reason, rows in (
        ("appearance", _appearance_changes(looks, track, scale)),
        ("motion", _jumps(scene, track)),
        ("size", _size_jumps(track)),
        ("gap", np.flatnonzero(np.diff(track.frames) > _GAP_S * scene.frame_rate + 1) + 1),
    ):
        for row in rows.tolist():
            if LEAST_BOXES <= row <= len(track) - LEAST_BOXES:
                found.setdefault(row, set()).add(reason)
    return [Cut(row=row, reasons=frozenset(found[row])) for row in sorted(found)]


def summed_appearance(looks: RecentLooks, track: TrackView) -> tuple[FloatArray, Float64Array]:
    """Return running sums over the boxes: (N + 1, D) weighted embeddings and (N + 1,) weights."""
    weights = clear_weights(track)
    vectors = looks.of_all(track) * weights[:, None].astype(np.float32)
    sums = np.zeros((len(track) + 1, vectors.shape[1]), np.float32)
    np.cumsum(vectors, axis=0, out=sums[1:])
    return sums, np.concatenate([[0.0], np.cumsum(weights)])


def side_cosines(sums: FloatArray, *, width: int) -> Float64Array:
    """Return (N + 1,) cosines of the `width` boxes before each row with those from it on."""
    count = len(sums) - 1
    rows = np.arange(count + 1)
    before = sums[rows] - sums[np.maximum(rows - width, 0)]
    after = sums[np.minimum(rows + width, count)] - sums[rows]
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    products = np.einsum("nd,nd->n", before, after)
    return np.where(lengths > 0, products / np.where(lengths > 0, lengths, 1.0), 1.0)


def _appearance_changes(looks: RecentLooks, track: TrackView, scale: AppearanceScale) -> IntArray:
    sums, weights = summed_appearance(looks, track)
    if weights[-1] <= 0:
        return np.zeros(0, np.int64)
    width = max(LEAST_BOXES, round(WINDOW_S * looks.scene.frame_rate))
    cosines = side_cosines(sums, width=width)[LEAST_BOXES : len(track) - LEAST_BOXES + 1]
    reach = max(1, width // 2)
    padded = np.pad(cosines, reach, constant_values=np.inf)
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    usual = float(np.median(cosines))
    noise = max(0.02, 1.4826 * float(np.median(np.abs(cosines - usual))))
    # A dip that is deep for this track, or that would be deep for anybody.
    limit = max(scale.middle, min(usual - 3.5 * noise, (scale.same + scale.middle) / 2))
    dips = np.flatnonzero((cosines == lowest) & (cosines < limit)) + LEAST_BOXES
    lasting = _two_people(sums, weights, 0, len(track), scale, depth=_DEPTH)
    return np.union1d(dips, np.array(lasting, np.int64))


def _two_people(
    sums: FloatArray,
    weights: Float64Array,
    first: int,
    last: int,
    scale: AppearanceScale,
    *,
    depth: int,
) -> list[int]:
    """Cut rows first..last where the two sides differ most, again and again while they do."""
    if depth == 0 or last - first < 2 * LEAST_BOXES:
        return []
    rows = np.arange(first + LEAST_BOXES, last - LEAST_BOXES + 1)
    before, after = sums[rows] - sums[first], sums[last] - sums[rows]
    weight_before = weights[rows] - weights[first]
    weight_after = weights[last] - weights[rows]
    usable = (weight_before > 0.5) & (weight_after > 0.5)
    if not usable.any():
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        # Splitting so that the sides are as alike within as can be: Fisher's criterion.
        gain = (before**2).sum(axis=1) / weight_before + (after**2).sum(axis=1) / weight_after
    best = int(np.argmax(np.where(usable, gain, -np.inf)))
    lengths = float(np.linalg.norm(before[best]) * np.linalg.norm(after[best]))
    cosine = float(before[best] @ after[best]) / lengths if lengths else 1.0
    if cosine > (scale.same + scale.middle) / 2:
        return []
    row = int(rows[best])
    return [
        *_two_people(sums, weights, first, row, scale, depth=depth - 1),
        row,
        *_two_people(sums, weights, row, last, scale, depth=depth - 1),
    ]


def _jumps(scene: Scene, track: TrackView) -> IntArray:
    """Return rows whose box is not where the boxes before it led to."""
    rows = np.arange(1, len(track))
    gaps = np.diff(track.frames).astype(np.float64)
    steps = np.diff(track.centres, axis=0)
    # The median step before each: one jump does not make the next steps look like jumps.
    speeds = steps / gaps[:, None]
    padded = np.concatenate([np.repeat(speeds[:1], _LOOK_BACK, axis=0), speeds])
    windows = np.lib.stride_tricks.sliding_window_view(padded[:-1], _LOOK_BACK, axis=0)
    velocity = np.median(windows, axis=2)
    steady = np.minimum(gaps, scene.frame_rate)
    miss = np.hypot(*(steps - velocity * steady[:, None]).T) / track.heights[rows - 1]
    usual = float(np.median(miss))
    limit = np.maximum(_JUMP, 5 * usual) + _JUMP_PER_S * (gaps - 1) / scene.frame_rate
    jumps: IntArray = rows[miss > limit]
    return jumps


def _size_jumps(track: TrackView) -> IntArray:
    logs = np.log(track.heights)
    if len(logs) < 2 * LEAST_BOXES:
        return np.zeros(0, np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(logs, LEAST_BOXES)
    medians = np.median(windows, axis=1)
    change = np.abs(medians[LEAST_BOXES:] - medians[:-LEAST_BOXES])
    rows = np.flatnonzero(change > _SIZE_JUMP)
    if not len(rows):
        return np.zeros(0, np.int64)
    groups = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    return np.array([group[np.argmax(change[group])] + LEAST_BOXES for group in groups], np.int64)
