"""Tracks that could be one person stand side by side; those that coexist are marked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from review_scenes import Walker, bystanders, record_walkers, track_at

from trackmend_core.review import ReviewIndex
from trackmend_core.review.track_matrix import track_matrix


def test_the_parts_of_a_person_stand_side_by_side(tmp_path: Path) -> None:
    early = Walker(person=0, x=100, speed=1, number=1, frames=range(60))
    late = replace(early, number=9, frames=range(120, 200))
    twin = Walker(person=100, x=500, speed=-1, number=5, foot=300)
    walkers = [early, twin, *bystanders(), late]
    project, run_id = record_walkers(tmp_path / "walkers.trackmend", walkers)
    with project:
        index = ReviewIndex.open(project, run_id)
        matrix = track_matrix(index.scene)
        one, other, third = (
            matrix.track_ids.index(track_at(project, run_id, walker, frame))
            for walker, frame in ((early, 10), (late, 150), (twin, 10))
        )
    assert len(matrix.track_ids) == 6
    assert abs(one - other) == 1
    assert matrix.cosines[one, other] > 0.95
    assert not matrix.coexist[one, other]
    assert matrix.coexist[one, third]
    assert matrix.coexist[other, third]
    assert not matrix.coexist.diagonal().any()
    assert np.allclose(matrix.cosines, matrix.cosines.T)


def test_a_run_without_tracks_has_an_empty_matrix(tmp_path: Path) -> None:
    project, run_id = record_walkers(tmp_path / "nobody.trackmend", [])
    with project:
        index = ReviewIndex.open(project, run_id)
        assert index.suspicions() == []
        assert track_matrix(index.scene).cosines.shape == (0, 0)
