"""Boxes drawn and stretched with the mouse, in the file: before, after, undone."""

import pytest
from edit_driving import (
    CTRL,
    HERE,
    LAST,
    boxes_in_file,
    choose,
    hold_ctrl,
    press_key_of,
    two_long,
    undone_again,
)
from PySide6.QtCore import QPointF, Qt
from view_records import Mouse
from window_stage import Stage

from trackmend_app.situation import Mode
from trackmend_core.types import BoxSource


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    """A tracked video; two tracks that are seen from frame 15 to the end of a range are first."""
    stage.open_video()
    stage.run_model()
    stage.go_to(HERE)
    return stage


def drag_new_box(stage: Stage, box: tuple[float, ...]) -> None:
    canvas = stage.window.canvas
    stage.press(Qt.Key.Key_B)
    assert stage.bench.corrections.mode is Mode.NEW_BOX
    Mouse(canvas).drag(canvas.to_widget(box[0], box[1]), canvas.to_widget(box[2], box[3]))


def test_b_and_a_drag_draw_a_box_that_is_snapped_selected_and_given_an_id(tracked: Stage) -> None:
    a, _ = two_long(tracked)
    choose(tracked, a)
    box_xyxy = tracked.session.project.box(tracked.session.selection.box_id).box_xyxy
    tracked.press(Qt.Key.Key_Delete)
    tracked.press(Qt.Key.Key_Escape)
    before = boxes_in_file(tracked)
    assert HERE not in before[a]
    undone_again(tracked, lambda: drag_new_box(tracked, box_xyxy))
    after = boxes_in_file(tracked)
    (new,) = after.keys() - before.keys()
    drawn = after[new][HERE]
    assert drawn.source is BoxSource.PERSON
    assert drawn.box_xyxy == pytest.approx(box_xyxy, abs=1.5 / tracked.window.canvas.zoom)
    tracked.press(Qt.Key.Key_Z, CTRL)
    drag_new_box(tracked, box_xyxy)
    (chosen,) = tracked.session.selection.track_ids
    assert tracked.session.track(chosen).first_frame == HERE, "the new box is selected"
    assert tracked.bench.chooser.lookalikes()[0].number == a, "it looks like what it covers"
    undone_again(tracked, lambda: press_key_of(tracked, "assign_1"))
    assert boxes_in_file(tracked)[a][HERE].source is BoxSource.PERSON


def test_a_box_drawn_where_nothing_was_detected_can_be_assigned_to_whoever_was_near(
    tracked: Stage,
) -> None:
    a, _ = two_long(tracked)
    choose(tracked, a)
    tracked.session.set_range((HERE, LAST))
    tracked.press(Qt.Key.Key_O)
    tracked.session.set_range(None)
    tracked.press(Qt.Key.Key_Escape)
    drag_new_box(tracked, (1.0, 1.0, 24.0, 60.0))
    found = tracked.bench.chooser.lookalikes()
    assert found and found[0].similarity is None
    hold_ctrl(tracked)
    tracked.press(Qt.Key.Key_1, CTRL)
    assert HERE in boxes_in_file(tracked)[found[0].number]


def test_a_drawn_box_joins_the_selected_track_where_that_has_none(tracked: Stage) -> None:
    a, _ = two_long(tracked)
    choose(tracked, a)
    tracked.press(Qt.Key.Key_Delete)
    before = boxes_in_file(tracked)
    undone_again(tracked, lambda: drag_new_box(tracked, (0.5, 0.5, 30.0, 70.0)))
    after = boxes_in_file(tracked)
    assert after.keys() == before.keys()
    assert after[a][HERE].box_xyxy[:2] == (0.0, 0.0), "near the edge it snaps"


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_an_edge_is_dragged_and_snaps_to_the_edge_of_the_frame(tracked: Stage, side: str) -> None:
    a, _ = two_long(tracked)
    choose(tracked, a)
    canvas = tracked.window.canvas
    before = tracked.session.project.box(tracked.session.selection.box_id).box_xyxy
    rect = canvas.editable_box.rect
    video = tracked.session.video
    held, target, place = {
        "left": (QPointF(rect.left(), rect.center().y()), (1.0, None), 0),
        "right": (QPointF(rect.right(), rect.center().y()), (video.width - 1.0, None), 2),
        "top": (QPointF(rect.center().x(), rect.top()), (None, 1.0), 1),
        "bottom": (QPointF(rect.center().x(), rect.bottom()), (None, video.height - 1.0), 3),
    }[side]
    to = canvas.to_widget(
        target[0] if target[0] is not None else 0, target[1] if target[1] is not None else 0
    )
    end = QPointF(
        to.x() if target[0] is not None else held.x(),
        to.y() if target[1] is not None else held.y(),
    )
    undone_again(tracked, lambda: Mouse(canvas).drag(held, end))
    after = boxes_in_file(tracked)[a][HERE].box_xyxy
    expected = list(before)
    expected[place] = {0: 0.0, 1: 0.0, 2: float(video.width), 3: float(video.height)}[place]
    assert after == pytest.approx(tuple(expected))
