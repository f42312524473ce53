import subprocess
import sys
import threading

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.ops import roi_align as torchvision_roi_align

from trackmend_core.errors import UserError
from trackmend_core.geometry import Letterbox
from trackmend_core.similarity import EmbeddingMap, MapCache, SamplerName, map_sampler
from trackmend_core.similarity.positive_anchor import ANCHORS, positive_cells
from trackmend_core.similarity.roi_align import roi_align
from trackmend_core.similarity.sampler import unit

MAP_SAMPLERS = [name for name in SamplerName if name is not SamplerName.TWO_STAGE]
HW = (38, 50)


def dense_map(seed: int = 0, *, dim: int = 6, hw: tuple[int, int] = HW) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(dim, *hw)).astype(np.float32), axis=0)


def some_boxes(count: int, *, seed: int = 1, hw: tuple[int, int] = HW) -> np.ndarray:
    """Boxes of all sizes, many over the border."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform((-4, -4), (hw[1] + 4, hw[0] + 4), (count, 2))
    sides = rng.uniform(0.3, 30, (count, 2))
    return np.concatenate((centres - sides / 2, centres + sides / 2), 1).astype(np.float32)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), bins=st.integers(1, 8), samples=st.integers(1, 3))
def test_roi_align_is_torchvisions(seed: int, bins: int, samples: int) -> None:
    features, boxes = dense_map(seed), some_boxes(12, seed=seed)
    expected = torchvision_roi_align(
        torch.from_numpy(features)[None],
        [torch.from_numpy(boxes)],
        bins,
        sampling_ratio=samples,
        aligned=True,
    )
    found = roi_align(features, boxes.astype(np.float64), bins=bins, samples_per_bin=samples)
    np.testing.assert_allclose(found, expected.numpy(), atol=2e-5)


@pytest.mark.parametrize("name", MAP_SAMPLERS)
def test_every_sampler_gives_unit_embeddings_wherever_the_box_lies(name: SamplerName) -> None:
    features, boxes = dense_map(), some_boxes(200).astype(np.float64)
    boxes = np.concatenate((boxes, [[-90, -90, -80, -70], [500, 10, 510, 30]]))
    found = map_sampler(name).embeddings(features, boxes)
    assert found.shape == (202, 6)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("name", MAP_SAMPLERS)
@pytest.mark.parametrize("box_wh", [(1.0, 1.0), (5.5, 17.0), (24.0, 70.0)])
def test_the_map_of_a_sampler_is_what_it_reads_around_every_cell(
    name: SamplerName, box_wh: tuple[float, float]
) -> None:
    features, sampler = dense_map(), map_sampler(name)
    everywhere = sampler.everywhere(features, box_wh=box_wh)
    rows, columns = (axis.ravel() for axis in np.indices(HW))
    middles = np.stack((columns, rows), 1) + 0.5
    half = np.array(box_wh) / 2
    one_by_one = sampler.embeddings(features, np.concatenate((middles - half, middles + half), 1))
    np.testing.assert_allclose(everywhere.reshape(6, -1).T, one_by_one, atol=1e-5)


@pytest.mark.parametrize("name", MAP_SAMPLERS)
def test_a_map_of_one_embedding_gives_that_embedding(name: SamplerName) -> None:
    features = np.zeros((3, *HW), np.float32)
    features[1] = 1
    boxes = some_boxes(20).astype(np.float64)
    np.testing.assert_allclose(
        map_sampler(name).embeddings(features, boxes), [[0, 1, 0]] * 20, atol=1e-6
    )
    assert map_sampler(name).embeddings(features, np.zeros((0, 4))).shape == (0, 3)


def test_centre_takes_the_cell_and_bilinear_mixes_it_with_its_neighbours() -> None:
    features = np.zeros((2, 4, 4), np.float32)
    features[0, :, :2], features[1, :, 2:] = 1, 1
    box = np.array([[0.75, 1, 2.75, 3]])  # its centre is at column 1.75, a quarter from cell 2
    assert map_sampler(SamplerName.CENTRE).embeddings(features, box).tolist() == [[1, 0]]
    mixed = map_sampler(SamplerName.BILINEAR).embeddings(features, box)[0]
    np.testing.assert_allclose(mixed, np.array([0.75, 0.25]) / np.hypot(0.75, 0.25), atol=1e-6)


def test_positive_anchors_are_all_that_overlap_by_more_than_half_and_no_others() -> None:
    boxes = some_boxes(30, seed=5, hw=(76, 136)).astype(np.float64)
    owners, cells = positive_cells(boxes, map_hw=(76, 136))
    for number, (x1, y1, x2, y2) in enumerate(boxes * 4):
        expected = set()
        for stride, sizes in ANCHORS.items():
            for row in range(0, 304, stride):
                for column in range(0, 544, stride):
                    for w, h in sizes:
                        across = min(x2, column + w / 2) - max(x1, column - w / 2)
                        along = min(y2, row + h / 2) - max(y1, row - h / 2)
                        shared = max(across, 0) * max(along, 0)
                        if shared > 0.5 * (w * h + (x2 - x1) * (y2 - y1) - shared):
                            expected.add(row // 4 * 136 + column // 4)
        found = set(cells[owners == number].tolist())
        if expected:
            assert found == expected
        else:
            assert len(found) == 1  # the cell of the centre


def test_an_unknown_sampler_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="nearest") as refusal:
        SamplerName.parse("nearest")
    assert "roi-align" in refusal.value.hint


def test_a_map_of_embeddings_is_not_enough_for_two_stages() -> None:
    with pytest.raises(ValueError, match="two-stage"):
        map_sampler(SamplerName.TWO_STAGE)


def test_sampling_needs_no_torch() -> None:
    probe = (
        "import sys; from trackmend_core.similarity import SamplerName, map_sampler;"
        "[map_sampler(n) for n in list(SamplerName)[:4]]; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


def small_map() -> EmbeddingMap:
    letterbox = Letterbox.fit(source_wh=(64, 64), input_wh=(64, 64))
    return EmbeddingMap(np.ones((4, 16, 16), np.float32), letterbox)


def test_the_longest_unused_map_goes_first_and_the_bound_holds() -> None:
    maps = [small_map() for _ in range(3)]
    cache = MapCache(2 * maps[0].nbytes)
    cache.put("a", maps[0])
    cache.put("b", maps[1])
    assert cache.get("a") is maps[0]
    cache.put("c", maps[2])
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (maps[0], None, maps[2])
    assert cache.nbytes == 2 * maps[0].nbytes
    cache.put("c", maps[1])
    assert cache.nbytes == 2 * maps[0].nbytes
    cache.clear()
    assert (len(cache), cache.nbytes) == (0, 0)


def test_a_map_larger_than_the_bound_is_handed_out_but_not_kept() -> None:
    cache = MapCache(small_map().nbytes - 1)
    made = small_map()
    assert cache.get_or_make("a", lambda: made) is made
    assert len(cache) == 0
    with pytest.raises(ValueError, match="bound"):
        MapCache(-1)


def test_threads_that_ask_for_one_map_share_the_making_of_it() -> None:
    cache, made, started = MapCache(10**6), [], threading.Barrier(4)
    release = threading.Event()
    found: list[EmbeddingMap] = []

    def make() -> EmbeddingMap:
        release.wait(60)
        made.append(small_map())
        return made[-1]

    def ask() -> None:
        started.wait(60)
        found.append(cache.get_or_make("a", make))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    started.wait(60)
    release.set()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert all(one is made[0] for one in found)


def test_a_making_that_fails_leaves_the_next_one_free_to_try() -> None:
    cache = MapCache(10**6)

    def fail() -> EmbeddingMap:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        cache.get_or_make("a", fail)
    made = small_map()
    assert cache.get_or_make("a", lambda: made) is made


def test_many_threads_keep_the_books_right() -> None:
    size = small_map().nbytes
    cache = MapCache(3 * size)

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for key in rng.integers(0, 8, 200):
            if rng.random() < 0.5:
                cache.put(int(key), small_map())
            else:
                cache.get_or_make(int(key), small_map)
            assert cache.nbytes <= 3 * size

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.nbytes == len(cache) * size
