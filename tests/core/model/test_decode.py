from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trackmend_core.geometry import Letterbox
from trackmend_core.model import decode
from trackmend_core.model.decode import _peaks_on_a_card, _peaks_on_the_cpu

Heads = dict[str, np.ndarray]


def random_heads(seed: int, *, classes: int = 1, sizes: int = 4, h: int = 6, w: int = 9) -> Heads:
    rng = np.random.default_rng(seed)
    channels = {"hm": classes, "wh": sizes, "reg": 2, "id": 5}
    return {name: rng.normal(size=(1, c, h, w)).astype(np.float32) for name, c in channels.items()}


def peaks_by_hand(logits: np.ndarray) -> list[tuple[float, int, int, int]]:
    """(score, class, row, column) of every cell that no neighbour of its class exceeds."""
    scores = 1 / (1 + np.exp(-logits.astype(np.float64)))
    found = []
    for c, y, x in np.ndindex(*scores.shape):
        around = scores[c, max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
        if scores[c, y, x] >= around.max():
            found.append((float(scores[c, y, x]), c, y, x))
    return sorted(found, reverse=True)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), classes=st.integers(1, 3), sizes=st.sampled_from([2, 4]))
def test_decode_agrees_with_a_search_cell_by_cell(seed: int, classes: int, sizes: int) -> None:
    heads = random_heads(seed, classes=classes, sizes=sizes)
    expected = peaks_by_hand(heads["hm"][0])
    found = decode(heads, max_detections=len(expected))
    assert found.class_ids.tolist() == [c for _, c, _, _ in expected]
    assert found.peak_indices.tolist() == [y * 9 + x for _, _, y, x in expected]
    for row, (score, _, y, x) in enumerate(expected):
        size, feature = heads["wh"][0, :, y, x], heads["id"][0, :, y, x]
        ltrb = size if sizes == 4 else np.tile(size / 2, 2)
        centre = np.array([x, y]) + heads["reg"][0, :, y, x]
        box = np.concatenate((centre - ltrb[:2], centre + ltrb[2:]))
        np.testing.assert_allclose(found.boxes_xyxy[row], box, atol=1e-5)
        np.testing.assert_allclose(found.scores[row], score, atol=1e-6)
        np.testing.assert_allclose(
            found.embeddings[row], feature / np.linalg.norm(feature), atol=1e-6
        )


@pytest.mark.parametrize("name", ["decode_ltrb", "decode_wh"])
def test_decode_equals_the_official_one(shared_dir: Path, name: str) -> None:
    golden = np.load(shared_dir / "golden" / f"{name}.npz")
    heads = {"hm": golden["hm_logits"]} | {key: golden[key] for key in ("wh", "reg", "id")}
    found = decode(heads, max_detections=int(golden["K"]))
    assert found.peak_indices.tolist() == golden["inds"].tolist()
    assert found.class_ids.tolist() == golden["dets"][:, 5].astype(int).tolist()
    np.testing.assert_allclose(found.boxes_xyxy, golden["dets"][:, :4], atol=1e-5)
    np.testing.assert_allclose(found.scores, golden["dets"][:, 4], atol=1e-6)
    np.testing.assert_allclose(found.embeddings, golden["emb"], atol=1e-6)

    (height, width), (net_h, net_w) = golden["image_hw"], golden["input_hw"]
    letterbox = Letterbox.fit(
        source_wh=(int(width), int(height)), input_wh=(int(net_w), int(net_h))
    )
    in_image = letterbox.input_to_source(found.boxes_xyxy.astype(np.float64))
    np.testing.assert_allclose(in_image, golden["post_class1"][:, :4], atol=1e-3)
    kept = found.scores > 0.4
    np.testing.assert_allclose(in_image[kept], golden["kept_dets_conf0.4"][:, :4], atol=1e-3)
    np.testing.assert_allclose(found.embeddings[kept], golden["kept_emb_conf0.4"], atol=1e-6)


def test_points_go_back_to_the_image_as_in_the_official_code(data_dir: Path) -> None:
    golden = np.load(data_dir / "golden" / "affine_back.npz")
    boxes = np.tile(golden["pts"].astype(np.float64), 2)
    sizes = [name for name in golden.files if name != "pts"]
    assert len(sizes) == 18
    for name in sizes:
        image, net = ([int(n) for n in size.split("x")] for size in name.split("_"))
        letterbox = Letterbox.fit(source_wh=(image[0], image[1]), input_wh=(net[0], net[1]))
        found = letterbox.input_to_source(boxes)[:, :2]
        np.testing.assert_allclose(found, golden[name], atol=2e-3, rtol=1e-6)


def test_without_an_offset_head_the_centre_is_the_middle_of_the_cell() -> None:
    heads = random_heads(1, sizes=2)
    del heads["reg"]
    found = decode(heads)
    middles = (found.boxes_xyxy[:, :2] + found.boxes_xyxy[:, 2:]) / 2
    cells = np.stack((found.peak_indices % 9, found.peak_indices // 9), 1)
    np.testing.assert_allclose(middles, cells + 0.5, atol=1e-5)


def test_equal_neighbours_all_survive() -> None:
    heads = random_heads(2)
    heads["hm"][:] = -9
    heads["hm"][0, 0, 3, 4:6] = 2
    found = decode(heads, max_detections=2)
    assert sorted(found.peak_indices.tolist()) == [3 * 9 + 4, 3 * 9 + 5]


@pytest.mark.parametrize("find", [_peaks_on_the_cpu, _peaks_on_a_card])
@pytest.mark.parametrize("count", [1, 3, 5, 6, 99])
def test_of_equal_peaks_the_first_cells_are_kept(find: Callable[..., Any], count: int) -> None:
    logits = torch.full((1, 2, 6, 9), -9.0)
    logits[0, 0, 3, 4:6] = 2
    logits[0, 1, 0, 0] = 2
    logits[0, 0, 0, 0] = 2
    logits[0, 0, 5, 8] = 3
    logits[0, 1, 5, 3] = 1
    scores, class_ids, cells = find(logits, count=count, min_score=0.5)
    rows = [(0, 53), (0, 0), (0, 31), (0, 32), (1, 0), (1, 48)]
    assert list(zip(class_ids.tolist(), cells.tolist(), strict=True)) == rows[:count]
    assert (np.diff(scores) <= 0).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), classes=st.integers(1, 3), count=st.integers(0, 40))
def test_peaks_are_the_same_on_a_card_and_on_the_cpu(seed: int, classes: int, count: int) -> None:
    logits = torch.from_numpy(random_heads(seed, classes=classes)["hm"]).round(decimals=1)
    expected = _peaks_on_the_cpu(logits, count=count, min_score=0.3)
    found = _peaks_on_a_card(logits, count=count, min_score=0.3)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-6)
    assert found[1].tolist() == expected[1].tolist()
    assert found[2].tolist() == expected[2].tolist()


def test_no_more_than_asked_for_and_no_more_than_there_are_peaks() -> None:
    heads = random_heads(3, classes=2)
    everything = decode(heads, max_detections=500)
    assert len(everything) == len(peaks_by_hand(heads["hm"][0]))
    assert (np.diff(everything.scores) <= 0).all()
    few = decode(heads, max_detections=4)
    assert few.peak_indices.tolist() == everything.peak_indices[:4].tolist()
    assert len(decode(heads, max_detections=0)) == 0


def test_peaks_at_or_below_the_smallest_score_are_left_out() -> None:
    heads = random_heads(9)
    everything = decode(heads)
    middle = float(everything.scores[3])
    assert decode(heads, min_score=middle).scores.tolist() == everything.scores[:3].tolist()


def test_large_logits_saturate_as_in_the_official_code_without_a_warning() -> None:
    heads = random_heads(10)
    heads["hm"][:] = -1000
    heads["hm"][0, 0, 2, 2:4] = (300, 1000)
    found = decode(heads, min_score=0.5)
    assert found.peak_indices.tolist() == [2 * 9 + 2, 2 * 9 + 3]
    assert found.scores.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_heads_of_another_precision_are_read_too(dtype: torch.dtype) -> None:
    rounded = {k: torch.from_numpy(v).to(dtype) for k, v in random_heads(11).items()}
    found = decode(rounded)
    expected = decode({name: head.float().numpy() for name, head in rounded.items()})
    assert found.embeddings.dtype == np.float32
    assert np.array_equal(found.boxes_xyxy, expected.boxes_xyxy)
    assert np.array_equal(found.embeddings, expected.embeddings)


def test_torch_heads_give_the_same_as_numpy_heads() -> None:
    heads = random_heads(4)
    from_numpy = decode(heads)
    from_torch = decode({k: torch.tensor(v, requires_grad=True) for k, v in heads.items()})
    assert np.array_equal(from_numpy.boxes_xyxy, from_torch.boxes_xyxy)
    assert np.array_equal(from_numpy.embeddings, from_torch.embeddings)


def test_a_zero_feature_stays_finite() -> None:
    heads = random_heads(5)
    heads["id"][:] = 0
    found = decode(heads)
    assert len(found) > 0
    assert not found.embeddings.any()


def test_decoding_leaves_the_heads_as_they_were() -> None:
    heads = random_heads(6)
    copies = {name: head.copy() for name, head in heads.items()}
    decode(heads)
    assert all(np.array_equal(heads[name], copies[name]) for name in heads)


def test_a_batch_of_two_is_refused() -> None:
    heads = {name: np.repeat(head, 2, 0) for name, head in random_heads(7).items()}
    with pytest.raises(ValueError, match="one frame"):
        decode(heads)


def test_a_size_head_of_three_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="3 channels"):
        decode(random_heads(8, sizes=3))


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 60), st.integers(1, 60)),
    spread=st.sampled_from([0.01, 1.0, 5.0, 40.0]),
    tied=st.booleans(),
    count=st.sampled_from([0, 3, 20, 500]),
    min_score=st.sampled_from([0.0, 0.1, 0.5, 0.97, 1.0]),
)
def test_looking_at_promising_cells_only_finds_the_peaks_of_the_whole_map(
    seed: int,
    shape: tuple[int, int, int],
    spread: float,
    tied: bool,
    count: int,
    min_score: float,
) -> None:
    logits = (np.random.default_rng(seed).normal(size=(1, *shape)) * spread).astype(np.float32)
    if tied:
        logits = np.round(logits * 2) / 2
    scores = np.reciprocal(1 + np.exp(-np.clip(logits[0], -80, 80)))
    padded = np.pad(scores, ((0, 0), (1, 1), (1, 1)), constant_values=-1.0)
    around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    found = np.flatnonzero((scores >= around.max(axis=(-1, -2))) & (scores > min_score))
    best = found[np.lexsort((found, -scores.reshape(-1)[found]))][:count]
    values, classes, cells = _peaks_on_the_cpu(logits, count=count, min_score=min_score)
    np.testing.assert_array_equal(classes * scores[0].size + cells, best)
    np.testing.assert_allclose(values, scores.reshape(-1)[best], atol=1e-7)
