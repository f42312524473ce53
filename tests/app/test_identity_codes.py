"""Who a track looks like over time, from embeddings alone."""

import numpy as np
import pytest
from view_records import make_track

from trackmend_app.timeline.identity_codes import (
    SAMPLES,
    build_galleries,
    identity_codes,
    mean_vector,
    sample_rows,
)
from trackmend_core.types import FloatArray, TrackId

PEOPLE = np.eye(3, 8, dtype=np.float32)


def seen(who: list[int], *, noise: float = 0.1) -> FloatArray:
    rng = np.random.default_rng(0)
    rows = PEOPLE[who] + rng.normal(scale=noise, size=(len(who), 8))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_a_switch_is_where_the_best_gallery_changes() -> None:
    tracks = [make_track(1, ((0, 99),)), make_track(2, ((0, 99),)), make_track(3, ((0, 99),))]
    galleries = build_galleries(
        tracks, {track.track_id: PEOPLE[row] for row, track in enumerate(tracks)}
    )
    frames = np.arange(0, 100, 2)
    codes = identity_codes(1, frames, seen([0] * 25 + [1] * 25), galleries)
    assert codes is not None
    assert set(codes.numbers[:23]) == {1} and set(codes.numbers[-23:]) == {2}
    assert codes.heights[:20].min() > 0.8
    assert codes.heights[24:26].min() < 0.6, "unsure where it goes over"


def test_one_bad_crop_is_no_other_person() -> None:
    tracks = [make_track(1), make_track(2)]
    galleries = build_galleries(
        tracks, {track.track_id: PEOPLE[row] for row, track in enumerate(tracks)}
    )
    codes = identity_codes(1, np.arange(20), seen([0] * 10 + [1] + [0] * 9), galleries)
    assert codes is not None
    assert set(codes.numbers) == {1}


def test_tracks_of_another_time_are_not_compared() -> None:
    tracks = [make_track(1, ((0, 50),)), make_track(2, ((5000, 5050),))]
    galleries = build_galleries(tracks, {TrackId(11): PEOPLE[0], TrackId(12): PEOPLE[1]})
    codes = identity_codes(1, np.arange(10), seen([1] * 10), galleries)
    assert codes is not None
    assert set(codes.numbers) == {1}


def test_two_who_look_alike_have_a_low_barcode() -> None:
    tracks = [make_track(1), make_track(2)]
    galleries = build_galleries(tracks, {TrackId(11): PEOPLE[0], TrackId(12): PEOPLE[0]})
    codes = identity_codes(1, np.arange(10), seen([0] * 10), galleries)
    assert codes is not None
    assert set(codes.numbers) == {1} and codes.heights.max() < 0.05


def test_without_a_gallery_there_is_no_barcode() -> None:
    galleries = build_galleries([make_track(1)], {})
    assert identity_codes(1, np.arange(3), seen([0] * 3), galleries) is None
    other_model = build_galleries([make_track(1)], {TrackId(11): np.ones(4, np.float32) / 2})
    assert identity_codes(1, np.arange(3), seen([0] * 3), other_model) is None


def test_samples_are_spread_evenly_and_few() -> None:
    assert sample_rows(5).tolist() == [0, 1, 2, 3, 4]
    rows = sample_rows(100_000)
    assert len(rows) == SAMPLES and rows[0] == 0 and rows[-1] == 99_999


def test_the_mean_vector_is_of_unit_length() -> None:
    mean = mean_vector(seen([0, 0, 1]))
    assert mean is not None and float(np.linalg.norm(mean)) == pytest.approx(1, abs=1e-5)
    assert mean_vector(np.zeros((0, 0), np.float32)) is None
    assert mean_vector(np.zeros((2, 4), np.float32)) is None
