"""How likely two ends belong to one person: a log-likelihood ratio from appearance and motion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, hypot, log
from typing import Final

import numpy as np

from trackmend_core.review.appearance import AppearanceScale
from trackmend_core.review.ends import End
from trackmend_core.types import Float64Array

FEATURES: Final = ("near", "gallery", "place", "speed", "size", "looseness", "border", "constant")
"""What a link is judged by, in this order; see `link_features`."""

USUAL_MISS: Final = 0.04
USUAL_MISS_PER_S: Final = 0.25
"""A prediction is off by so many heights of the person, more after a gap."""

_STEADY_S = 1.0
_PLACE_CAP, _SPEED_CAP, _SIZE_CAP = 8.0, 6.0, 6.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Link:
    """One end joined to another.

    Attributes:
        score: log-likelihood ratio of one person against two.
        values: (8,) in the order of `FEATURES`.
        cosine: of the two appearances beside the cut.
        gap: frames from one end to the other, 1 for neighbours.
        miss: how far the prediction was off, in heights of the person.
        turn: change of speed, in heights per second.
    """

    score: float
    values: Float64Array
    cosine: float
    gap: int
    miss: float
    turn: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkModel:
    """Judges links; `weights` are fitted on drawn streets, see `fitted.json`."""

    weights: Mapping[str, float]
    scale: AppearanceScale
    frame_rate: float
    vector: Float64Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        vector = np.array([self.weights[name] for name in FEATURES], np.float64)
        object.__setattr__(self, "vector", vector)

    def link(self, before: End, after: End) -> Link:
        """Judge whether `after` goes on where `before` ends."""
        gap = max(1, after.frame - before.frame)
        values, cosine, miss, turn = link_features(
            before, after, gap=gap, scale=self.scale, frame_rate=self.frame_rate
        )
        return Link(
            score=float(values @ self.vector),
            values=values,
            cosine=cosine,
            gap=gap,
            miss=miss,
            turn=turn,
        )


def link_features(
    before: End, after: End, *, gap: int, scale: AppearanceScale, frame_rate: float
) -> tuple[Float64Array, float, float, float]:
    """Return the features of a link, its cosine, its miss (heights) and its turn (heights / s).

    `near` and `gallery` are log-likelihood ratios of the appearance beside the cut and of the whole
    sides. `place`, `speed` and `size` are squared deviations (negative, capped) in units of what is
    usual after such a gap; `looseness` says how little that is worth. `border` counts ends at the
    border of the picture, where people leave for good.
    """
    here, there = before.motion, after.motion
    gap_s = gap / frame_rate
    height = max(4.0, (here.height + there.height) / 2)
    reach = min(gap, _STEADY_S * frame_rate)
    (from_x, from_y), (to_x, to_y) = here.position, there.position
    (from_vx, from_vy), (to_vx, to_vy) = here.velocity, there.velocity
    step_x, step_y = to_x - from_x, to_y - from_y
    miss = (
        hypot(step_x - from_vx * reach, step_y - from_vy * reach)
        + hypot(step_x - to_vx * reach, step_y - to_vy * reach)
    ) / (2 * height)
    usual_miss = USUAL_MISS + USUAL_MISS_PER_S * gap_s
    turn = hypot(to_vx - from_vx, to_vy - from_vy) * frame_rate / height
    usual_size = 0.10 + 0.12 * gap_s
    ratio = log(max(there.height, 1.0) / max(here.height, 1.0))
    is_known = before.certainty > 0 and after.certainty > 0
    cosine = float(before.near @ after.near) if is_known else 0.0
    whole = float(before.gallery @ after.gallery) if is_known else 0.0
    values = np.array(
        [
            scale.evidence(cosine) if is_known else 0.0,
            scale.evidence(whole) if is_known else 0.0,
            -min(miss**2 / (2 * usual_miss**2), _PLACE_CAP),
            -min(turn**2 / (2 * 0.35**2), _SPEED_CAP) * exp(-gap_s),
            -min(ratio**2 / (2 * usual_size**2), _SIZE_CAP),
            -log(min(usual_miss, 8.0)),
            -float(here.at_border + there.at_border) * (gap > 3),
            1.0,
        ],
        np.float64,
    )
    return values, cosine, miss, turn
