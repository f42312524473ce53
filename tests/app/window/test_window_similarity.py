import numpy as np
import pytest
from PySide6.QtCore import Qt
from window_stage import Stage

from trackmend_core.errors import UserError
from trackmend_core.similarity import SamplerName


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


@pytest.mark.parametrize(
    "sampler", [SamplerName.BILINEAR, SamplerName.ROI_ALIGN, SamplerName.POSITIVE_ANCHOR]
)
def test_another_way_of_reading_asks_again_and_finds_the_same_person(
    chosen: Stage, sampler: SamplerName
) -> None:
    chosen.trigger("show_similarity")
    chosen.wait(lambda: overlay(chosen) is not None)
    found: list[tuple[object, int]] = []
    chosen.bench.similarity.map_changed.connect(lambda *answer: found.append(answer))
    box = chosen.window.similarity_panel.sampler_box
    box.setCurrentIndex(box.findData(sampler))
    box.activated.emit(box.currentIndex())
    assert chosen.bench.similarity.sampler is sampler
    chosen.wait(lambda: bool(found))
    assert not chosen.errors
    x1, y1, x2, y2 = chosen.bench.similarity.query.box_xyxy
    assert found[-1][0][int((y1 + y2) / 2), int((x1 + x2) / 2)] > 0.8


def test_a_model_without_two_stages_says_so_and_goes_back_to_its_own_way(chosen: Stage) -> None:
    def refuse(image_bgr: object, *, box_wh: object) -> None:
        raise UserError("This model has no two-stage re-ID head.")

    chosen.detector.two_stage_map = refuse
    chosen.trigger("show_similarity")
    chosen.wait(lambda: overlay(chosen) is not None)
    chosen.bench.similarity.set_sampler(SamplerName.TWO_STAGE)
    chosen.wait(lambda: bool(chosen.errors))
    assert "two-stage" in str(chosen.errors[0])
    assert chosen.bench.similarity.sampler is None
    assert chosen.window.similarity_panel.sampler_box.currentIndex() == 0
