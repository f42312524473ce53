"""Zoom to a rectangle, follow a track, longer and shorter trails: by keys and mouse."""

import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from view_records import Mouse
from window_stage import Stage

from trackmend_app.situation import Mode
from trackmend_app.trails import LENGTHS, MOST_KEPT, TRAIL_FRAMES, Trails
from trackmend_core.project.edits import SetBox
from trackmend_core.types import RunId, TrackId

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_key_and_a_drag_fill_the_view_with_a_rectangle(stage: Stage) -> None:
    stage.open_video()
    canvas = stage.window.canvas
    stage.press(Qt.Key.Key_Z, SHIFT)
    assert stage.bench.corrections.mode is Mode.ZOOM
    assert stage.window.status_line.text.startswith("Zoom")
    start, end = canvas.to_widget(80, 60), canvas.to_widget(160, 120)
    Mouse(canvas).drag(start, end)
    assert stage.bench.corrections.mode is Mode.REVIEW
    assert not stage.window.action_set["zoom_box"].isChecked()
    middle = canvas.to_image(canvas.rect().center().toPointF())
    assert (middle.x(), middle.y()) == pytest.approx((120, 90), abs=1)
    shown = canvas.width() / canvas.zoom, canvas.height() / canvas.zoom
    assert min(shown[0] / 80, shown[1] / 60) == pytest.approx(1, abs=0.02)


def test_shift_and_a_drag_zoom_at_any_time_and_move_no_box(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(10)
    canvas = stage.window.canvas
    stage.click_box(stage.numbers_here()[0])
    before, zoom = stage.session.project.digest(), canvas.zoom
    rect = canvas.editable_box.rect
    Mouse(canvas).drag(rect.center(), rect.bottomRight(), keys=SHIFT)
    assert canvas.zoom > zoom
    assert stage.session.project.digest() == before


def test_the_lasso_of_the_tool_bar_selects_whoever_is_inside_and_ends(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(10)
    stage.qtbot.mouseClick(
        stage.window.tool_bar.findChild(QToolButton, "button_lasso"), Qt.MouseButton.LeftButton
    )
    assert stage.bench.corrections.mode is Mode.LASSO
    assert stage.window.status_line.text.startswith("Lasso")
    canvas = stage.window.canvas
    mouse = Mouse(canvas)
    width, height = canvas.image_size.width(), canvas.image_size.height()
    mouse.press(canvas.to_widget(1, 1))
    for corner in ((width - 1, 1), (width - 1, height - 1), (1, height - 1)):
        mouse.move(canvas.to_widget(*corner))
    mouse.release(canvas.to_widget(1, height - 1))
    here = {box.track_id for box in stage.session.boxes_at(10)}
    assert set(stage.session.selection.track_ids) == here
    assert stage.bench.corrections.mode is Mode.REVIEW
    assert not stage.window.action_set["lasso"].isChecked()


def test_the_lasso_has_a_key_and_esc_leaves_it_with_the_selection_as_it_was(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(10)
    stage.click_box(stage.numbers_here()[0])
    chosen = stage.session.selection.track_ids
    stage.press(Qt.Key.Key_A, SHIFT)
    assert stage.bench.corrections.mode is Mode.LASSO
    stage.press(Qt.Key.Key_Escape)
    assert stage.bench.corrections.mode is Mode.REVIEW
    assert stage.session.selection.track_ids == chosen


def test_no_button_of_the_tool_bar_is_out_of_reach_in_a_small_window(stage: Stage) -> None:
    stage.window.resize(1280, 720)
    stage.open_video()
    stage.run_model()
    bar = stage.window.tool_bar
    stage.wait(lambda: bar.width() == 1280)
    stage.rest(20)  # the layout follows
    buttons = [one for one in bar.findChildren(QToolButton) if one.objectName()[:7] == "button_"]
    assert [one.objectName() for one in buttons if not one.isVisible()] == []
    needed = bar.layout().sizeHint().width()
    assert needed <= bar.width() - 100, "there is room for the place in a long video"


def test_a_small_window_stays_small_and_the_timeline_keeps_its_lanes(stage: Stage) -> None:
    """The welcome page, hidden by now, once asked for so much that two lanes were left."""
    stage.window.resize(1280, 720)
    stage.open_video()
    stage.run_model()
    stage.rest(100)
    assert stage.window.height() == 720
    lanes = stage.window.timeline.lane_layout
    assert len(lanes.visible_rows) >= min(5, lanes.count)
    assert stage.window.panels["timeline"].height() >= 200


def test_esc_leaves_the_zoom_as_it_was(stage: Stage) -> None:
    stage.open_video()
    canvas, mouse = stage.window.canvas, Mouse(stage.window.canvas)
    stage.press(Qt.Key.Key_Z, SHIFT)
    zoom = canvas.zoom
    mouse.press(canvas.to_widget(80, 60))
    mouse.move(canvas.to_widget(120, 90))
    stage.press(Qt.Key.Key_Escape)
    mouse.release(canvas.to_widget(120, 90))
    assert canvas.zoom == zoom
    stage.press(Qt.Key.Key_Escape)
    assert stage.bench.corrections.mode is Mode.REVIEW


def test_a_followed_track_stays_in_the_middle_until_esc(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(5)
    canvas = stage.window.canvas
    number = stage.numbers_here()[0]
    stage.click_box(number)
    stage.press(Qt.Key.Key_F, SHIFT)
    assert stage.window.action_set["follow_track"].isChecked()
    assert canvas.zoom > 1
    for frame_index in (12, 20):
        stage.go_to(frame_index)
        box = next(one for one in stage.session.boxes_at(frame_index) if one.number == number)
        x1, y1, x2, y2 = box.box_xyxy
        middle = canvas.to_image(canvas.rect().center().toPointF())
        assert (middle.x(), middle.y()) == pytest.approx(((x1 + x2) / 2, (y1 + y2) / 2), abs=1)
    stage.press(Qt.Key.Key_Escape)
    assert not stage.window.action_set["follow_track"].isChecked()


def test_trails_grow_and_shrink_by_key_and_the_length_is_remembered(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(39)
    trails = stage.window.canvas._content.trails

    def longest() -> int:
        return max(len(points) for points in stage.window.canvas._content.trails.values())

    assert trails and longest() > LENGTHS[0] + 1
    stage.press(Qt.Key.Key_T, CTRL | SHIFT)
    stage.press(Qt.Key.Key_T, CTRL | SHIFT)
    stage.press(Qt.Key.Key_T, CTRL | SHIFT)
    assert longest() == LENGTHS[0] + 1
    stage.close()
    stage.open_window()
    stage.open_video()
    assert stage.window.canvas_presenter._trails.frames == LENGTHS[0]
    stage.press(Qt.Key.Key_T, SHIFT)
    assert stage.window.canvas_presenter._trails.frames == LENGTHS[1]


class Feet:
    """Everybody's feet, in a video of any length."""

    def feet_in_range(
        self, run_id: RunId, first: int, last: int, /
    ) -> list[tuple[int, TrackId, int, float, float]]:
        return [(frame, TrackId(1), 1, float(frame), 0.0) for frame in range(first, last + 1)]


def test_trails_are_whole_wherever_somebody_steps_and_for_however_long() -> None:
    dice, trails, at = random.Random(1), Trails(TRAIL_FRAMES), 0
    for _ in range(4 * MOST_KEPT):
        at = max(0, at + dice.choice((-1, 1, 1, 1, -10, 100)))
        trails.frames = dice.choice(LENGTHS[:3])
        points, numbers = trails.until(Feet(), RunId(1), at)
        assert [frame for frame, _, _ in points[TrackId(1)]] == list(
            range(max(0, at - trails.frames), at + 1)
        )
        assert numbers == {TrackId(1): 1}


def test_a_label_means_its_own_box_however_often_it_is_clicked(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    one, other = stage.session.boxes_at(20)[:2]
    stage.session.edit(SetBox(box_id=other.box_id, box_xyxy=one.box_xyxy))
    for number in (one.number, one.number, other.number, other.number):
        stage.click_box(number)
        (chosen,) = stage.session.selection.track_ids
        assert stage.session.track(chosen).number == number
