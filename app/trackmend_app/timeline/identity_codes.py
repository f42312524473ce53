"""Whom a track looks like over time: the colours and heights of its barcode; no Qt.

Every track has a gallery: the mean embedding of its first boxes, so an identity is who the track
was when it began. Along a track every sample is compared with the galleries of the tracks that
live near that time. The best match gives the colour, its lead over the second the height: where a
track goes over to another person its colour changes, where two people look alike it is low.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from trackmend_core.project import TrackSummary
from trackmend_core.types import Float64Array, FloatArray, IntArray, TrackId

GALLERY_BOXES: Final = 12
SAMPLES: Final = 96
"""Most samples along a track."""

NEAR_FRAMES: Final = 300
"""Tracks that end, or begin, further away in time are not compared."""

SMOOTHED: Final = 5
"""So many neighbouring samples are taken together: one bad crop is no other person."""

OWN_LEAD: Final = 0.03
"""Another gallery must be better than the track's own by so much to count as best."""

FULL_MARGIN: Final = 0.35
"""A lead of so much cosine gives the full height."""


@dataclass(frozen=True, slots=True, eq=False)
class IdentityCodes:
    """The barcode of one track.

    Attributes:
        frames: (S,) int64, rising.
        numbers: (S,) int64, number of the track whose gallery is best.
        heights: (S,) float64, lead over the second best, 0..1.
    """

    frames: IntArray
    numbers: IntArray
    heights: Float64Array


@dataclass(frozen=True, slots=True, eq=False)
class Galleries:
    """Who every track was when it began.

    Attributes:
        numbers: (T,) int64.
        vectors: (T, D) float32, unit length.
        spans: (T, 2) int64, first and last frame of the track.
    """

    numbers: IntArray
    vectors: FloatArray
    spans: IntArray


def build_galleries(
    tracks: Sequence[TrackSummary], vectors: Mapping[TrackId, FloatArray]
) -> Galleries:
    """Return the galleries of the tracks that have one."""
    known = [track for track in tracks if track.track_id in vectors]
    dimension = len(vectors[known[0].track_id]) if known else 0
    known = [track for track in known if len(vectors[track.track_id]) == dimension]
    return Galleries(
        numbers=np.array([track.number for track in known], np.int64),
        vectors=np.array([vectors[track.track_id] for track in known], np.float32).reshape(
            len(known), dimension
        ),
        spans=np.array(
            [(track.first_frame, track.last_frame) for track in known], np.int64
        ).reshape(-1, 2),
    )


def mean_vector(embeddings: FloatArray) -> FloatArray | None:
    """Return the mean of (N, D) embeddings at unit length, None if there is none."""
    if not len(embeddings):
        return None
    mean = embeddings.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return (mean / length).astype(np.float32) if length > 0 else None


def sample_rows(count: int) -> IntArray:
    """Return which of so many boxes are sampled: all of a short track, evenly of a long one."""
    return np.unique(np.linspace(0, count - 1, min(count, SAMPLES)).round().astype(np.int64))


def identity_codes(
    number: int, frames: IntArray, embeddings: FloatArray, galleries: Galleries
) -> IdentityCodes | None:
    """Return the barcode of a track.

    Args:
        number: of the track.
        frames: (S,) of the samples, rising.
        embeddings: (S, D) of the samples, unit length.
        galleries: of all tracks.

    Returns:
        None if the track has no gallery of its own, or the embeddings are of another model.
    """
    own = np.flatnonzero(galleries.numbers == number)
    if not len(own) or not len(frames) or embeddings.shape[1] != galleries.vectors.shape[1]:
        return None
    similarity = _smoothed(embeddings.astype(np.float64) @ galleries.vectors.T.astype(np.float64))
    first, last = galleries.spans[:, 0], galleries.spans[:, 1]
    near = (frames[:, None] >= first - NEAR_FRAMES) & (frames[:, None] <= last + NEAR_FRAMES)
    similarity = np.where(near, similarity, -1.0)
    favoured = similarity.copy()
    favoured[:, own[0]] += OWN_LEAD
    best = favoured.argmax(axis=1)
    rows = np.arange(len(frames))
    top = similarity[rows, best]
    others = similarity.copy()
    others[rows, best] = -1.0
    second = others.max(axis=1) if others.shape[1] > 1 else np.zeros(len(frames))
    heights = np.clip((top - second) / FULL_MARGIN, 0.0, 1.0)
    return IdentityCodes(frames, galleries.numbers[best], heights)


def _smoothed(similarity: Float64Array) -> Float64Array:
    """Return the mean over `SMOOTHED` neighbouring rows, fewer at the ends."""
    half = SMOOTHED // 2
    sums = np.concatenate([np.zeros((1, similarity.shape[1])), np.cumsum(similarity, axis=0)])
    at = np.arange(len(similarity))
    low, high = np.maximum(0, at - half), np.minimum(len(similarity), at + half + 1)
    return np.asarray((sums[high] - sums[low]) / (high - low)[:, None])
