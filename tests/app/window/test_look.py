from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from review_driving import make_errors, press
from window_stage import Stage

from trackmend_app import status_line
from trackmend_app.elided_label import PartsLabel
from trackmend_app.errands import parse_place
from trackmend_app.expectations import mode_and_expectation
from trackmend_app.run_strip import progress_text, time_left_text
from trackmend_app.situation import Mode, Situation
from trackmend_app.status_line import FRESH_MS
from trackmend_app.theme import current_theme
from trackmend_app.tool_bar import clock_text
from trackmend_core.types import Progress

LONG_MS = 600_000


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notice stays until somebody hurries it, however slow the machine is."""
    monkeypatch.setattr(status_line, "NOTICE_MS", LONG_MS)


def test_every_mode_says_that_esc_leaves() -> None:
    for mode in (Mode.NEW_BOX, Mode.SWAP, Mode.MERGE):
        now = Situation(has_project=True, has_run=True, mode=mode)
        assert mode_and_expectation(now)[0] == mode
        assert "Esc leaves" in mode_and_expectation(now)[1]


def test_when_nothing_is_left_the_line_says_what_comes_next() -> None:
    now = Situation(has_project=True, has_run=True)
    assert "next likely error" in mode_and_expectation(now, events_left=3)[1]
    assert "next likely error" in mode_and_expectation(now)[1], "not known yet"
    done = mode_and_expectation(now, events_left=0)[1]
    assert "‹toggle_verified›" in done and "‹export_mot›" in done
    assert "next likely error" not in done


def test_times_are_written_as_people_say_them() -> None:
    assert clock_text(3.68) == "00:03.68"
    assert clock_text(3725.5) == "1:02:05.50"
    assert time_left_text(41.2) == "41 s left"
    assert time_left_text(125) == "2 min 05 s left"
    assert time_left_text(7500) == "2 h 05 min left"
    assert time_left_text(None) == ""


def test_progress_says_how_far_how_fast_and_how_long() -> None:
    progress = Progress(done=84, total=179, units_per_second=12.34)
    assert progress_text(progress) == "84 of 179 frames · 12.3 frames/s · 8 s left"


@pytest.mark.parametrize(
    ("text", "frame_index"),
    [
        ("1", 0),
        ("120", 119),
        ("0", 0),
        ("0:02", 50),
        ("1:00:00.5", 90012),
        ("x", None),
        ("-3", None),
        ("²", None),
        ("9" * 5000, None),
    ],
)
def test_a_place_is_a_frame_from_one_or_a_time(text: str, frame_index: int | None) -> None:
    assert parse_place(text, frame_rate=25.0) == frame_index


def test_the_theme_can_be_switched_and_is_remembered(stage: Stage) -> None:
    dark = stage.window.grab().toImage()
    assert current_theme().is_dark
    stage.trigger("light_theme")
    assert not current_theme().is_dark
    assert stage.window.grab().toImage() != dark
    stage.close()
    stage.open_window()
    assert not current_theme().is_dark
    assert stage.window.action_set["light_theme"].isChecked()
    stage.trigger("light_theme")


def test_a_hidden_panel_stays_hidden_in_the_next_session(stage: Stage) -> None:
    stage.open_video()
    stage.trigger("panel_similarity")
    assert not stage.window.panels["similarity"].isVisible()
    stage.close()
    stage.open_window()
    stage.open_video()
    assert not stage.window.panels["similarity"].isVisible()
    assert not stage.window.action_set["panel_similarity"].isChecked()
    stage.trigger("reset_layout")
    assert stage.window.panels["similarity"].isVisible()


def test_a_layout_of_a_large_window_leaves_the_video_room_in_a_small_one(stage: Stage) -> None:
    stage.window.resize(1600, 1400)
    stage.open_video()
    docks = [stage.window.panels["timeline"], stage.window.panels["similarity"]]
    stage.window.resizeDocks(docks, [820, 820], Qt.Orientation.Vertical)
    stage.wait(lambda: docks[0].height() > 700)
    stage.close()
    stage.open_window().resize(1280, 800)
    stage.open_video()
    canvas, timeline = stage.window.canvas, stage.window.panels["timeline"]
    stage.wait(lambda: timeline.height() < 0.45 * 800)
    stage.rest(20)  # the canvas follows
    assert canvas.height() > 0.35 * 800
    assert timeline.height() > 150
    stage.trigger("reset_layout")


def test_a_layout_that_fits_comes_back_as_it_was(stage: Stage) -> None:
    stage.open_video()
    docks = [stage.window.panels["timeline"], stage.window.panels["similarity"]]
    stage.window.resizeDocks(docks, [460, 460], Qt.Orientation.Vertical)
    # More than anybody else would give it.
    stage.wait(lambda: docks[0].height() > 0.5 * stage.window.height())
    height = docks[0].height()
    stage.close()
    stage.open_window()
    stage.open_video()
    stage.wait(lambda: stage.window.panels["timeline"].height() == height)
    stage.trigger("reset_layout")


def test_a_right_click_on_a_grip_lists_the_panels_that_may_be_shown_and_no_other(
    stage: Stage,
) -> None:
    stage.open_video()
    menu = stage.window.createPopupMenu()
    titles = [action.text() for action in menu.actions() if action.text()]
    assert {"Track list", "Timeline", "History", "Reset the layout"} <= set(titles)
    assert not [title for title in titles if "track" in title and title.startswith("Re")]
    assert "Tools" not in titles, "the tool bar cannot be lost"
    menu.deleteLater()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_double_click_on_a_grip_floats_a_panel_and_docks_it_again(stage: Stage) -> None:
    stage.open_video()
    dock = stage.window.panels["tracks"]
    stage.qtbot.mouseDClick(dock.titleBarWidget(), Qt.MouseButton.LeftButton)
    assert dock.isFloating()
    stage.qtbot.mouseDClick(dock.titleBarWidget(), Qt.MouseButton.LeftButton)
    assert not dock.isFloating()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_menu_at_a_box_offers_edits_with_their_scope(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    box = stage.session.boxes_at(20)[0]
    stage.window.canvas.context_menu_requested.emit(int(box.box_id), stage.window.pos())
    assert stage.session.selection.box_id == box.box_id
    menus = [menu for menu in stage.window.findChildren(QMenu) if menu.isVisible()]
    titles = [action.text() for menu in menus for action in menu.actions()]
    for title in ("Swap from here on", "Split here", "Delete this box", "Delete the whole track…"):
        assert title in titles
    for menu in menus:
        menu.close()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_menu_at_a_free_place_offers_what_can_be_done_there(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    assert not stage.session.selection.track_ids
    stage.window.canvas.context_menu_requested.emit(-1, stage.window.pos())
    menus = [menu for menu in stage.window.findChildren(QMenu) if menu.isVisible()]
    actions = [action for menu in menus for action in menu.actions() if action.text()]
    assert {"New box", "Fit the window", "Boxes"} <= {action.text() for action in actions}
    assert all(action.isEnabled() for action in actions), "nothing there is out of reach"
    for menu in menus:
        menu.close()


def test_a_notice_yields_to_what_is_expected_once_somebody_goes_on(
    stage: Stage, unhurried: None
) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    line = stage.window.status_line
    numbers = stage.numbers_here()
    stage.click_box(numbers[0])
    stage.press(Qt.Key.Key_Delete)
    assert "Delete the box" in line.text, "the step itself has changed what is expected"
    stage.qtbot.wait(FRESH_MS + 100)
    assert "Delete the box" in line.text
    stage.click_box(numbers[1])
    assert "swaps" in line.text and "Delete the box" not in line.text


def test_what_the_video_is_makes_way_for_the_keys_of_a_card_at_once(stage: Stage) -> None:
    make_errors(stage)
    path = stage.session.project.path
    stage.trigger("close_project")
    stage.bench.opener.open_paths([path])
    line = stage.window.status_line
    stage.wait(lambda: "40 frames" in line.text)
    press(stage, Qt.Key.Key_N)
    assert stage.bench.review.current is not None
    assert "W not an error" in line.text and "40 frames" not in line.text


@pytest.mark.parametrize("read_ms", [LONG_MS, 50])
def test_a_step_is_read_before_the_keys_of_the_next_card_are_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, unhurried: None, read_ms: int
) -> None:
    monkeypatch.setattr(status_line, "FRESH_MS", LONG_MS)  # however long the next card takes
    monkeypatch.setattr(status_line, "READ_MS", read_ms)
    make_errors(stage)
    press(stage, Qt.Key.Key_N)
    line = stage.window.status_line
    press(stage, Qt.Key.Key_W)
    assert stage.bench.review.current is not None
    if read_ms == LONG_MS:
        assert "takes it back" in line.text
        return
    stage.wait(lambda: "takes it back" not in line.text)
    assert "W not an error" in line.text


def test_an_error_is_not_told_beside_an_earlier_success(stage: Stage, tmp_path: Path) -> None:
    stage.open_video()
    stage.run_model()
    line = stage.window.status_line
    stage.answers.write_to = tmp_path / "out.txt"
    stage.trigger("export_mot")
    stage.wait(lambda: "out.txt" in line.text)
    stage.answers.write_to = tmp_path / "nowhere" / "again.txt"
    (tmp_path / "nowhere").write_text("no folder")
    stage.trigger("export_mot")
    stage.wait(lambda: bool(stage.errors))
    stage.errors.clear()
    assert "out.txt" not in line.text


def test_on_a_small_window_the_line_still_says_how_to_leave(stage: Stage) -> None:
    stage.window.resize(1280, 720)
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    stage.click_box(stage.numbers_here()[0])
    stage.qtbot.wait(FRESH_MS + 100)
    stage.press(Qt.Key.Key_X)
    expected = stage.window.findChild(PartsLabel, "status_expected")
    assert expected.text().endswith("Esc leaves")
    stage.wait(lambda: expected.shown.endswith("Esc leaves"))


def test_a_named_moment_is_kept(stage: Stage) -> None:
    stage.open_video()
    stage.answers.says = "before lunch"
    stage.trigger("name_moment")
    assert [one.name for one in stage.session.project.checkpoints()] == ["before lunch"]


def test_the_status_line_says_when_the_last_edit_was_saved(stage: Stage) -> None:
    stage.window.status_line.set_saved(datetime(2026, 1, 2, 14, 2, 11))
    assert stage.window.status_line.text.endswith("● every edit saved · 14:02:11")
