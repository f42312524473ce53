"""Drives the edits of the window by key and mouse; reads from the file what became of them."""

from collections.abc import Callable
from contextlib import closing

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from window_stage import Stage

from trackmend_core.project import BoxRecord, Project
from trackmend_core.types import TrackId

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
HERE, LAST = 20, 39


def two_long(stage: Stage) -> tuple[int, int]:
    """The numbers of two tracks that are seen around this frame."""
    numbers = [set(_numbers(stage, frame)) for frame in range(HERE - 4, HERE + 9)]
    a, b = sorted(set.intersection(*numbers))[:2]
    return a, b


def _numbers(stage: Stage, frame: int) -> list[int]:
    return [box.number for box in stage.session.boxes_at(frame)]


def in_file(stage: Stage) -> str:
    with closing(Project.open(stage.session.project.path)) as other:
        return other.digest()


def boxes_in_file(stage: Stage) -> dict[int, dict[int, BoxRecord]]:
    """Number to frame to box, as another program reads them."""
    run = stage.session.run
    found: dict[int, dict[int, BoxRecord]] = {}
    with closing(Project.open(stage.session.project.path)) as other:
        for box in other.boxes_in_range(run.run_id, 0, LAST):
            found.setdefault(box.number, {})[box.frame_index] = box
    return found


def corners(boxes: dict[int, dict[int, BoxRecord]], number: int) -> dict[int, tuple[float, ...]]:
    return {frame: box.box_xyxy for frame, box in boxes.get(number, {}).items()}


def undone_again(stage: Stage, act: Callable[[], object]) -> None:
    """Do something, see the file change at once, take it back by key, bring it again by key."""
    before, edits = in_file(stage), len(stage.session.project.edits())
    act()
    stage.window.activateWindow()  # as a window manager does when a dialog has gone
    after = in_file(stage)
    assert after != before, (stage.notices, stage.errors)
    assert len(stage.session.project.edits()) == edits + 1, "one step"
    stage.go_to(0)
    stage.press(Qt.Key.Key_Z, CTRL)
    assert in_file(stage) == before
    stage.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert in_file(stage) == after == stage.session.project.replay_digest()
    stage.go_to(HERE)


def press_key_of(stage: Stage, action_id: str) -> None:
    """Press the key that the tooltip of an action names."""
    action = stage.window.action_set[action_id]
    assert action.isEnabled(), f"{action_id} is off"
    combination = action.shortcut()[0]
    assert action.shortcut().toString() in action.toolTip()
    stage.press(combination.key(), combination.keyboardModifiers())


def choose(stage: Stage, *numbers: int) -> None:
    """Click boxes on the canvas, the second and further ones with Ctrl."""
    for place, number in enumerate(numbers):
        stage.click_box(number, additive=place > 0)


def trade(
    boxes: dict[int, dict[int, BoxRecord]], a: int, b: int, frames: range
) -> tuple[dict[int, tuple[float, ...]], dict[int, tuple[float, ...]]]:
    """What two tracks would be after they traded some frames."""
    one, two = corners(boxes, a), corners(boxes, b)
    return (
        {frame: box for frame, box in one.items() if frame not in frames}
        | {frame: box for frame, box in two.items() if frame in frames},
        {frame: box for frame, box in two.items() if frame not in frames}
        | {frame: box for frame, box in one.items() if frame in frames},
    )


def chosen(stage: Stage) -> TrackId:
    return stage.session.selection.track_ids[-1]


def track_and_choose_the_longest(stage: Stage) -> None:
    """Track the video and stand in the middle of a long track, which is selected."""
    stage.open_video()
    stage.run_model()
    stage.go_to(HERE)
    longest = max(stage.session.tracks(), key=lambda track: track.box_count)
    assert longest.first_frame < HERE - 5 and longest.last_frame > HERE + 5
    stage.click_box(longest.number)


def hold_ctrl(stage: Stage) -> None:
    press = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Control, CTRL)
    QApplication.sendEvent(stage.window.windowHandle(), press)
    stage.wait(stage.window.assign_list.isVisible)
