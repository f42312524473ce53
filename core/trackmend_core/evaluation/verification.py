"""How well embeddings tell people apart: pairs of the same and of different identities."""

from dataclasses import dataclass

import numpy as np

from trackmend_core.types import BoolArray, Float64Array, FloatArray, IntArray

USUAL_FAR = 0.1
"""The false accept rate at which FairMOT's tables are read."""
MOST_EMBEDDINGS = 6000
"""Above this a fixed sample is judged: pairs grow with the square."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class IdentityPairs:
    """Cosines of pairs of boxes.

    Attributes:
        similarities: (P,) float64.
        are_same: (P,) bool, whether both show the same identity.
    """

    similarities: Float64Array
    are_same: BoolArray

    @property
    def can_be_judged(self) -> bool:
        """Return whether there are pairs of both kinds."""
        return bool(self.are_same.any() and not self.are_same.all())


def identity_pairs(
    embeddings: FloatArray,
    identities: IntArray,
    *,
    frames: IntArray | None = None,
    least_gap: int = 0,
    seed: int = 0,
) -> IdentityPairs:
    """Return all pairs of boxes that have an identity.

    Args:
        embeddings: (N, D), any length but zero.
        identities: (N,), -1 for none.
        frames: (N,) of the same video, for `least_gap`.
        least_gap: leave out pairs less than so many frames apart.
        seed: of the sample, should there be more than `MOST_EMBEDDINGS`.
    """
    known = np.flatnonzero(identities >= 0)
    if len(known) > MOST_EMBEDDINGS:
        known = np.sort(np.random.default_rng(seed).choice(known, MOST_EMBEDDINGS, replace=False))
    vectors = np.asarray(embeddings, np.float32)[known]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = vectors / np.maximum(lengths, 1e-12)
    first, second = np.triu_indices(len(known), k=1)
    if frames is not None and least_gap:
        apart = np.abs(frames[known][first] - frames[known][second]) >= least_gap
        first, second = first[apart], second[apart]
    cosines = (vectors @ vectors.T)[first, second].astype(np.float64)
    # FairMOT's script finds its pairs by looking for what is not 0.
    counted = cosines != 0
    first, second = first[counted], second[counted]
    owners = identities[known]
    return IdentityPairs(similarities=cosines[counted], are_same=owners[first] == owners[second])


def tpr_at_far(pairs: IdentityPairs, far: float = USUAL_FAR) -> float:
    """Return the share of same pairs accepted where the given share of different ones is, 0..1.

    Linear between the points of the curve, as FairMOT's `test_emb` does.

    Raises:
        ValueError: there are no pairs of both kinds.
    """
    false_rate, true_rate = roc_curve(pairs)
    return float(np.interp(far, false_rate, true_rate))


def same_different_auc(pairs: IdentityPairs) -> float:
    """Return the chance that a same pair is more alike than a different one, 0.5 by luck.

    Raises:
        ValueError: there are no pairs of both kinds.
    """
    false_rate, true_rate = roc_curve(pairs)
    return float(np.trapezoid(true_rate, false_rate))


def roc_curve(pairs: IdentityPairs) -> tuple[Float64Array, Float64Array]:
    """Return false and true accept rates, from accepting nothing to accepting everything.

    Raises:
        ValueError: there are no pairs of both kinds.
    """
    if not pairs.can_be_judged:
        raise ValueError("same and different pairs are needed")
    order = np.argsort(-pairs.similarities, kind="stable")
    same, similarity = pairs.are_same[order], pairs.similarities[order]
    # Pairs of equal similarity are accepted together.
    last_of_value = np.append(np.flatnonzero(np.diff(similarity)), len(similarity) - 1)
    true_count = np.concatenate([[0], np.cumsum(same)[last_of_value]])
    false_count = np.concatenate([[0], np.cumsum(~same)[last_of_value]])
    return false_count / false_count[-1], true_count / true_count[-1]
