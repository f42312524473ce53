"""Holds the probabilities of the queue to what came of them when a reviewer walked along it.

A model fitted on all findings is asked in the queue only for those that it thinks most of, and
those are too often the ones it thinks too much of. So each family of events gets its log-odds
stretched and shifted (Platt scaling) until they say what the walks found. A split is held to the
boxes that it brought: it promises much and by itself brings little.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from scipy.optimize import minimize

from trackmend_core.review.bench.simulate import Step, review_by_queue
from trackmend_core.review.bench.truth import TrueVideo, project_of_tracker
from trackmend_core.review.fitted import Fitted
from trackmend_core.types import Float64Array

FEWEST_LOOKS: Final = 10
"""With fewer looks at a family its model stays as it is."""

PRIOR: Final = 2.0
"""Weight of the normal prior that holds the stretch near 1 and the shift near 0."""

LEAST_STRETCH: Final = 0.3

FEWEST_RIGHT: Final = 3
HELD_TO_WHAT_IT_BROUGHT: Final = frozenset({"split"})
"""The others bring what they promise up to the next error on the same tracks: measured where errors
follow one another a swap was worth a sixth, and elsewhere stood behind doubtful doublets."""
_USUAL_SHARE, _USUAL_LOOKS = 0.5, 2
_SHARES: Final = (0.1, 1.0)
"""What a manner of mending brings of what it promises; with few looks it is taken for a half."""

Look = tuple[str, float, bool]
"""The family of a proposal, its log-odds, and whether it truly helped."""


def calibrated(videos: Iterable[TrueVideo], fitted: Fitted) -> Fitted:
    """Return the constants with probabilities and gains that hold along these videos' queues."""
    looks: list[Look] = []
    gains: list[tuple[str, float, float]] = []
    for video in videos:
        steps = _walk(video, fitted)
        looks += [
            (step.family, log(step.plain / (1 - step.plain)), step.was_right)
            for step in steps
            if step.plain is not None and 0 < step.plain < 1
        ]
        gains += [
            (now.manner, (now.idf1 - before.idf1) * video.box_count, now.promised)
            for before, now in pairwise(steps)
            if now.was_right and now.manner in HELD_TO_WHAT_IT_BROUGHT
        ]
    return replace(with_scales(fitted, scales_of(looks)), gains=shares_of(gains))


def shares_of(gains: Sequence[tuple[str, float, float]]) -> dict[str, float]:
    """Return what share of the promised boxes each manner of mending brought where it was right.

    Args:
        gains: manner, boxes brought, boxes promised.
    """
    shares = {}
    for manner in sorted({one[0] for one in gains}):
        mine = np.array([one[1:] for one in gains if one[0] == manner], np.float64)
        if len(mine) >= FEWEST_RIGHT:
            usual = _USUAL_LOOKS * mine[:, 1].mean()
            share = (mine[:, 0].sum() + _USUAL_SHARE * usual) / max(mine[:, 1].sum() + usual, 1e-9)
            shares[manner] = float(np.clip(share, *_SHARES))
    return shares


def scales_of(looks: Sequence[Look]) -> dict[str, tuple[float, float]]:
    """Return stretch and shift of the log-odds for each family that was looked at often enough."""
    scales = {}
    for family in sorted({look[0] for look in looks}):
        mine = [(log_odds, is_right) for name, log_odds, is_right in looks if name == family]
        if len(mine) >= FEWEST_LOOKS:
            log_odds, labels = (np.array(column) for column in zip(*mine, strict=True))
            scales[family] = _scale(log_odds.astype(np.float64), np.where(labels, 1.0, -1.0))
    return scales


def with_scales(fitted: Fitted, scales: Mapping[str, tuple[float, float]]) -> Fitted:
    """Return the constants with the log-odds of some families stretched and shifted."""
    events = dict(fitted.events)
    for family, (stretch, shift) in scales.items():
        weights = {name: stretch * weight for name, weight in events.get(family, {}).items()}
        if weights:
            events[family] = weights | {"constant": weights.get("constant", 0.0) + shift}
    return replace(fitted, events=events)


def _walk(video: TrueVideo, fitted: Fitted) -> list[Step]:
    with TemporaryDirectory() as folder:
        project, run_id = project_of_tracker(Path(folder) / "walk.trackmend", video)
        with project:
            return review_by_queue(project, run_id, video, fitted=fitted)


def _scale(log_odds: Float64Array, signs: Float64Array) -> tuple[float, float]:
    def loss(values: Float64Array) -> float:
        stretch, shift = values
        wrong = np.logaddexp(0, -signs * (stretch * log_odds + shift)).sum()
        return float(wrong + PRIOR / 2 * ((stretch - 1) ** 2 + shift**2))

    bounds = [(LEAST_STRETCH, None), (None, None)]
    solved = minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=bounds)
    return float(solved.x[0]), float(solved.x[1])
