"""Embeddings of many boxes laid out in a plane, so that one sees who looks like whom."""

import importlib.util
import warnings
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from trackmend_core.errors import UserError
from trackmend_core.review.appearance import clear_weights
from trackmend_core.review.scene import Scene
from trackmend_core.types import Float64Array, FloatArray, IntArray

MOST_POINTS: Final = 6000
PER_TRACK: Final = 60
_LEAST_WEIGHT: Final = 0.2


class Projection(StrEnum):
    """How embeddings come into the plane."""

    PCA = "pca"
    UMAP = "umap"


def has_umap() -> bool:
    """Tell whether the package umap-learn is installed; Trackmend does not ask for it."""
    return importlib.util.find_spec("umap") is not None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EmbeddingSamples:
    """Boxes whose embeddings are compared, N of them, by track and frame.

    Attributes:
        track_ids: (N,) int64.
        numbers: (N,) int64, what people call the track.
        box_ids: (N,) int64.
        frames: (N,) int64, 0-based.
        boxes_xyxy: (N, 4) float64, pixels.
        embeddings: (N, D) float32.
    """

    track_ids: IntArray
    numbers: IntArray
    box_ids: IntArray
    frames: IntArray
    boxes_xyxy: Float64Array
    embeddings: FloatArray

    def __len__(self) -> int:
        return len(self.track_ids)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scatter:
    """Samples and where they lie.

    Attributes:
        samples: N of them.
        places: (N, 2) float32, each axis about -1..1.
        projection: how they came there.
        explained: share of the variance that the plane shows, None if that means nothing.
    """

    samples: EmbeddingSamples
    places: FloatArray
    projection: Projection
    explained: float | None


def sample_embeddings(scene: Scene) -> EmbeddingSamples:
    """Choose boxes of all tracks, evenly over time; those that others hide are left out."""
    tracks = [track for track in scene.tracks.values() if (track.embedding_rows >= 0).any()]
    each = max(3, min(PER_TRACK, MOST_POINTS // max(1, len(tracks))))
    parts: list[tuple[int, int, IntArray]] = []
    for track in sorted(tracks, key=lambda one: one.number):
        clear = np.flatnonzero(clear_weights(track) >= _LEAST_WEIGHT)
        if not len(clear):
            clear = np.flatnonzero(track.embedding_rows >= 0)
        rows = clear[
            np.unique(np.linspace(0, len(clear) - 1, min(each, len(clear))).round()).astype(
                np.int64
            )
        ]
        parts.append((int(track.track_id), track.number, rows))
    if not parts:
        whole = np.zeros(0, np.int64)
        return EmbeddingSamples(
            track_ids=whole,
            numbers=whole,
            box_ids=whole,
            frames=whole,
            boxes_xyxy=np.zeros((0, 4)),
            embeddings=np.zeros((0, 0), np.float32),
        )
    by_id = {int(track.track_id): track for track in tracks}
    views = [(by_id[track_id], rows) for track_id, _, rows in parts]
    return EmbeddingSamples(
        track_ids=np.concatenate([np.full(len(r), t, np.int64) for t, _, r in parts]),
        numbers=np.concatenate([np.full(len(r), n, np.int64) for _, n, r in parts]),
        box_ids=np.concatenate([view.box_ids[rows] for view, rows in views]),
        frames=np.concatenate([view.frames[rows] for view, rows in views]),
        boxes_xyxy=np.concatenate([view.boxes_xyxy[rows] for view, rows in views]),
        embeddings=scene.embeddings(
            np.concatenate([view.embedding_rows[rows] for view, rows in views])
        ),
    )


def scatter(samples: EmbeddingSamples, projection: Projection) -> Scatter:
    """Lay samples out in the plane.

    Raises:
        UserError: the projection needs a package that is not installed.
    Source: principal components (Pearson 1901); UMAP (McInnes et al. 2018) by its own package.
    """
    if projection is Projection.UMAP and not has_umap():
        raise UserError("UMAP is not installed.", "Install the package umap-learn, or choose PCA.")
    explained: float | None = None
    if len(samples) < 3:
        places = np.zeros((len(samples), 2), np.float32)
        places[:, 0] = np.arange(len(samples))
    elif projection is Projection.UMAP:
        places = _umap(samples.embeddings)
    else:
        places, explained = _pca(samples.embeddings)
    return Scatter(
        samples=samples, places=_centred(places), projection=projection, explained=explained
    )


def _pca(vectors: FloatArray) -> tuple[FloatArray, float]:
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    values, axes = np.linalg.eigh(centred.T @ centred)
    first = axes[:, ::-1][:, :2]
    # The sign of an axis is arbitrary; the larger end points to the right and up, always.
    first = first * np.sign(first[np.abs(first).argmax(axis=0), [0, 1]])
    total = float(values.sum())
    share = float(values[-2:].sum()) / total if total > 0 else 0.0
    return (centred @ first).astype(np.float32), share


def _umap(vectors: FloatArray) -> FloatArray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own dependencies
        import umap

        reducer = umap.UMAP(
            n_components=2, metric="cosine", random_state=0, n_neighbors=min(15, len(vectors) - 1)
        )
        places: FloatArray = np.asarray(reducer.fit_transform(vectors), np.float32)
        return places


def _centred(places: FloatArray) -> FloatArray:
    """Return places around the middle of their range, the longer side from -1 to 1."""
    if not len(places):
        return places
    low, high = places.min(axis=0), places.max(axis=0)
    half = max(float((high - low).max()) / 2, 1e-9)
    return np.asarray((places - (low + high) / 2) / half, np.float32)
