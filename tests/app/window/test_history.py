from contextlib import closing
from datetime import datetime

import pytest
from edit_driving import CTRL, HERE, chosen, track_and_choose_the_longest, undone_again
from PySide6.QtCore import Qt
from window_stage import Stage

from trackmend_app.history.history_model import LINE_ROLE, Column
from trackmend_core.project import Project


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    track_and_choose_the_longest(stage)
    return stage


def stretches(stage: Stage) -> list[tuple[int, int, bool]]:
    run = stage.session.run
    with closing(Project.open(stage.session.project.path)) as other:
        return [(s.first_frame, s.last_frame, s.is_intact) for s in other.verified(run.run_id)]


def test_y_verifies_all_since_the_last_stretch_and_a_change_turns_it_amber(tracked: Stage) -> None:
    number = tracked.numbers_here()[0]
    tracked.press(Qt.Key.Key_Escape)
    assert "verified 0 %" in tracked.window.status_line.text
    tracked.go_to(10)
    tracked.press(Qt.Key.Key_Y)
    tracked.go_to(HERE)
    tracked.press(Qt.Key.Key_Y)
    assert stretches(tracked) == [(0, 10, True), (11, HERE, True)]
    boxes = [box for f in range(40) for box in tracked.session.boxes_at(f)]
    share = sum(box.frame_index <= HERE for box in boxes) / len(boxes)
    assert f"verified {100 * share:.0f} %" in tracked.window.status_line.text
    tracked.click_box(number)
    tracked.press(Qt.Key.Key_Delete)
    assert stretches(tracked) == [(0, 10, True), (11, HERE, False)]
    assert f"verified {100 * share:.0f} %" not in tracked.window.status_line.text
    tracked.press(Qt.Key.Key_Z, CTRL)
    assert stretches(tracked) == [(0, 10, True), (11, HERE, True)]
    tracked.press(Qt.Key.Key_Escape)
    tracked.press(Qt.Key.Key_Y)
    assert stretches(tracked) == [(0, 10, True)], "Y again takes it back"


def test_verified_stretches_are_drawn_green_and_amber(tracked: Stage) -> None:
    theme_colours = {"green": "#53c68c", "amber": "#f5b041"}

    def shown() -> dict[str, bool]:
        timeline = tracked.window.timeline
        picture = timeline.viewport().grab().toImage()
        y = round(timeline.regions.verified.center().y())
        row = {picture.pixelColor(x, y).name() for x in range(picture.width())}
        return {name: colour in row for name, colour in theme_colours.items()}

    assert shown() == {"green": False, "amber": False}
    tracked.session.set_range((5, 30))
    selected = tracked.session.selection
    tracked.session.select_tracks(())
    tracked.press(Qt.Key.Key_Y)
    assert shown() == {"green": True, "amber": False}
    tracked.session.select(selected)
    tracked.press(Qt.Key.Key_Delete)
    assert shown() == {"green": False, "amber": True}


@pytest.fixture
def with_history(tracked: Stage) -> Stage:
    tracked.trigger("reset_layout")  # it is remembered from window to window
    tracked.trigger("panel_history")
    tracked.wait(tracked.window.history_panel.isVisible)
    return tracked


def rows(stage: Stage) -> list[tuple[str, str]]:
    model = stage.window.history_panel.model
    return [
        tuple(model.index(row, column).data() for column in (Column.WHAT, Column.STATE))
        for row in range(model.rowCount())
    ]


def test_the_history_lists_who_did_what_and_what_was_undone(with_history: Stage) -> None:
    stage = with_history
    number = stage.session.track(chosen(stage)).number
    stage.press(Qt.Key.Key_Q)
    stage.press(Qt.Key.Key_K)
    stage.press(Qt.Key.Key_Z, CTRL)
    stage.wait(lambda: len(rows(stage)) == 2)
    keyframe, occluded = rows(stage)
    assert keyframe == (f"Make the box of track {number} in frame {HERE + 1} a keyframe", "undone")
    assert occluded == (f"Mark track {number} as occluded in frame {HERE + 1}", "")
    model = stage.window.history_panel.model
    assert model.index(0, Column.WHO).data() == stage.session.project.author
    when = datetime.fromtimestamp(stage.session.project.edits()[-1].created_at)
    shown = model.index(0, Column.WHEN).data()
    assert shown in (f"{when:%H:%M:%S}", f"{when:%Y-%m-%d %H:%M}"), "midnight may have passed"


def test_the_history_can_be_filtered_by_track_and_goes_to_a_place(with_history: Stage) -> None:
    stage = with_history
    first = chosen(stage)
    stage.press(Qt.Key.Key_Q)
    other = next(t for t in stage.session.tracks() if t.track_id != first)
    stage.go_to(other.first_frame)
    stage.session.select_tracks((other.track_id,))
    stage.press(Qt.Key.Key_Q)
    stage.wait(lambda: len(rows(stage)) == 2)
    stage.window.history_panel.only_selected.click()
    stage.wait(lambda: len(rows(stage)) == 1)
    stage.session.select_tracks((first,))
    stage.wait(lambda: f"frame {HERE + 1}" in rows(stage)[0][0])
    stage.session.select_tracks(())
    stage.window.history_panel.only_selected.click()
    stage.wait(lambda: len(rows(stage)) == 2)
    view = stage.window.history_panel.view
    view.activated.emit(stage.window.history_panel.model.index(1, 0))
    assert stage.session.frame_index == HERE
    assert stage.session.selection.track_ids == (first,)


def test_one_goes_back_to_a_named_moment_and_ctrl_z_returns(with_history: Stage) -> None:
    stage = with_history
    stage.press(Qt.Key.Key_Q)
    then = stage.session.project.digest()
    stage.answers.says = "before lunch"
    stage.press(Qt.Key.Key_S, CTRL)
    stage.press(Qt.Key.Key_Delete)
    stage.press(Qt.Key.Key_Y)
    stage.wait(lambda: len(rows(stage)) == 4)
    assert rows(stage)[0][0].startswith("Verified: ")
    assert ("◆ before lunch", "") in rows(stage)
    panel = stage.window.history_panel
    assert not panel.return_button.isEnabled()
    row = [what for what, _ in rows(stage)].index("◆ before lunch")
    panel.view.selectRow(row)
    assert panel.chosen is not None and panel.model.index(row, 0).data(LINE_ROLE) is panel.chosen
    undone_again(stage, panel.return_button.click)
    assert stage.session.project.digest() == then
    stage.wait(lambda: rows(stage)[0] == ("Go back to “before lunch”", ""))
    assert [state for _, state in rows(stage)] == ["", "", "taken back", "", ""]
