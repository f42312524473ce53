import numpy as np
import pytest
from PySide6.QtCore import Qt
from window_stage import EMBEDDING_DIM, Stage

from trackmend_app.similarity.worker import EmbeddingMapCache
from trackmend_core.geometry import Letterbox
from trackmend_core.similarity import EmbeddingMap


@pytest.fixture
def chosen(stage: Stage) -> Stage:
    """A tracked video with one box selected."""
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    stage.click_box(stage.numbers_here()[0])
    return stage


def overlay(stage: Stage) -> object:
    return stage.window.canvas._content.overlay


def test_the_map_is_highest_on_the_selected_person(chosen: Stage) -> None:
    found: list[tuple[object, int]] = []
    chosen.bench.similarity.map_changed.connect(lambda *answer: found.append(answer))
    chosen.trigger("show_similarity")
    chosen.wait(lambda: overlay(chosen) is not None)
    similarity, frame_index = found[-1]
    assert frame_index == 20
    box = chosen.bench.similarity.query
    x1, y1, x2, y2 = box.box_xyxy
    assert similarity[int((y1 + y2) / 2), int((x1 + x2) / 2)] > 0.95
    assert np.median(similarity) < 0.6
    assert similarity.shape == (256, 320)


def test_switching_it_off_takes_the_overlay_away(chosen: Stage) -> None:
    chosen.trigger("show_similarity")
    chosen.wait(lambda: overlay(chosen) is not None)
    chosen.trigger("show_similarity")
    assert overlay(chosen) is None


def test_the_map_follows_the_frame(chosen: Stage) -> None:
    chosen.trigger("show_similarity")
    chosen.wait(lambda: overlay(chosen) is not None)
    chosen.press(Qt.Key.Key_F)
    chosen.wait(
        lambda: chosen.window.canvas_presenter.shown_frame == 21 and overlay(chosen) is not None
    )
    assert chosen.bench.similarity.query.frame_index == 20


def test_the_map_is_shown_as_long_as_its_key_is_held(chosen: Stage) -> None:
    canvas = chosen.window.canvas
    canvas.setFocus()
    chosen.qtbot.keyPress(canvas, Qt.Key.Key_G)
    assert chosen.bench.similarity.is_shown
    chosen.wait(lambda: overlay(chosen) is not None)
    chosen.qtbot.keyRelease(canvas, Qt.Key.Key_G)
    assert not chosen.bench.similarity.is_shown
    assert overlay(chosen) is None


def test_deselecting_ends_the_search(chosen: Stage) -> None:
    chosen.trigger("show_similarity")
    chosen.wait(lambda: overlay(chosen) is not None)
    chosen.press(Qt.Key.Key_Escape)
    assert chosen.bench.similarity.query is None
    assert overlay(chosen) is None


def test_without_a_selection_it_says_what_to_do(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.trigger("show_similarity")
    assert "select a box" in stage.notices[-1]


def test_feature_maps_are_kept_within_a_bound() -> None:
    letterbox = Letterbox.fit(source_wh=(64, 64), input_wh=(64, 64))
    maps = [EmbeddingMap(np.ones((EMBEDDING_DIM, 16, 16), np.float32), letterbox) for _ in range(3)]
    cache = EmbeddingMapCache(maps[0].nbytes * 2)
    keys = [(maps_path(), maps_path(), index) for index in range(3)]
    cache.put(keys[0], maps[0])
    cache.put(keys[1], maps[1])
    assert cache.get(keys[0]) is maps[0]
    cache.put(keys[2], maps[2])
    assert cache.get(keys[1]) is None
    assert cache.get(keys[0]) is maps[0]
    assert cache.nbytes == maps[0].nbytes * 2


def maps_path():  # type: ignore[no-untyped-def]
    from pathlib import Path

    return Path("model")
