"""Canvases beside the first one: other frames and other videos, in step with it or not."""

import pytest
from PySide6.QtCore import Qt
from view_records import Mouse
from window_stage import Stage

from trackmend_app.side_views.link import Pace, offset_text, same_time
from trackmend_core.synthetic import StreetSettings, write_street_video

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def with_view(stage: Stage):  # type: ignore[no-untyped-def]
    stage.open_video()
    stage.run_model()
    stage.go_to(30)
    stage.press(Qt.Key.Key_Backslash, CTRL)
    (view,) = stage.window.side_views.views
    stage.wait(lambda: view.shown_frame == view.frame_index)
    return view


def test_another_view_stands_a_second_before_and_keeps_in_step(stage: Stage) -> None:
    view = with_view(stage)
    assert (view.frame_index, view.offset) == (5, -25)
    assert view.view.canvas.isVisible()
    assert {p.box.box_id for p in view.view.canvas.placed_boxes} == {
        box.box_id for box in stage.session.boxes_at(5)
    }
    stage.go_to(35)
    stage.wait(lambda: view.shown_frame == 10)
    stage.go_to(3)
    stage.wait(lambda: view.shown_frame == 0)
    stage.go_to(38)
    stage.wait(lambda: view.shown_frame == 13)


def test_keys_step_the_other_view_and_a_linked_one_keeps_the_new_distance(stage: Stage) -> None:
    view = with_view(stage)
    stage.press(Qt.Key.Key_Right, ALT)
    stage.press(Qt.Key.Key_Right, ALT)
    stage.press(Qt.Key.Key_Left, ALT)
    assert (view.frame_index, view.offset) == (6, -24)
    assert stage.session.frame_index == 30
    stage.press(Qt.Key.Key_F)
    assert view.frame_index == 7


def test_a_view_that_is_not_linked_stays_and_can_be_linked_again(stage: Stage) -> None:
    view = with_view(stage)
    stage.press(Qt.Key.Key_L, ALT)
    assert view.offset is None
    assert not stage.window.action_set["link_view"].isChecked()
    stage.go_to(20)
    assert view.frame_index == 5
    view.view.link_button.click()
    assert view.offset == -15
    assert stage.window.action_set["link_view"].isChecked()
    assert "−15" in view.view.link_button.text() or "-15" in view.view.link_button.text()


def test_the_main_view_can_go_where_the_other_one_is(stage: Stage) -> None:
    view = with_view(stage)
    stage.press(Qt.Key.Key_L, ALT)
    stage.press(Qt.Key.Key_Home, ALT)
    assert stage.session.frame_index == view.frame_index == 5


def test_a_click_there_selects_the_track_and_edits_nothing(stage: Stage) -> None:
    view = with_view(stage)
    canvas, before = view.view.canvas, stage.session.project.digest()
    placed = canvas.placed_boxes[0]
    mouse = Mouse(canvas)
    mouse.click(placed.label.center())
    assert stage.session.selection.track_ids == (placed.box.track_id,)
    assert canvas.editable_box is None
    mouse.drag(placed.rect.center(), placed.rect.topLeft())
    assert stage.session.project.digest() == before


def test_an_edit_is_seen_in_every_view(stage: Stage) -> None:
    view = with_view(stage)
    box = stage.session.boxes_at(5)[0]
    stage.session.select_tracks([box.track_id])
    stage.go_to(4)
    view.set_linked(False)
    view.go_to(20)
    stage.wait(lambda: view.shown_frame == 20)
    numbers = {p.box.number for p in view.view.canvas.placed_boxes}
    stage.trigger("split")
    assert {p.box.number for p in view.view.canvas.placed_boxes} != numbers
    assert stage.session.project.digest() == stage.session.project.replay_digest()


def test_views_are_closed_by_key_and_with_their_project(stage: Stage) -> None:
    with_view(stage)
    stage.press(Qt.Key.Key_Backslash, CTRL)
    assert len(stage.window.side_views.views) == 2
    stage.press(Qt.Key.Key_Backslash, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert len(stage.window.side_views.views) == 1
    stage.trigger("close_project")
    assert stage.window.side_views.views == ()
    assert not stage.window.action_set["close_view"].isEnabled()


def test_there_are_four_views_at_most_and_that_is_said(stage: Stage) -> None:
    with_view(stage)
    for _ in range(3):
        stage.trigger("add_view")
    assert len(stage.window.side_views.views) == 3
    assert "room for 4 views" in stage.notices[-1]


def test_a_view_can_show_another_video_of_the_project(stage: Stage) -> None:
    other = stage.video.with_name("other.mp4")
    write_street_video(other, StreetSettings(width=320, height=256, frame_count=12, seed=9))
    view = with_view(stage)
    stage.answers.files = [other]
    stage.trigger("add_video")
    stage.wait(lambda: len(stage.session.project.videos()) == 2)
    first, second = stage.session.project.videos()
    stage.session.show_video(first.video_id)
    view = stage.window.side_views.views[0]
    view._show_video(first)
    stage.wait(lambda: view.shown_frame == view.frame_index)
    view.view.video_box.setCurrentIndex(1)
    stage.wait(lambda: view.shown_frame == view.frame_index)
    assert view.video_id == second.video_id
    assert view.view.canvas.placed_boxes == [], "it has no run yet"
    stage.trigger("go_to_view")
    assert stage.session.video.video_id == second.video_id


@pytest.mark.parametrize(
    ("frame", "main", "view", "expected"),
    [
        (50, Pace(frame_count=100, frame_rate=25), Pace(frame_count=100, frame_rate=25), 50),
        (50, Pace(frame_count=100, frame_rate=25), Pace(frame_count=400, frame_rate=50), 100),
        (50, Pace(frame_count=100, frame_rate=0), Pace(frame_count=400, frame_rate=50), 50),
    ],
)
def test_views_of_other_rates_meet_at_the_same_time(
    frame: int, main: Pace, view: Pace, expected: int
) -> None:
    assert same_time(frame, main=main, view=view) == expected
    assert offset_text(-3) == "-3" and offset_text(4) == "+4" and offset_text(0) == "±0"


@pytest.mark.parametrize("width", [1280, 1600])
def test_views_are_equally_wide_beside_a_wide_dock_and_after_it(stage: Stage, width: int) -> None:
    window = stage.window
    window.resize(width, 900)
    stage.open_video()
    stage.run_model()
    for _ in range(2):
        stage.trigger("add_view")
    splitter, review = window.side_views.splitter, window.panels["review"]

    def is_even() -> bool:
        sizes = splitter.sizes()
        return len(sizes) == 3 and max(sizes) - min(sizes) <= 2

    stage.wait(is_even)
    assert window.width() == width, "a window must not grow for them"
    for dock_width in (620, 364):
        window.resizeDocks([review], [dock_width], Qt.Orientation.Horizontal)
        stage.wait(is_even)
    splitter.moveSplitter(splitter.sizes()[0] - 30, 1)
    window.resizeDocks([review], [340], Qt.Orientation.Horizontal)
    stage.qtbot.wait(50)
    assert not is_even(), "made so by hand, they stay so"
    stage.trigger("close_view")
    sizes = splitter.sizes()
    assert len(sizes) == 2 and abs(sizes[0] - sizes[1]) <= 2
