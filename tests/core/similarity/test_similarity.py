import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackmend_core.geometry import Letterbox
from trackmend_core.similarity import EmbeddingMap, similarity_map, similarity_overlay_source


def random_map(
    *, source_wh: tuple[int, int], input_wh: tuple[int, int], dim: int = 8, seed: int = 0
) -> EmbeddingMap:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(dim, input_wh[1] // 4, input_wh[0] // 4)).astype(np.float32)
    features /= np.linalg.norm(features, axis=0)
    return EmbeddingMap(features, Letterbox.fit(source_wh=source_wh, input_wh=input_wh))


def middle_of_cell(embedding_map: EmbeddingMap, row: int, column: int) -> tuple[float, float]:
    """Source pixels of the middle of a cell."""
    point = np.array([[column + 0.5, row + 0.5] * 2])
    x, y, _, _ = embedding_map.letterbox.input_to_source(point)[0]
    return float(x), float(y)


SIZES = st.sampled_from([(1920, 1080), (640, 480), (333, 517), (1000, 300), (97, 60)])
INPUTS = st.sampled_from([(96, 64), (160, 96), (64, 128)])


@settings(max_examples=50, deadline=None)
@given(source_wh=SIZES, input_wh=INPUTS, place=st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)))
def test_a_box_reads_the_cell_that_holds_its_centre(
    source_wh: tuple[int, int], input_wh: tuple[int, int], place: tuple[float, float]
) -> None:
    embedding_map = random_map(source_wh=source_wh, input_wh=input_wh)
    _, height, width = embedding_map.features.shape
    row, column = int(place[1] * height), int(place[0] * width)
    x, y = middle_of_cell(embedding_map, row, column)
    cell = embedding_map.features[:, row, column]
    assert np.array_equal(embedding_map.at_point(x, y), cell)
    assert np.array_equal(embedding_map.at_box((x - 30, y - 70, x + 30, y + 70)), cell)


def test_boxes_are_read_together_as_one_by_one() -> None:
    embedding_map = random_map(source_wh=(640, 480), input_wh=(160, 96))
    boxes = np.random.default_rng(1).uniform(0, 480, (20, 4))
    together = embedding_map.at_boxes(boxes)
    assert together.shape == (20, 8)
    for box, embedding in zip(boxes, together, strict=True):
        assert np.array_equal(embedding_map.at_box(box), embedding)
    assert embedding_map.at_boxes(np.zeros((0, 4))).shape == (0, 8)


def test_outside_the_frame_the_nearest_cell_answers() -> None:
    embedding_map = random_map(source_wh=(160, 96), input_wh=(160, 96))
    features = embedding_map.features
    assert np.array_equal(embedding_map.at_point(-500, -500), features[:, 0, 0])
    assert np.array_equal(embedding_map.at_point(1e9, 1e9), features[:, -1, -1])


def test_a_box_that_is_not_finite_is_refused() -> None:
    embedding_map = random_map(source_wh=(160, 96), input_wh=(160, 96))
    with pytest.raises(ValueError, match="finite"):
        embedding_map.at_box((0, 0, np.nan, 1))


def test_a_map_that_does_not_fit_its_letterbox_is_refused() -> None:
    letterbox = Letterbox.fit(source_wh=(160, 96), input_wh=(160, 96))
    with pytest.raises(ValueError, match="160x96"):
        EmbeddingMap(np.zeros((8, 40, 24), np.float32), letterbox)


def test_the_similarity_is_the_cosine_with_every_cell() -> None:
    embedding_map = random_map(source_wh=(640, 480), input_wh=(160, 96), dim=16)
    query = np.random.default_rng(5).normal(size=16).astype(np.float32) * 7
    found = similarity_map(query, embedding_map)
    assert found.shape == (24, 40)
    assert found.dtype == np.float32
    for row, column in np.ndindex(24, 40):
        cell = embedding_map.features[:, row, column]
        cosine = float(query @ cell) / float(np.linalg.norm(query) * np.linalg.norm(cell))
        assert found[row, column] == pytest.approx(cosine, abs=1e-5)
    own = similarity_map(embedding_map.features[:, 3, 5], embedding_map)
    assert own[3, 5] == pytest.approx(1.0, abs=1e-6)
    assert own.max() <= 1.0


@pytest.mark.parametrize(
    "query", [np.zeros(8, np.float32), np.full(8, np.nan, np.float32), np.ones(5, np.float32)]
)
def test_a_query_without_a_direction_or_of_another_length_is_refused(query: np.ndarray) -> None:
    with pytest.raises(ValueError, match="query"):
        similarity_map(query, random_map(source_wh=(160, 96), input_wh=(160, 96)))


@settings(max_examples=50, deadline=None)
@given(source_wh=SIZES, input_wh=INPUTS, place=st.tuples(st.floats(0.2, 0.8), st.floats(0.2, 0.8)))
def test_the_overlay_peaks_where_the_best_cell_lies_in_the_source(
    source_wh: tuple[int, int], input_wh: tuple[int, int], place: tuple[float, float]
) -> None:
    embedding_map = random_map(source_wh=source_wh, input_wh=input_wh)
    letterbox = embedding_map.letterbox
    _, height, width = embedding_map.features.shape
    x, y = place[0] * source_wh[0], place[1] * source_wh[1]
    (row,), (column,) = embedding_map.cells_of((x, y, x, y))
    similarity = np.zeros((height, width), np.float32)
    similarity[row, column] = 1
    overlay = similarity_overlay_source(similarity, embedding_map)
    assert overlay.shape == (source_wh[1], source_wh[0])
    centre_x, centre_y = middle_of_cell(embedding_map, int(row), int(column))
    weights = overlay / overlay.sum()
    found_x = float((weights.sum(0) * (np.arange(source_wh[0]) + 0.5)).sum())
    found_y = float((weights.sum(1) * (np.arange(source_wh[1]) + 0.5)).sum())
    cell = 4 / letterbox.ratio
    assert found_x == pytest.approx(centre_x, abs=0.1 * cell)
    assert found_y == pytest.approx(centre_y, abs=0.1 * cell)


def test_the_overlay_has_its_peak_on_the_centre_of_the_box_that_was_asked_for() -> None:
    embedding_map = random_map(source_wh=(1920, 1080), input_wh=(1088, 608), dim=4)
    x, y = middle_of_cell(embedding_map, 70, 120)
    peak = np.exp(
        -((np.arange(272)[None] - 120) ** 2 + (np.arange(152)[:, None] - 70) ** 2) / 18
    ).astype(np.float32)
    overlay = similarity_overlay_source(peak, embedding_map)
    top, left = np.unravel_index(overlay.argmax(), overlay.shape)
    assert (left + 0.5, top + 0.5) == pytest.approx((x, y), abs=1.0)


def test_the_letterboxs_border_is_not_in_the_overlay() -> None:
    embedding_map = random_map(source_wh=(100, 100), input_wh=(192, 96))
    similarity = np.full((24, 48), -1, np.float32)
    similarity[:, 12:36] = 1
    overlay = similarity_overlay_source(similarity, embedding_map)
    assert overlay.shape == (100, 100)
    assert overlay[:, 3:-3].min() == 1


def test_a_full_size_map_is_answered_within_one_frame_of_a_video() -> None:
    embedding_map = random_map(source_wh=(1920, 1080), input_wh=(1088, 608), dim=128)
    query = embedding_map.features[:, 5, 5].copy()
    durations_s = []
    for _ in range(5):
        start = time.process_time()  # of all threads; what other programs do does not count
        similarity_map(query, embedding_map)
        durations_s.append(time.process_time() - start)
    assert min(durations_s) < 0.033


def test_similarity_needs_no_torch() -> None:
    probe = "import sys, trackmend_core.similarity; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


@settings(max_examples=20, deadline=None)
@given(source_wh=SIZES, input_wh=INPUTS, place=st.tuples(st.floats(0.1, 0.9), st.floats(0.1, 0.9)))
def test_a_coarser_overlay_shows_the_same_places(
    source_wh: tuple[int, int], input_wh: tuple[int, int], place: tuple[float, float]
) -> None:
    embedding_map = random_map(source_wh=source_wh, input_wh=input_wh)
    similarity = similarity_map(embedding_map.features[:, 3, 4], embedding_map)
    whole = similarity_overlay_source(similarity, embedding_map)
    coarse = similarity_overlay_source(similarity, embedding_map, longest_px=50)
    assert max(coarse.shape) == 50
    row, column = (int(share * side) for share, side in zip(place, coarse.shape, strict=True))
    step_y, step_x = whole.shape[0] / coarse.shape[0], whole.shape[1] / coarse.shape[1]
    y, x = (row + 0.5) * step_y - 0.5, (column + 0.5) * step_x - 0.5
    around = whole[
        max(0, int(np.floor(y))) : int(np.ceil(y)) + 1,
        max(0, int(np.floor(x))) : int(np.ceil(x)) + 1,
    ]
    # cv2 interpolates in steps of 1/32 of a cell.
    assert around.min() - 0.1 <= coarse[row, column] <= around.max() + 0.1
