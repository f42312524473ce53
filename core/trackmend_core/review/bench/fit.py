"""Fits the constants of the review on videos whose truth is known.

First the link model (is it one person?), from cuts through true tracks; then, with it, one model
per family of events (does the proposal help?), from walks along queues of tracks with seeded errors
and of a tracker's own tracks. Both are logistic regressions held near zero by a normal prior.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from scipy.optimize import minimize

from trackmend_core.review.appearance import AppearanceScale
from trackmend_core.review.bench.truth import TrueVideo, project_of_truth
from trackmend_core.review.bench.walks import Look
from trackmend_core.review.ends import Ends
from trackmend_core.review.links import FEATURES, link_features
from trackmend_core.review.recent_looks import RecentLooks
from trackmend_core.review.scene import Scene
from trackmend_core.types import BoolArray, Float64Array

CUTS_PER_TRACK: Final = 6
LONGEST_GAP_S: Final = 3.0
LEAST_SIDE: Final = 5
PRIOR: Final = 0.5
"""Weight of the normal prior that holds the weights near zero."""

FOR: Final = frozenset(
    {
        "alike",
        "doubt",
        "filled",
        "fit",
        "loss",
        "margin",
        "near",
        "overlap",
        "score",
        "seen",
        "self",
        "share",
        "shorter_side",
    }
)
AGAINST: Final = frozenset(
    {
        "accepted_near",
        "border",
        "crowding",
        "hidden",
        "life",
        "rejected_near",
        "rival",
        "self_score",
        "wobble",
    }
)
"""What speaks for a proposal or against it; a few streets shall not turn evidence round."""

SEEDED_WORTH: Final = 0.3
"""How much a seeded error counts beside a tracker's where gains are measured."""

USUAL_BOXES: Final = 50.0
"""With fewer boxes promised than these, a manner is taken to bring about half of them."""

_SHARES: Final = (0.1, 1.0)


def fit_links(videos: Iterable[TrueVideo], *, seed: int = 0) -> dict[str, float]:
    """Fit the link model on cuts through true tracks.

    One person: the two sides of a cut, with or without a gap. Two: one side of the cut, and another
    person at that time, where that one is, or in the first one's place as after a switch.
    """
    rng = np.random.default_rng(seed)
    rows: list[Float64Array] = []
    labels: list[bool] = []
    names: list[str] = []
    for video in videos:
        with TemporaryDirectory() as folder:
            project, run_id = project_of_truth(Path(folder) / "truth.trackmend", video)
            with project:
                scene = Scene(project, run_id)
        for values, is_same in _cuts(scene, rng):
            rows.append(values)
            labels.append(is_same)
            names.append(video.name)
    weights = logistic(
        np.stack(rows), np.array(labels), is_balanced=True, worth=_equal_worth(names)
    )
    return dict(zip(FEATURES, weights.tolist(), strict=True))


def fit_events(looks: Iterable[Look]) -> dict[str, dict[str, float]]:
    """Fit the models of events on what queues showed."""
    families: dict[str, list[Look]] = {}
    for look in looks:
        families.setdefault(look.family, []).append(look)
    events = {}
    for family, told in sorted(families.items()):
        names = sorted({name for look in told for name in look.features})
        table = np.array([[look.features.get(name, 0.0) for name in names] for look in told])
        labels = np.array([look.is_right for look in told])
        if labels.all() or not labels.any():
            continue  # nothing to tell apart; the score alone decides
        bounds = [_bounds(name) for name in names]
        worth = _worth([(look.video, look.is_seeded) for look in told])
        weights = logistic(table, labels, is_balanced=False, worth=worth, bounds=bounds)
        events[family] = dict(zip(names, weights.tolist(), strict=True))
    return events


def shares_of(looks: Iterable[Look]) -> dict[str, float]:
    """Return what share of the promised boxes each manner of mending brought where it was right.

    Seeded errors lie apart and are mended whole; a tracker's follow one another, and what is mended
    holds up to the next one.
    """
    sums: dict[str, tuple[float, float]] = {}
    for look in looks:
        if look.was_asked and look.is_right:
            brought, promised = sums.get(look.manner, (0.0, 0.0))
            worth = SEEDED_WORTH if look.is_seeded else 1.0
            sums[look.manner] = (
                brought + worth * look.brought,
                promised + worth * look.promised,
            )
    return {
        manner: float(np.clip((brought + USUAL_BOXES / 2) / (promised + USUAL_BOXES), *_SHARES))
        for manner, (brought, promised) in sorted(sums.items())
    }


def logistic(
    table: Float64Array,
    labels: BoolArray,
    *,
    is_balanced: bool,
    worth: Float64Array | None = None,
    bounds: Sequence[tuple[float | None, float | None]] | None = None,
) -> Float64Array:
    """Return the weights of a logistic regression with a normal prior.

    Args:
        table: (N, F), with a constant among the features.
        labels: (N,).
        is_balanced: let both answers weigh the same, so that the result is a likelihood ratio.
        worth: (N,) how much each row counts; all the same without it.
        bounds: smallest and largest weight of each feature, None where there is no limit.
    """
    signs = np.where(labels, 1.0, -1.0)
    importance = np.ones(len(labels)) if worth is None else worth
    if is_balanced:
        share = importance[labels].sum() / importance.sum()
        importance = importance * np.where(labels, 0.5 / share, 0.5 / (1 - share))

    def loss(weights: Float64Array) -> tuple[float, Float64Array]:
        margins = signs * (table @ weights)
        slopes = importance * signs / (1 + np.exp(np.clip(margins, -30, 30)))
        value = float(importance @ np.logaddexp(0, -margins)) + PRIOR / 2 * float(weights @ weights)
        return value, PRIOR * weights - table.T @ slopes

    solved = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(solved.x, np.float64)


def _equal_worth(names: Sequence[str]) -> Float64Array:
    """Return (N,) worths with a mean of 1 that let every video count the same."""
    _, which, counts = np.unique(np.array(names), return_inverse=True, return_counts=True)
    worth: Float64Array = len(names) / (len(counts) * counts[which])
    return worth


def _worth(groups: Sequence[tuple[str, bool]]) -> Float64Array:
    """Return (N,) worths with a mean of 1: half for trackers' errors, half for seeded ones.

    A video counts by the root of its looks, so that neither a busy nor an empty one decides.
    """
    _, which, counts = np.unique(
        np.array([f"{name} {seeded}" for name, seeded in groups]),
        return_inverse=True,
        return_counts=True,
    )
    worth: Float64Array = 1 / np.sqrt(counts[which])
    is_seeded = np.array([seeded for _, seeded in groups])
    for mask in (is_seeded, ~is_seeded):
        if mask.any():
            worth[mask] /= worth[mask].sum()
    worth *= len(groups) / worth.sum()
    return worth


def _bounds(name: str) -> tuple[float | None, float | None]:
    if name in FOR:
        return 0.0, None
    return (None, 0.0) if name in AGAINST else (None, None)


def _cuts(scene: Scene, rng: np.random.Generator) -> Iterable[tuple[Float64Array, bool]]:
    scale, rate = AppearanceScale.fit(scene), scene.frame_rate
    looks = RecentLooks(scene)
    tracks = [track for track in scene.tracks.values() if len(track) >= 3 * LEAST_SIDE]
    for track in tracks:
        for _ in range(CUTS_PER_TRACK):
            row = int(rng.integers(LEAST_SIDE, len(track) - LEAST_SIDE + 1))
            lost = int(rng.integers(0, round(LONGEST_GAP_S * rate))) if rng.random() < 0.5 else 0
            later = track.index_at(int(track.frames[row]) + lost)
            if len(track) - later < LEAST_SIDE:
                continue
            others = [one for one in tracks if one is not track]
            ends = Ends(looks, track)
            before, after = ends.before(row), ends.after(later)
            gap = after.frame - before.frame
            yield link_features(before, after, gap=gap, scale=scale, frame_rate=rate)[0], True
            chosen = [others[int(place)] for place in rng.permutation(len(others))[:3]]
            for other in chosen:
                there = other.index_at(after.frame)
                if len(other) - there < LEAST_SIDE:
                    continue
                stranger = Ends(looks, other).after(there)
                gap = stranger.frame - before.frame
                values = link_features(before, stranger, gap=gap, scale=scale, frame_rate=rate)
                yield values[0], False
                if other is chosen[0]:
                    # As at a switch: somebody else goes on where and as the first one would have.
                    taken = replace(stranger, frame=after.frame, motion=after.motion)
                    gap = taken.frame - before.frame
                    values = link_features(before, taken, gap=gap, scale=scale, frame_rate=rate)
                    yield values[0], False
