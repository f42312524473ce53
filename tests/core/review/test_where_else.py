"""The moments that look like one appearance: one per track and window, best first."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from review_scenes import Walker, appearance, bystanders, record_walkers, track_at

from trackmend_core.review.scene import read_detections
from trackmend_core.review.where_else import best_moments

EARLY = Walker(person=0, x=100, speed=1, number=1, frames=range(60))
LATE = replace(EARLY, number=9, frames=range(120, 200))


def test_a_person_is_found_again_under_another_number(tmp_path: Path) -> None:
    project, run_id = record_walkers(tmp_path / "w.trackmend", [EARLY, LATE, *bystanders()])
    with project:
        detections, layer = read_detections(project, run_id), project.layer_arrays(run_id)
        early = track_at(project, run_id, EARLY, 10)
        query = appearance(0).astype(np.float32)
        found = best_moments(query, detections, layer, apart_frames=50, count=6)
        others = best_moments(query, detections, layer, apart_frames=50, count=2, without=early)
    assert {moment.number for moment in found[:2]} == {1, 9}
    assert min(moment.cosine for moment in found[:2]) > 0.9
    assert [m.cosine for m in found] == sorted((m.cosine for m in found), reverse=True)
    for number in (1, 9):
        frames = sorted(moment.frame_index for moment in found if moment.number == number)
        assert all(np.diff(frames) >= 50)
    assert others[0].number == 9
    assert early not in {moment.track_id for moment in others}
    wanted = LATE.box_at(others[0].frame_index)
    assert np.abs(np.array(others[0].box_xyxy) - wanted).max() < 2


def test_what_nobody_tracks_counts_only_when_it_is_seen_clearly(tmp_path: Path) -> None:
    clear = replace(LATE, untracked=range(200))
    faint = replace(clear, x=400, score=0.2)
    project, run_id = record_walkers(tmp_path / "w.trackmend", [EARLY, clear, faint])
    with project:
        detections, layer = read_detections(project, run_id), project.layer_arrays(run_id)
        query = appearance(0).astype(np.float32)
        found = best_moments(query, detections, layer, apart_frames=500, count=10, least_score=0.4)
    assert {moment.number for moment in found} == {1, None}
    untracked = [moment for moment in found if moment.number is None]
    assert all(moment.box_xyxy[0] < 380 for moment in untracked)


def test_an_appearance_of_another_model_is_refused(tmp_path: Path) -> None:
    project, run_id = record_walkers(tmp_path / "w.trackmend", [EARLY])
    with project:
        detections, layer = read_detections(project, run_id), project.layer_arrays(run_id)
    with pytest.raises(ValueError, match="another model"):
        best_moments(np.ones(3, np.float32), detections, layer, apart_frames=1, count=1)


def test_a_place_of_a_map_is_compared_without_the_colours_beside_it(tmp_path: Path) -> None:
    project, run_id = record_walkers(tmp_path / "w.trackmend", [EARLY, LATE, *bystanders()])
    with project:
        detections, layer = read_detections(project, run_id), project.layer_arrays(run_id)
    query = appearance(0).astype(np.float32)
    plain = best_moments(query, detections, layer, apart_frames=50, count=6)
    colours = np.random.default_rng(0).standard_normal((len(detections.ids), 64))
    colours /= np.linalg.norm(colours, axis=1, keepdims=True)
    beside = np.concatenate((0.8 * detections.embeddings, 0.6 * colours), axis=1)
    coloured = replace(detections, embeddings=beside.astype(np.float16))
    found = best_moments(query, coloured, layer, apart_frames=50, count=6)
    assert [moment.detection_id for moment in found] == [moment.detection_id for moment in plain]
    assert [moment.cosine for moment in found] == pytest.approx(
        [moment.cosine for moment in plain], abs=2e-3
    )


def test_a_run_that_saw_nothing_has_no_moments(tmp_path: Path) -> None:
    project, run_id = record_walkers(tmp_path / "w.trackmend", [])
    with project:
        detections, layer = read_detections(project, run_id), project.layer_arrays(run_id)
    query = np.ones(16, np.float32)
    assert best_moments(query, detections, layer, apart_frames=1, count=5) == []
