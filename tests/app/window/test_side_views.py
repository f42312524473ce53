"""Canvases beside the first one: other frames and other videos, in step with it or not."""

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QStyleOptionComboBox
from view_records import Mouse
from window_stage import Stage

from trackmend_app.actions import ACTIONS
from trackmend_app.keys.key_map import KeyChoice, resolved
from trackmend_app.side_views.arrangement import Room, rows_for
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


def with_view_and_other_video(stage: Stage):  # type: ignore[no-untyped-def]
    """Open a view, then add a video, which the main view goes to."""
    view = with_view(stage)
    other = stage.video.with_name("other.mp4")
    write_street_video(other, StreetSettings(width=320, height=256, frame_count=12, seed=9))
    stage.answers.files = [other]
    stage.trigger("add_video")
    stage.wait(lambda: len(stage.session.project.videos()) == 2)
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
    view = with_view_and_other_video(stage)
    first, second = stage.session.project.videos()
    stage.session.show_video(first.video_id)
    stage.wait(lambda: view.shown_frame == view.frame_index)
    assert "street.mp4" in stage.window.side_views.main_title
    assert view.view.video_box.isVisible() and view.view.video_box.width() >= 90
    assert view.view.video_box.currentText() == "street.mp4"
    view.view.video_box.setFocus()
    stage.qtbot.keyClick(view.view.video_box, Qt.Key.Key_Down)
    stage.wait(lambda: view.shown_frame == view.frame_index)
    assert view.video_id == second.video_id
    assert view.view.canvas.placed_boxes == [], "it has no run yet"
    stage.trigger("go_to_view")
    assert stage.session.video.video_id == second.video_id
    assert "other.mp4" in stage.window.side_views.main_title


def test_a_click_on_a_box_of_another_video_says_how_to_get_there(stage: Stage) -> None:
    view = with_view_and_other_video(stage)
    stage.wait(lambda: view.view.canvas.placed_boxes != [])
    assert stage.session.video.name == "other.mp4"
    Mouse(view.view.canvas).click(view.view.canvas.placed_boxes[0].label.center())
    assert stage.session.selection.track_ids == ()
    assert "another video" in stage.notices[-1]
    assert "Alt+Home" in stage.window.status_line.text


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
    stage.trigger("add_view")
    grid, review = window.side_views.grid, window.panels["review"]

    def is_even() -> bool:
        (row,) = grid.rows
        wide, narrow = max(view.width() for view in row), min(view.width() for view in row)
        return len(row) == 2 and wide - narrow <= 2

    stage.wait(is_even)
    assert window.width() == width, "a window must not grow for them"
    for dock_width in (520, 364):
        window.resizeDocks([review], [dock_width], Qt.Orientation.Horizontal)
        stage.wait(is_even)
    row = grid.rows[0][0].parentWidget()
    row.moveSplitter(row.sizes()[0] - 30, 1)
    window.resizeDocks([review], [340], Qt.Orientation.Horizontal)
    stage.qtbot.wait(50)
    assert not is_even(), "made so by hand, they stay so"
    stage.trigger("close_view")
    stage.trigger("add_view")
    stage.wait(is_even)


@pytest.mark.parametrize("size", [(1280, 720), (1024, 640)])
def test_four_views_of_two_videos_fit_into_a_small_window(
    stage: Stage, size: tuple[int, int]
) -> None:
    window = stage.window
    window.resize(*size)
    view = with_view_and_other_video(stage)
    stage.wait(lambda: window.canvas_presenter.shown_frame == 0)
    stage.trigger("add_view")
    stage.trigger("add_view")
    grid = window.side_views.grid
    stage.wait(lambda: [len(row) for row in grid.rows] == [2, 2])
    stage.rest(50)
    assert (window.width(), window.height()) == size
    every = [one for row in grid.rows for one in row]
    widths, heights = {one.width() for one in every}, {one.height() for one in every}
    assert max(widths) - min(widths) <= 2 and max(heights) - min(heights) <= 2
    assert view.view.close_button.isVisible() and view.view.frame_box.isVisible()
    for part in (view.view.close_button, view.view.frame_box):
        assert view.view.rect().contains(part.geometry()), "nothing is cut off"
    if size == (1280, 720):
        stage.press(Qt.Key.Key_R)
        stage.qtbot.wait(200)
        stage.press(Qt.Key.Key_Escape)
        assert (window.width(), window.height()) == size
    window.side_views.close_all()
    assert [len(row) for row in grid.rows] == [1]
    assert window.canvas.hasFocus()


def test_a_long_name_of_a_video_ends_in_dots(stage: Stage) -> None:
    box = with_view(stage).view.video_box
    box.setItemText(0, "a-long-name-of-a-camera-at-the-north-gate.mp4")
    box.resize(110, 30)
    shown = QStyleOptionComboBox()
    box.initStyleOption(shown)
    assert shown.currentText.startswith("a-l") and shown.currentText.endswith("…")


def test_tooltips_of_a_view_name_the_keys_that_hold_now(stage: Stage) -> None:
    view = with_view(stage).view
    assert view.close_button.toolTip().endswith("(Ctrl+Shift+\\)")
    assert view.go_button.toolTip().endswith("(Alt+Home)")
    keys = resolved(ACTIONS, KeyChoice(own={"link_view": ("Alt+K",), "view_back": ("Alt+B",)}))
    stage.window.action_set.set_keys(keys)
    middle = QPointF(view.rect().center())
    QApplication.sendEvent(view, QEnterEvent(middle, middle, middle))
    assert view.link_button.toolTip().endswith("(Alt+K)")
    assert "(Alt+B, " in view.frame_box.toolTip()
    assert view.back_button.toolTip().endswith("(Alt+B)")


def test_a_row_is_added_where_it_makes_pictures_larger() -> None:
    def room(width: int, height: int) -> Room:
        return Room(width=width, height=height, head_height=40, least_width=160, aspect=4 / 3)

    assert rows_for(1, room(100, 900)) == 1
    assert rows_for(2, room(900, 600)) == 1
    assert rows_for(2, room(400, 900)) == 2
    assert rows_for(4, room(2400, 500)) == 1
    assert rows_for(4, room(600, 400)) == 2
    assert rows_for(4, room(639, 130)) == 2, "no room for four beside each other"


def test_a_dry_run_beside_views_of_another_size_shows_the_same_part(stage: Stage) -> None:
    with_view(stage)
    stage.trigger("add_view")
    stage.trigger("add_view")
    canvas, after = stage.window.canvas, stage.window.retracking.after
    stage.press(Qt.Key.Key_R)
    stage.wait(lambda: not stage.bench.retracking.runner.is_running)
    assert after.width() != canvas.width()
    assert canvas.is_fitted and after.is_fitted
    canvas.set_zoom(3 * canvas.zoom)
    middles = [one.to_image(QRectF(one.rect()).center()) for one in (canvas, after)]
    assert after.zoom == canvas.zoom
    assert (middles[0] - middles[1]).manhattanLength() < 1
    after.fit()
    assert canvas.is_fitted
    whole = QRectF(canvas.to_widget(0, 0), canvas.to_widget(320, 256))
    assert QRectF(canvas.rect()).adjusted(-1, -1, 1, 1).contains(whole)
