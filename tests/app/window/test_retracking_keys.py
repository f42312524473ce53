"""What a re-tracking does with the keys that are pressed while it is open."""

import pytest
from PySide6.QtCore import Qt
from retrack_driving import CTRL, SWITCH, let_the_tracker_switch, move_slider, rows, tried
from window_stage import Stage


@pytest.fixture
def switched(stage: Stage) -> Stage:
    return let_the_tracker_switch(stage)


def test_ctrl_enter_accepts_while_the_list_of_changes_has_the_keys(switched: Stage) -> None:
    """The list gets them as soon as there is something to go through."""
    tried(switched)
    move_slider(switched, "score_threshold", Qt.Key.Key_PageUp, 11)
    switched.window.activateWindow()
    view = switched.window.retracking.panel.changes
    view.setFocus()
    switched.wait(view.hasFocus)
    switched.window.retracking.panel._none.click()
    assert "nothing is ticked" in switched.window.status_line.text
    switched.qtbot.keyClick(view, Qt.Key.Key_Home)
    switched.qtbot.keyClick(view, Qt.Key.Key_Space)
    boxes, tracks = switched.bench.retracking.radius
    assert tracks == 1
    words = f"{boxes} box{'es' if boxes != 1 else ''}, 1 track"
    assert f"({words})" in switched.window.status_line.text
    edits = len(switched.session.project.edits())
    switched.qtbot.keyClick(view, Qt.Key.Key_Return)
    assert switched.bench.retracking.is_active, "plain Enter is the list's own"
    switched.qtbot.keyClick(view, Qt.Key.Key_Return, CTRL)
    assert len(switched.session.project.edits()) == edits + 1
    assert not switched.bench.retracking.is_active


def test_what_is_verified_while_the_dry_run_is_open_is_not_touched_either(
    switched: Stage,
) -> None:
    tried(switched)
    assert len(rows(switched)) == 2
    switched.session.set_range((SWITCH, 39))
    switched.press(Qt.Key.Key_Y)
    control = switched.bench.retracking
    assert control.is_active and not control.can_accept, "what is shown is no more"
    switched.wait(lambda: not control.is_computing)
    assert rows(switched) == []
    switched.press(Qt.Key.Key_Y)
    switched.wait(lambda: not control.is_computing)
    assert len(rows(switched)) == 2
    switched.press(Qt.Key.Key_Return, CTRL)
    assert not control.is_active
    (edit,) = switched.session.project.edits()
    assert edit.title.startswith("Re-track")


def test_a_slider_keeps_the_keys_while_it_is_moved(switched: Stage) -> None:
    """The first outcome with changes in it must not take them away."""
    switched.session.set_range((SWITCH, 39))
    switched.press(Qt.Key.Key_Y)
    switched.session.set_range(None)
    tried(switched)
    assert rows(switched) == [], "all that would change is verified"
    switched.session.set_range((SWITCH, 39))
    switched.press(Qt.Key.Key_Y)
    switched.window.activateWindow()
    slider = switched.window.retracking.panel.sliders["score_threshold"].slider
    slider.setFocus()
    switched.wait(slider.hasFocus)
    switched.wait(lambda: not switched.bench.retracking.is_computing)
    assert len(rows(switched)) == 2
    assert slider.hasFocus()


def test_the_list_gets_the_keys_when_nobody_else_in_the_panel_has_them(switched: Stage) -> None:
    switched.window.activateWindow()
    tried(switched)
    switched.wait(switched.window.retracking.panel.changes.hasFocus)
