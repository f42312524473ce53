"""One update of the live similarity map, from the pointer's place to coloured pixels.

The baseline is the rule written plainly in numpy: scale every cell to unit length, take the dot
product, enlarge to the frame, colour every pixel of it.
"""

import time

import numpy as np
import pytest
from PySide6.QtGui import QImage
from ratio import compare
from table import BenchTable

from trackmend_app.similarity.colour_map import (
    LONGEST_SIDE_PX,
    SimilarityRange,
    colour_table,
    overlay_image,
)
from trackmend_core.geometry import Letterbox
from trackmend_core.similarity import EmbeddingMap, similarity_map, similarity_overlay_source
from trackmend_core.types import FloatArray, ImageArray

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]
INPUT_WH, SOURCE_WH, DIM = (1088, 608), (1920, 1080), 128
UPDATES = 200
LIMIT_MS = 33.0


@pytest.fixture(scope="module")
def embedding_map() -> EmbeddingMap:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(DIM, INPUT_WH[1] // 4, INPUT_WH[0] // 4)).astype(np.float32)
    features /= np.linalg.norm(features, axis=0)
    return EmbeddingMap(features, Letterbox.fit(source_wh=SOURCE_WH, input_wh=INPUT_WH))


def update(embedding_map: EmbeddingMap, x: float, y: float) -> QImage:
    """What the window does for one place under the pointer once the map is cached."""
    cosine = similarity_map(embedding_map.at_point(x, y), embedding_map)
    shown = similarity_overlay_source(cosine, embedding_map, longest_px=LONGEST_SIDE_PX)
    return overlay_image(shown, shown=SimilarityRange.of(shown))


def plain_update(features: FloatArray, x: float, y: float) -> ImageArray:
    """The rule in numpy, at the resolution of the frame."""
    height, width = features.shape[1:]
    unit = features / np.linalg.norm(features, axis=0, keepdims=True)
    row, column = int(y / SOURCE_WH[1] * height), int(x / SOURCE_WH[0] * width)
    cosine = np.tensordot(unit[:, row, column], unit, axes=1)
    rows = (np.arange(SOURCE_WH[1]) * height / SOURCE_WH[1]).astype(int)
    columns = (np.arange(SOURCE_WH[0]) * width / SOURCE_WH[0]).astype(int)
    large = cosine[np.ix_(rows, columns)]
    low, high = np.median(large), large.max()
    return colour_table()[np.clip((large - low) / (high - low) * 255, 0, 255).astype(np.uint8)]


def test_an_update_of_the_live_map(table: BenchTable, embedding_map: EmbeddingMap) -> None:
    rng = np.random.default_rng(1)
    places = rng.uniform(0, 1, (UPDATES + 1, 2)) * SOURCE_WH
    wall_ms, processor_ms = [], []
    for x, y in places.tolist():
        started, used = time.perf_counter(), time.thread_time()
        update(embedding_map, x, y)
        wall_ms.append(1e3 * (time.perf_counter() - started))
        processor_ms.append(1e3 * (time.thread_time() - used))
    p50, p95 = np.percentile(wall_ms[1:], (50, 95))
    busy95 = float(np.percentile(processor_ms[1:], 95))
    what = "similarity map of a place at 1088x608, 272x152 cells, 128 dims, coloured"
    ratio = compare(
        what,
        lambda: update(embedding_map, 900, 500),
        baseline="the plain numpy rule",
        against=lambda: plain_update(embedding_map.features, 900, 500),
    )
    table.add(ratio)
    table.say(
        "the same, 95th percentile of 200 places",
        ours=f"{p95:.1f} ms",
        baseline=f"limit: {LIMIT_MS:.0f} ms",
        ratio="" if p95 <= LIMIT_MS else "**missed**",
        floor="",
    )
    table.note(
        f"Similarity update: median {p50:.1f} ms, 95th percentile {p95:.1f} ms; "
        f"of the thread's own processor time {busy95:.1f} ms."
    )
    assert busy95 <= LIMIT_MS


def test_the_plain_rule_and_ours_agree(embedding_map: EmbeddingMap) -> None:
    query = embedding_map.at_point(900, 500)
    features = embedding_map.features
    plain = np.tensordot(query, features, axes=1) / np.linalg.norm(features, axis=0)
    assert np.allclose(similarity_map(query, embedding_map), plain, atol=1e-5)
