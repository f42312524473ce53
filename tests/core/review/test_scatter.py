"""Embeddings in the plane: who looks alike lies close, and nothing depends on chance."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from review_scenes import Walker, bystanders, record_walkers

from trackmend_core.errors import UserError
from trackmend_core.review import ReviewIndex
from trackmend_core.review.scatter import (
    PER_TRACK,
    EmbeddingSamples,
    Projection,
    sample_embeddings,
    scatter,
)
from trackmend_core.review.track_matrix import track_matrix


def made_up(people: int, each: int, *, dim: int = 32) -> EmbeddingSamples:
    rng = np.random.default_rng(0)
    looks = rng.normal(size=(people, dim))
    rows = np.repeat(np.arange(people), each)
    vectors = looks[rows] + 0.1 * rng.normal(size=(len(rows), dim))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return EmbeddingSamples(
        track_ids=rows.astype(np.int64),
        numbers=rows.astype(np.int64) + 1,
        box_ids=np.arange(len(rows)),
        frames=np.tile(np.arange(each), people),
        boxes_xyxy=np.zeros((len(rows), 4)),
        embeddings=vectors.astype(np.float32),
    )


def test_one_person_lies_together_and_three_people_apart() -> None:
    found = scatter(made_up(3, 40), Projection.PCA)
    middles = np.stack([found.places[found.samples.track_ids == n].mean(axis=0) for n in range(3)])
    spread = max(found.places[found.samples.track_ids == n].std(axis=0).max() for n in range(3))
    apart = min(np.linalg.norm(middles[a] - middles[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
    assert apart > 6 * spread
    assert found.explained is not None
    assert found.explained > 0.8
    assert np.abs(found.places).max() == pytest.approx(1.0, abs=1e-5)
    again = scatter(made_up(3, 40), Projection.PCA)
    assert np.array_equal(found.places, again.places)


def test_the_plane_of_pca_is_that_of_the_singular_vectors() -> None:
    samples = made_up(5, 30)
    found = scatter(samples, Projection.PCA)
    centred = samples.embeddings - samples.embeddings.mean(axis=0)
    left, values, _ = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
    expected = left[:, :2] * values[:2]
    for axis in range(2):
        correlation = np.corrcoef(expected[:, axis], found.places[:, axis])[0, 1]
        assert abs(correlation) > 0.9999


def test_samples_are_spread_over_time_and_leave_out_whom_others_hide(tmp_path: Path) -> None:
    behind = Walker(person=0, x=100, speed=0, foot=380, number=1)
    before = replace(behind, person=1, foot=400, number=2, frames=range(100))
    project, run_id = record_walkers(tmp_path / "w.trackmend", [behind, before, *bystanders()])
    with project:
        scene = ReviewIndex.open(project, run_id).scene
        samples = sample_embeddings(scene)
    mine = samples.numbers == 1
    assert 3 <= mine.sum() <= PER_TRACK
    assert samples.frames[mine].min() >= 100, "until then somebody stands before him"
    assert samples.frames[mine].max() == 199
    assert set(samples.numbers.tolist()) == {1, 2, 50, 51, 52}
    assert len(scatter(samples, Projection.PCA).places) == len(samples)


def test_few_or_no_samples_have_a_place_all_the_same(tmp_path: Path) -> None:
    project, run_id = record_walkers(tmp_path / "nobody.trackmend", [])
    with project:
        samples = sample_embeddings(ReviewIndex.open(project, run_id).scene)
    assert scatter(samples, Projection.PCA).places.shape == (0, 2)
    assert scatter(made_up(1, 2), Projection.PCA).places.shape == (2, 2)


def test_umap_is_used_if_it_is_there_and_refused_if_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackmend_core.review.scatter.has_umap", lambda: False)
    with pytest.raises(UserError, match="not installed"):
        scatter(made_up(2, 10), Projection.UMAP)
    asked = {}

    class Umap:
        def __init__(self, **settings: object) -> None:
            asked.update(settings)

        def fit_transform(self, vectors: np.ndarray) -> np.ndarray:
            return vectors[:, :2]

    fake = ModuleType("umap")
    fake.UMAP = Umap  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "umap", fake)
    monkeypatch.setattr("trackmend_core.review.scatter.has_umap", lambda: True)
    found = scatter(made_up(2, 10), Projection.UMAP)
    assert found.explained is None
    assert found.places.shape == (20, 2)
    assert asked["metric"] == "cosine"
    assert asked["random_state"] == 0, "the same picture every time"


def test_three_hundred_tracks_are_compared_within_seconds(tmp_path: Path) -> None:
    walkers = [
        Walker(
            person=n % 16,
            x=20.0 + 2 * n,
            speed=0,
            foot=100.0 + n,
            number=n + 1,
            frames=range(n % 150, n % 150 + 40),
        )
        for n in range(300)
    ]
    project, run_id = record_walkers(tmp_path / "crowd.trackmend", walkers)
    with project:
        scene = ReviewIndex.open(project, run_id).scene
    started = time.process_time()
    matrix = track_matrix(scene)
    assert time.process_time() - started < 5
    assert matrix.cosines.shape == (300, 300)
    first = {track_id: scene.tracks[track_id] for track_id in matrix.track_ids}
    for row, column in ((0, 1), (10, 200), (299, 5)):
        one, other = (set(first[matrix.track_ids[n]].frames.tolist()) for n in (row, column))
        assert matrix.coexist[row, column] == bool(one & other)
