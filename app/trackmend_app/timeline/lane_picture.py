"""The bars of one lane as pixels: how high and in which colour each column, gaps left empty."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from trackmend_app.timeline.identity_codes import IdentityCodes
from trackmend_app.timeline.time_axis import TimeAxis
from trackmend_core.types import BoolArray, Float64Array, FloatArray, IntArray

LEAST_HEIGHT = 0.22
"""Height of a bar at confidence 0, so that a track is seen however unsure the model was."""


@dataclass(frozen=True, slots=True, eq=False)
class LaneScores:
    """The confidence of a track over time.

    Attributes:
        first_frame: frame of the first value, 0-based.
        scores: (L,) float32, 0..1, not a number where the track has no box.
    """

    first_frame: int
    scores: FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LaneDetails:
    """What a lane shows beyond its stretches.

    Attributes:
        scores: confidence over time.
        keyframes: (K,) int64, frames with a box by a person.
        occluded: stretches in which something hides it.
        codes: whom it looks like over time, None if that is not known.
    """

    scores: LaneScores
    keyframes: IntArray
    occluded: Sequence[tuple[int, int]]
    codes: IdentityCodes | None


def lane_codes(
    codes: IdentityCodes, *, axis: TimeAxis, columns: int
) -> tuple[Float64Array, IntArray]:
    """Return (columns,) heights 0..1 and track numbers: those of the nearest sample in time."""
    middles = axis.first + (np.arange(columns) + 0.5) * axis.shown_span / columns
    between = (codes.frames[1:] + codes.frames[:-1]) / 2 + 0.5
    nearest = np.searchsorted(between, middles)
    heights = LEAST_HEIGHT + (1 - LEAST_HEIGHT) * codes.heights[nearest]
    return heights, codes.numbers[nearest]


def covered_columns(spans: Sequence[tuple[int, int]], *, axis: TimeAxis, columns: int) -> BoolArray:
    """Return (columns,) whether the track has a box in what each column stands for."""
    covered = np.zeros(columns + 1, np.int64)
    per_frame = columns / axis.shown_span
    for first, last in spans:
        left = int(np.floor((first - axis.first) * per_frame))
        right = max(left + 1, int(np.floor((last + 1 - axis.first) * per_frame)))
        if right > 0 and left < columns:
            covered[max(0, left)] += 1
            covered[min(columns, right)] -= 1
    return np.asarray(np.cumsum(covered[:-1]) > 0)


def lane_heights(
    spans: Sequence[tuple[int, int]],
    *,
    axis: TimeAxis,
    columns: int,
    scores: LaneScores | None,
    mean_score: float,
) -> Float64Array:
    """Return (columns,) heights 0..1 of a lane's bars; 0 where the track has no box.

    Args:
        spans: (first, last) frames, both inclusive, in order.
        axis: which frames are in view.
        columns: device pixels over the width of the axis.
        scores: confidence over time, None to use the mean everywhere.
        mean_score: of the track, 0..1.
    """
    starts = np.linspace(axis.first, axis.first + axis.shown_span, columns + 1)
    values = np.full(columns, mean_score, np.float64)
    if scores is not None:
        values = _mean_per_column(starts, scores, otherwise=values)
    heights = LEAST_HEIGHT + (1 - LEAST_HEIGHT) * np.clip(values, 0.0, 1.0)
    return np.where(covered_columns(spans, axis=axis, columns=columns), heights, 0.0)


def bars_image(
    heights: Float64Array, *, rows: int, colour: QColor, inks: NDArray[np.uint8] | None = None
) -> QImage:
    """Return bars of the given heights (0..1 of `rows`), their tops smoothed.

    Args:
        heights: (columns,).
        rows: device pixels.
        colour: of all columns; its alpha holds for `inks` as well.
        inks: (columns, 3) blue, green and red of each column instead; see `ink_of`.
    """
    below_top = (np.asarray(heights, np.float32) * rows)[None, :] - np.arange(
        rows - 1, -1, -1, dtype=np.float32
    )[:, None]
    opaque = np.rint(np.clip(below_top, 0.0, 1.0) * (255 * colour.alphaF())).astype(np.uint16)
    if inks is None:
        shades = np.arange(256, dtype=np.uint16)[:, None] * ink_of(colour)
        palette = np.full((256, 4), np.arange(256)[:, None], np.uint8)
        palette[:, :3] = (shades + 127) // 255
        pixels = palette.view(np.uint32)[:, 0][opaque]
    else:
        bgra = np.empty((*opaque.shape, 4), np.uint8)
        bgra[..., 3] = opaque
        for channel in range(3):
            bgra[..., channel] = (opaque * inks[None, :, channel].astype(np.uint16) + 127) // 255
        pixels = bgra.view(np.uint32)[..., 0]
    width = pixels.shape[1]
    form = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.data, width, rows, 4 * width, form).copy()


def ink_of(colour: QColor) -> NDArray[np.uint8]:
    """Return (3,) blue, green and red."""
    return np.array([colour.blue(), colour.green(), colour.red()], np.uint8)


def _mean_per_column(
    starts: Float64Array, scores: LaneScores, *, otherwise: Float64Array
) -> Float64Array:
    """Return (columns,) mean of the values each column covers, or of the one frame it lies in."""
    count = len(scores.scores)
    if not count:
        return otherwise
    lows = np.floor(starts[:-1]).astype(np.int64) - scores.first_frame
    highs = np.maximum(lows + 1, np.floor(starts[1:]).astype(np.int64) - scores.first_frame)
    low, high = max(0, int(lows[0])), min(count, int(highs[-1]))
    if low >= high:
        return otherwise
    visible = scores.scores[low:high].astype(np.float64)
    known = np.isfinite(visible)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, visible, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    left, right = np.clip(lows - low, 0, high - low), np.clip(highs - low, 0, high - low)
    seen = counts[right] - counts[left]
    return np.where(seen > 0, (sums[right] - sums[left]) / np.maximum(seen, 1), otherwise)
