from collections import Counter
from html import escape

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from window_stage import Stage

from trackmend_app.actions import ACTIONS
from trackmend_app.dialogs.key_sheet import KeySheet
from trackmend_app.wording.shown_keys import key_text, with_keys

CTRL = Qt.KeyboardModifier.ControlModifier


def test_no_key_means_two_things() -> None:
    used = Counter(key for row in ACTIONS for key in row.keys)
    assert [key for key, count in used.items() if count > 1] == []


def test_action_ids_are_unique() -> None:
    assert len({row.action_id for row in ACTIONS}) == len(ACTIONS)


def test_every_action_does_something(stage: Stage) -> None:
    assert stage.window.action_set.connected == {row.action_id for row in ACTIONS}


def test_every_action_has_a_tooltip_that_names_its_keys(stage: Stage) -> None:
    for row in ACTIONS:
        action = stage.window.action_set[row.action_id]
        assert with_keys(row.tip) in action.toolTip()
        for sequence in action.shortcuts():
            assert key_text(sequence.toString()) in action.toolTip()


def test_every_button_of_the_tool_bar_has_a_tooltip(stage: Stage) -> None:
    buttons = [
        button
        for button in stage.window.tool_bar.findChildren(QToolButton)
        if not button.objectName().startswith("qt_")
    ]
    assert len(buttons) >= 11
    assert all(button.toolTip() for button in buttons)


def test_keys_step_exactly(stage: Stage) -> None:
    stage.open_video()
    for key, expected in (
        (Qt.Key.Key_F, 1),
        (Qt.Key.Key_Right, 2),
        (Qt.Key.Key_D, 1),
        (Qt.Key.Key_V, 11),
        (Qt.Key.Key_C, 1),
        (Qt.Key.Key_PageDown, 39),
        (Qt.Key.Key_PageUp, 0),
    ):
        stage.press(key)
        stage.wait(lambda expected=expected: stage.window.canvas_presenter.shown_frame == expected)


def test_arrows_leap_with_shift_and_with_ctrl(stage: Stage) -> None:
    stage.open_video()
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    for key, modifier, expected in (
        (Qt.Key.Key_Right, shift, 10),
        (Qt.Key.Key_Right, control, 39),
        (Qt.Key.Key_Left, shift, 29),
        (Qt.Key.Key_Left, control, 0),
    ):
        stage.press(key, modifier)
        assert stage.session.frame_index == expected


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_tooltip_of_the_speed_names_the_keys_that_hold_now(stage: Stage) -> None:
    button = stage.window.tool_bar.speed_button

    def tooltip() -> str:
        place = button.rect().center()
        QApplication.sendEvent(
            button, QHelpEvent(QEvent.Type.ToolTip, place, button.mapToGlobal(place))
        )
        return button.toolTip()

    assert tooltip() == "Speed of playing ([ slower, ] faster)"
    stage.window.action_set.set_keys({"slower": ("Alt+S",), "faster": ()})
    assert tooltip() == "Speed of playing (Alt+S slower, “Faster” faster)"


def test_two_selected_tracks_are_compared_from_the_tool_bar(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    button = stage.window.tool_bar.findChild(QToolButton, "button_compare")
    a, b = stage.numbers_here()[:2]
    stage.click_box(a)
    assert not button.isEnabled()
    stage.click_box(b, additive=True)
    stage.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert stage.window.panels["film"].isVisible()


def test_space_plays_and_pauses(stage: Stage) -> None:
    stage.open_video()
    stage.press(Qt.Key.Key_Space)
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame > 3)
    assert stage.window.status_line.text.startswith("Playing")
    stage.press(Qt.Key.Key_Space)
    assert not stage.bench.playback.is_playing


def test_keys_are_inert_while_typing(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    stage.click_box(stage.numbers_here()[0])
    digest = stage.session.project.digest()
    stage.window.activateWindow()
    stage.trigger("find_track")
    box = stage.window.track_table.filter_box
    stage.wait(box.hasFocus)
    for key in (Qt.Key.Key_X, Qt.Key.Key_S, Qt.Key.Key_D, Qt.Key.Key_Space, Qt.Key.Key_Delete):
        stage.qtbot.keyClick(box, key)
    for key in (Qt.Key.Key_0, Qt.Key.Key_1, Qt.Key.Key_Z):
        stage.qtbot.keyClick(box, key, CTRL)
    stage.qtbot.keyClick(box, Qt.Key.Key_PageUp)
    assert stage.session.project.digest() == digest
    assert stage.session.frame_index == 20
    assert not stage.bench.playback.is_playing


def test_the_key_sheet_lists_every_key(stage: Stage) -> None:
    sheet = KeySheet(stage.window)
    text = " ".join(label.text() for label in sheet.findChildren(QLabel))
    for row in ACTIONS:
        if row.keys:
            is_numbered = row.family and row.keys[0][-1:].isdigit()
            assert escape(row.family if is_numbered else row.title) in text
    sheet.deleteLater()


def test_esc_clears_the_range_then_the_selection(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    stage.click_box(stage.numbers_here()[0])
    stage.session.set_range((5, 9))
    stage.press(Qt.Key.Key_Escape)
    assert stage.session.frame_range is None
    assert stage.session.selection.track_ids
    stage.press(Qt.Key.Key_Escape)
    assert not stage.session.selection.track_ids


def test_esc_in_the_filter_empties_it_and_gives_the_keys_back_to_the_video(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    stage.click_box(stage.numbers_here()[0])
    chosen = stage.session.selection
    stage.window.activateWindow()
    stage.trigger("find_track")
    box = stage.window.track_table.filter_box
    stage.wait(box.hasFocus)
    stage.qtbot.keyClicks(box, "3")
    assert box.text() == "3"
    stage.qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == ""
    assert stage.window.canvas.hasFocus()
    assert stage.session.selection == chosen


def test_ctrl_a_selects_every_track_that_the_list_shows(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    every = [track.track_id for track in stage.session.tracks()]
    control = Qt.KeyboardModifier.ControlModifier
    for view in (stage.window.canvas, stage.window.timeline, stage.window.track_table.view):
        view.setFocus()
        stage.qtbot.keyClick(view, Qt.Key.Key_A, control)
        assert sorted(stage.session.selection.track_ids) == every
        stage.press(Qt.Key.Key_Escape)
        assert not stage.session.selection.track_ids
    stage.window.track_table.filter_box.setText(str(stage.session.tracks()[1].number))
    stage.press(Qt.Key.Key_A, control)
    assert stage.session.selection.track_ids == (every[1],)
    box = stage.window.track_table.filter_box
    box.setFocus()
    stage.press(Qt.Key.Key_Escape)
    box.setFocus()
    stage.qtbot.keyClick(box, Qt.Key.Key_A, control)
    assert box.hasSelectedText(), "in a text field it selects the text"
    assert not stage.session.selection.track_ids
