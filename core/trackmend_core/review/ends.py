"""The two sides of a cut through a track: who was seen there, where, and how it moved."""

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np

from trackmend_core.review.appearance import clear_weights, template
from trackmend_core.review.scene import Scene
from trackmend_core.review.track_view import TrackView
from trackmend_core.types import Float64Array, FloatArray, IntArray

NEAR_S: Final = 2.0
"""The appearance beside a cut is that of the clearest boxes within so many seconds."""

NEAR_BOXES: Final = 25
MOTION_S: Final = 0.6
"""Speed is measured over so many seconds beside the cut."""

GALLERY_BOXES: Final = 60
BORDER_SHARE: Final = 0.015


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class End:
    """One side of a cut, seen from the cut.

    Attributes:
        track: whose end it is.
        frame: of the box nearest to the cut.
        count: boxes on this side.
        near: (D,) appearance beside the cut, zero if unknown.
        certainty: sum of the weights behind `near`.
        gallery: (D,) appearance of the whole side.
        position: (2,) centre at `frame`, pixels.
        velocity: (2,) pixels per frame, 0 with fewer than three boxes.
        height: pixels.
        at_border: the box touches the left or right border of the picture.
    """

    track: TrackView
    frame: int
    count: int
    near: FloatArray
    certainty: float
    gallery: FloatArray
    position: Float64Array
    velocity: Float64Array
    height: float
    at_border: bool


def end_before(scene: Scene, track: TrackView, index: int) -> End:
    """Return the side of the boxes before row `index`; there must be one."""
    return _end(scene, track, index - 1, -1)


def end_after(scene: Scene, track: TrackView, index: int) -> End:
    """Return the side of the boxes from row `index` on; there must be one."""
    return _end(scene, track, index, 1)


def _end(scene: Scene, track: TrackView, row: int, direction: int) -> End:
    """Describe a side, whose rows lead from one on away from the cut, up (1) or down (-1)."""
    count = len(track) - row if direction > 0 else row + 1
    near_count = min(count, ceil(NEAR_S * scene.frame_rate) + 1)
    beside = np.arange(row, row + direction * near_count, direction)
    away = np.abs(track.frames[beside] - track.frames[row])
    close = beside[: int(np.searchsorted(away, NEAR_S * scene.frame_rate, side="right"))]
    weights = clear_weights(track, close)
    # Of the boxes nearby the clearest count; among equally clear ones those nearest to the cut.
    best = close[np.argsort(-np.round(weights, 1), kind="stable")[:NEAR_BOXES]]
    near, certainty = template(scene, track, best)
    step = max(1, count // GALLERY_BOXES)
    spread = np.arange(row, row + direction * count, direction * step)
    gallery, _ = template(scene, track, spread)
    position, velocity, height = _motion(scene, track, beside, away)
    x1, _, x2, _ = track.boxes_xyxy[row]
    margin = BORDER_SHARE * scene.size[0]
    return End(
        track=track,
        frame=int(track.frames[row]),
        count=count,
        near=near,
        certainty=certainty,
        gallery=gallery,
        position=position,
        velocity=velocity,
        height=height,
        at_border=bool(x1 <= margin or x2 >= scene.size[0] - margin),
    )


def _motion(
    scene: Scene, track: TrackView, rows: IntArray, away: IntArray
) -> tuple[Float64Array, Float64Array, float]:
    """Fit a straight line through the boxes beside the cut."""
    last = int(np.searchsorted(away, MOTION_S * scene.frame_rate, side="right"))
    window = rows[: max(1, last)]
    centres = track.centres_of(window)
    height = _middle(track.heights_of(window))
    if len(window) < 3:
        return centres[0], np.zeros(2), height
    times = (track.frames[window] - track.frames[window[0]]).astype(np.float64)
    weights = np.minimum(np.maximum(1.0 - 0.8 * track.coverage[window], 0.1), 1.0)
    total = weights.sum()
    mean_time = float(weights @ times) / total
    mean_centre = (weights @ centres) / total
    spread = float(weights @ (times - mean_time) ** 2)
    velocity = (weights * (times - mean_time)) @ (centres - mean_centre) / spread
    return mean_centre - velocity * mean_time, velocity, height


def _middle(values: Float64Array) -> float:
    """Return the median of a few values: numpy's own takes ten times as long to begin."""
    ordered = np.sort(values)
    return float(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
