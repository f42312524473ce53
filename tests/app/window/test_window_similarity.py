from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from window_stage import Stage

from trackmend_app.similarity.moment_cell import CELL
from trackmend_core.errors import UserError
from trackmend_core.project.edits import DeleteStretch, SwapTracks
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
    box = chosen.window.why.similarity_panel.sampler_box
    box.setCurrentIndex(box.findData(sampler))
    box.activated.emit(box.currentIndex())
    assert chosen.bench.similarity.sampler is sampler
    chosen.wait(lambda: bool(found))
    assert not chosen.errors
    x1, y1, x2, y2 = chosen.bench.similarity.query.box_xyxy
    assert found[-1][0][int((y1 + y2) / 2), int((x1 + x2) / 2)] > 0.8


def test_maps_read_in_another_way_are_gone_at_once(chosen: Stage) -> None:
    panel = chosen.window.why.similarity_panel
    shown = [tile for tile in panel.tiles if tile.frame_index is not None]
    chosen.wait(lambda: all(tile.similarity is not None for tile in shown))
    box = panel.head_sampler
    box.setCurrentIndex(box.findData(SamplerName.ROI_ALIGN))
    box.activated.emit(box.currentIndex())
    assert all(tile.similarity is None for tile in shown)
    chosen.wait(lambda: all(tile.similarity is not None for tile in shown))


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
    assert chosen.window.why.similarity_panel.sampler_box.currentIndex() == 0


def hover(stage: Stage, x: float, y: float) -> None:
    """Move the pointer to a place of the frame."""
    canvas = stage.window.canvas
    stage.qtbot.mouseMove(canvas, canvas.to_widget(x, y).toPoint() + QPoint(1, 1))
    stage.qtbot.mouseMove(canvas, canvas.to_widget(x, y).toPoint())


def click(stage: Stage, x: float, y: float) -> None:
    canvas = stage.window.canvas
    point = canvas.to_widget(x, y).toPoint()
    stage.qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=point)


def middle(stage: Stage, number: int) -> tuple[float, float]:
    box = next(b for b in stage.session.boxes_at(stage.session.frame_index) if b.number == number)
    x1, y1, x2, y2 = box.box_xyxy
    return (x1 + x2) / 2, (y1 + y2) / 2


def test_with_the_key_held_the_pointer_says_what_is_looked_for(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    canvas, (x, y) = stage.window.canvas, middle(stage, stage.numbers_here()[0])
    canvas.setFocus()
    hover(stage, x, y)
    assert stage.bench.similarity.query is None
    stage.qtbot.keyPress(canvas, Qt.Key.Key_G)
    found: list[tuple[object, int]] = []
    stage.bench.similarity.map_changed.connect(lambda *answer: found.append(answer))
    hover(stage, x, y)
    stage.wait(lambda: any(similarity is not None for similarity, _ in found))
    similarity, frame_index = found[-1]
    assert frame_index == 20
    assert similarity[int(y), int(x)] > 0.95
    assert np.median(similarity) < 0.6
    assert stage.window.why.probe.probe.mark.point == pytest.approx((x, y), abs=2)
    assert not stage.session.selection.track_ids, "looking selects nothing"
    stage.qtbot.keyRelease(canvas, Qt.Key.Key_G)
    assert stage.bench.similarity.query is None
    assert overlay(stage) is None


def test_a_clicked_place_stays_looked_for_in_every_frame_until_esc(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    numbers = stage.numbers_here()
    x, y = middle(stage, numbers[0])
    stage.trigger("probe_similarity")
    assert stage.window.action_set["show_similarity"].isChecked()
    hover(stage, x, y)
    click(stage, x, y)
    assert stage.bench.similarity.is_pinned
    hover(stage, *middle(stage, numbers[1]))
    assert stage.bench.similarity.query.point == pytest.approx((x, y), abs=2)
    stage.press(Qt.Key.Key_F)
    stage.wait(
        lambda: stage.window.canvas_presenter.shown_frame == 21 and overlay(stage) is not None
    )
    assert stage.bench.similarity.query.frame_index == 20
    assert stage.window.why.probe.probe.mark.point is None, "it is in another frame"
    stage.press(Qt.Key.Key_Escape)
    assert not stage.bench.similarity.is_pinned
    assert stage.window.why.probe.is_on
    stage.press(Qt.Key.Key_Escape)
    assert not stage.window.why.probe.is_on
    assert not stage.window.action_set["show_similarity"].isChecked()
    assert not stage.session.selection.track_ids


def test_the_place_of_a_box_beats_the_selected_box_only_while_it_is_pointed_at(
    chosen: Stage,
) -> None:
    other = chosen.numbers_here()[1]
    chosen.trigger("probe_similarity")
    chosen.wait(lambda: overlay(chosen) is not None)
    selected = chosen.bench.similarity.query.track_id
    hover(chosen, *middle(chosen, other))
    assert chosen.bench.similarity.query.is_place
    hover(chosen, -20, -20)
    chosen.wait(lambda: chosen.bench.similarity.query is not None)
    assert chosen.bench.similarity.query.track_id == selected


def test_where_else_lists_moments_of_the_whole_video_and_a_click_goes_there(chosen: Stage) -> None:
    panel = chosen.window.why.similarity_panel
    chosen.wait(lambda: chosen.bench.similarity.query is not None)
    panel.moments_button.click()
    chosen.wait(lambda: bool(panel.moments.cells))
    moments = [cell.moment for cell in panel.moments.cells]
    assert moments[0].track_id == chosen.bench.similarity.query.track_id
    assert moments[0].cosine > 0.99
    assert {moment.number for moment in moments} >= set(chosen.numbers_here())
    assert [m.cosine for m in moments] == sorted((m.cosine for m in moments), reverse=True)
    chosen.wait(lambda: all(cell.has_crop for cell in panel.moments.cells))
    whole = [cell for cell in panel.moments.cells if not cell.visibleRegion().isEmpty()]
    assert {cell.visibleRegion().boundingRect().width() for cell in whole} == {CELL.width()}
    own = chosen.session.selection.track_ids[-1]
    panel.moments.others_box.click()
    chosen.wait(lambda: all(cell.moment.track_id != own for cell in panel.moments.cells))
    there = panel.moments.cells[0]
    there.click()
    chosen.wait(lambda: chosen.session.frame_index == there.moment.frame_index)
    assert set(chosen.session.selection.track_ids) == {own, there.moment.track_id}
    assert chosen.bench.similarity.query.track_id == own


def test_where_else_works_for_a_place_as_well(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    number = stage.numbers_here()[0]
    stage.trigger("probe_similarity")
    click(stage, *middle(stage, number))
    panel = stage.window.why.similarity_panel
    panel.moments_button.click()
    stage.wait(lambda: bool(panel.moments.cells))
    assert panel.moments.cells[0].moment.number == number
    assert panel.moments.cells[0].moment.cosine > 0.95


def test_two_ways_of_reading_are_shown_side_by_side(chosen: Stage) -> None:
    panel = chosen.window.why.similarity_panel
    panel.compare_button.click()
    box = panel.reading_boxes[1].sampler_box
    box.setCurrentIndex(box.findData(SamplerName.ROI_ALIGN))
    box.activated.emit(box.currentIndex())
    assert [one.sampler for one in chosen.bench.similarity.readings] == [
        None,
        SamplerName.ROI_ALIGN,
    ]
    chosen.trigger("show_similarity")
    now = [tile for tile in panel.tiles if tile.offset == 0]
    chosen.wait(lambda: all(tile.similarity is not None for tile in now))
    assert [tile.side for tile in now] == [0, 1]
    x, y = (int(value) for value in chosen.bench.similarity.query.point)
    assert now[0].similarity[y, x] > 0.95
    assert now[1].similarity[y, x] > 0.8
    assert np.abs(now[0].similarity - now[1].similarity).max() > 0.05
    panel.compare_button.click()
    assert len(chosen.bench.similarity.readings) == 1


def test_another_model_is_loaded_beside_that_of_the_run(chosen: Stage, tmp_path: Path) -> None:
    loaded: list[Path] = []
    shelf = chosen.bench.shelf
    load = shelf._load
    shelf._load = lambda path, *wishes, **more: (loaded.append(path), load(path, *wishes, **more))[
        1
    ]
    panel = chosen.window.why.similarity_panel
    other = tmp_path / "finetuned.safetensors"
    panel.compare_button.click()
    panel.reading_boxes[1].show_model(other)
    panel.readings_chosen.emit()
    chosen.trigger("show_similarity")
    now = [tile for tile in panel.tiles if tile.offset == 0]
    chosen.wait(lambda: all(tile.similarity is not None for tile in now))
    assert loaded == [other]
    assert shelf.holds(chosen.bench.similarity.run_model_path()), "the run's detector stays loaded"


def test_of_a_track_without_a_box_in_this_frame_its_nearest_box_is_looked_for(
    chosen: Stage,
) -> None:
    """Nothing of the track before stays on show: its map would be taken for that of the new one."""
    control, panel = chosen.bench.similarity, chosen.window.why.similarity_panel
    chosen.wait(lambda: control.query is not None)
    before = control.query
    other = next(one for one in chosen.session.tracks() if one.track_id != before.track_id)
    chosen.session.edit(DeleteStretch(track_id=other.track_id, first_frame=18, last_frame=23))
    chosen.session.select_tracks((other.track_id,))
    chosen.wait(lambda: control.query is not before)
    assert (control.query.number, control.query.frame_index) == (other.number, 17)
    assert panel._title.text() == f"RE-ID SIMILARITY TO {other.number}"
    chosen.wait(
        lambda: any(tile.frame_index == 20 and tile.similarity is not None for tile in panel.tiles)
    )
    chosen.wait(lambda: panel._crop.has_picture)


def test_a_swap_looks_for_whom_the_track_follows_now(chosen: Stage) -> None:
    control, session = chosen.bench.similarity, chosen.session
    one, other = (box for box in session.boxes_at(20)[:2])
    session.select_tracks((one.track_id, other.track_id))
    chosen.wait(lambda: control.query is not None and control.query.track_id == other.track_id)
    assert control.query.detection_id == other.detection_id
    session.edit(SwapTracks(track_a=one.track_id, track_b=other.track_id, first_frame=10))
    chosen.wait(lambda: control.query is not None and control.query.track_id == other.track_id)
    assert control.query.detection_id == one.detection_id
    session.undo()
    session.go_to(20)
    chosen.wait(lambda: control.query is not None and control.query.frame_index == 20)
    assert control.query.detection_id == other.detection_id
