"""Every edit that the window offers, by key or mouse, in the file: before, after, undone."""

from collections.abc import Callable
from contextlib import closing

import pytest
from edit_driving import (
    HERE,
    LAST,
    boxes_in_file,
    choose,
    corners,
    hold_ctrl,
    in_file,
    press_key_of,
    trade,
    two_long,
    undone_again,
)
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication
from view_records import Mouse
from window_stage import Stage

from trackmend_app.actions import Menu
from trackmend_app.dialogs.describe_tracks import DescribeTracksDialog
from trackmend_app.situation import Mode
from trackmend_core.project import Project
from trackmend_core.types import TrackId


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    """A tracked video; two tracks that are seen from frame 15 to the end of a range are first."""
    stage.open_video()
    stage.run_model()
    stage.go_to(HERE)
    return stage


@pytest.mark.parametrize(
    ("action_id", "frames"),
    [
        ("swap_from_here", range(HERE, LAST + 1)),
        ("swap_this_frame", range(HERE, HERE + 1)),
        ("swap_in_range", range(HERE - 2, HERE + 4)),
    ],
)
def test_a_swap_trades_exactly_the_frames_that_it_says(
    tracked: Stage, action_id: str, frames: range
) -> None:
    a, b = two_long(tracked)
    before = boxes_in_file(tracked)
    choose(tracked, a, b)
    if action_id == "swap_in_range":
        assert not tracked.window.action_set[action_id].isEnabled(), "there is no range yet"
        tracked.session.set_range((frames[0], frames[-1]))
    undone_again(tracked, lambda: press_key_of(tracked, action_id))
    after = boxes_in_file(tracked)
    assert (corners(after, a), corners(after, b)) == trade(before, a, b, frames)
    others = before.keys() - {a, b}
    assert all(corners(after, other) == corners(before, other) for other in others)


def test_x_and_a_click_on_the_other_says_how_far_it_reaches_before(tracked: Stage) -> None:
    a, b = two_long(tracked)
    before = boxes_in_file(tracked)
    choose(tracked, a)
    tracked.press(Qt.Key.Key_X)
    assert tracked.bench.corrections.mode is Mode.SWAP
    canvas = tracked.window.canvas
    label = next(one for one in canvas.placed_boxes if one.box.number == b)
    inside = label.rect.center()
    Mouse(canvas).move(inside, button=Qt.MouseButton.NoButton)
    count = sum(frame >= HERE for number in (a, b) for frame in before[number])
    tracked.wait(lambda: f"({count} boxes, 2 tracks)" in tracked.window.status_line.standing)
    undone_again(tracked, lambda: tracked.click_box(b))
    after = boxes_in_file(tracked)
    assert (corners(after, a), corners(after, b)) == trade(before, a, b, range(HERE, LAST + 1))


def test_s_splits_and_says_before_how_many_boxes_that_is(tracked: Stage) -> None:
    a, _ = two_long(tracked)
    before = boxes_in_file(tracked)
    choose(tracked, a)
    later = sum(frame >= HERE for frame in before[a])
    tracked.wait(
        lambda: f"S splits here ({later} boxes, 2 tracks)" in tracked.window.status_line.standing
    )
    undone_again(tracked, lambda: press_key_of(tracked, "split"))
    after = boxes_in_file(tracked)
    (new,) = after.keys() - before.keys()
    assert corners(after, a) == {f: box for f, box in corners(before, a).items() if f < HERE}
    assert corners(after, new) == {f: box for f, box in corners(before, a).items() if f >= HERE}


def test_merge_mode_collects_by_mouse_and_shift_m_joins(tracked: Stage) -> None:
    a, _ = two_long(tracked)
    whole = boxes_in_file(tracked)
    choose(tracked, a)
    tracked.press(Qt.Key.Key_S)
    later = tracked.session.track(tracked.session.selection.track_ids[0]).number
    tracked.press(Qt.Key.Key_Escape)
    tracked.press(Qt.Key.Key_M)
    assert "Esc leaves" in tracked.window.status_line.text
    tracked.go_to(HERE - 1)
    tracked.click_box(a)
    tracked.go_to(HERE)
    tracked.click_box(later)
    assert tracked.bench.corrections.mode is Mode.MERGE
    tracked.wait(lambda: "boxes, 2 tracks" in tracked.window.status_line.standing)
    undone_again(tracked, lambda: press_key_of(tracked, "merge_commit"))
    after = boxes_in_file(tracked)
    assert later not in after
    assert corners(after, a) == corners(whole, a)


def test_merge_mode_says_of_two_who_are_seen_together_that_they_cannot_be_one(
    tracked: Stage,
) -> None:
    a, b = two_long(tracked)
    tracked.press(Qt.Key.Key_Escape)
    tracked.press(Qt.Key.Key_M)
    tracked.click_box(a)
    tracked.click_box(b)
    line = tracked.window.status_line
    tracked.wait(lambda: "cannot be one" in line.standing)
    assert line.standing.startswith(f"Tracks {min(a, b)} and {max(a, b)} are both seen")
    assert line.standing.endswith("so they cannot be one · Esc leaves"), "nor is a key offered"
    tracked.press(Qt.Key.Key_Escape)


def test_esc_leaves_every_mode_with_nothing_changed(tracked: Stage) -> None:
    a, _ = two_long(tracked)
    before = in_file(tracked)
    choose(tracked, a)
    for key, mode in (
        (Qt.Key.Key_X, Mode.SWAP),
        (Qt.Key.Key_M, Mode.MERGE),
        (Qt.Key.Key_B, Mode.NEW_BOX),
    ):
        tracked.press(key)
        assert tracked.bench.corrections.mode is mode
        assert tracked.window.status_line.text.startswith(str(mode))
        assert "Esc leaves" in tracked.window.status_line.text
        tracked.press(Qt.Key.Key_Escape)
        assert tracked.bench.corrections.mode is Mode.REVIEW
    assert in_file(tracked) == before


def test_ctrl_and_a_digit_assigns_from_here_on_after_the_list_has_said_how_much(
    tracked: Stage,
) -> None:
    a, _ = two_long(tracked)
    whole = boxes_in_file(tracked)
    choose(tracked, a)
    tracked.press(Qt.Key.Key_S)
    tracked.go_to(HERE + 3)
    hold_ctrl(tracked)
    later = sum(frame >= HERE + 3 for frame in whole[a])
    assert f"{later} boxes from here on" in tracked.window.assign_list.title
    assert tracked.window.assign_list.rows[0].match.number == a
    chosen = tracked.session.track(tracked.session.selection.track_ids[0]).number
    undone_again(tracked, lambda: (tracked.go_to(HERE + 3), press_key_of(tracked, "assign_1")))
    after = boxes_in_file(tracked)
    assert sorted(after[a]) == [f for f in sorted(whole[a]) if f < HERE or f >= HERE + 3]
    assert sorted(after[chosen]) == [HERE, HERE + 1, HERE + 2]


def test_ctrl_0_assigns_the_range_to_a_new_id(tracked: Stage) -> None:
    a, _ = two_long(tracked)
    before = boxes_in_file(tracked)
    choose(tracked, a)
    tracked.session.set_range((HERE, HERE + 3))
    undone_again(tracked, lambda: press_key_of(tracked, "assign_new"))
    after = boxes_in_file(tracked)
    (new,) = after.keys() - before.keys()
    assert sorted(after[new]) == [HERE, HERE + 1, HERE + 2, HERE + 3]
    assert after[a].keys() == before[a].keys() - after[new].keys()


def test_del_takes_this_box_and_asks_nothing(tracked: Stage) -> None:
    a, _ = two_long(tracked)
    before = boxes_in_file(tracked)
    choose(tracked, a)
    undone_again(tracked, lambda: press_key_of(tracked, "delete_box"))
    after = boxes_in_file(tracked)
    assert after[a].keys() == before[a].keys() - {HERE}
    assert not tracked.answers.asked


def test_shift_del_takes_what_comes_after_this_says_how_much_and_obeys_a_no(
    tracked: Stage,
) -> None:
    a, _ = two_long(tracked)
    before = boxes_in_file(tracked)
    untouched = in_file(tracked)
    choose(tracked, a)
    later = sum(frame >= HERE for frame in before[a])
    tracked.answers.agrees = False
    press_key_of(tracked, "delete_from_here")
    assert f"{later} boxes" in tracked.answers.asked[-1]
    assert in_file(tracked) == untouched
    tracked.answers.agrees = True
    undone_again(tracked, lambda: press_key_of(tracked, "delete_from_here"))
    assert sorted(boxes_in_file(tracked)[a]) == [f for f in sorted(before[a]) if f < HERE]


def test_backspace_deletes_nothing_and_rejects_nothing(tracked: Stage) -> None:
    a, b = two_long(tracked)
    before = in_file(tracked)
    choose(tracked, a, b)
    tracked.press(Qt.Key.Key_Backspace)
    assert in_file(tracked) == before
    used = {key for row in tracked.window.action_set.rows for key in row.keys}
    assert not any("Backspace" in key for key in used)


def label(stage: Stage) -> None:
    press_key_of(stage, "describe_track")
    dialog = stage.window.findChildren(DescribeTracksDialog)[-1]
    dialog.label_box.setText("referee")
    dialog.accept()
    stage.window.activateWindow()  # offscreen nobody gives the focus back
    stage.wait(stage.window.isActiveWindow)


def gap(stage: Stage, first: int, last: int) -> None:
    stage.session.set_range((first, last))
    stage.press(Qt.Key.Key_O)
    stage.session.set_range(None)


Setup = Callable[[Stage], None]

FINER: dict[str, Setup] = {
    "keyframe": lambda stage: None,
    "interpolate": lambda stage: gap(stage, HERE - 1, HERE + 1),
    "interpolate_straight": lambda stage: gap(stage, HERE - 1, HERE + 1),
    "propagate": lambda stage: gap(stage, HERE + 1, LAST),
    "toggle_occluded": lambda stage: None,
    "mark_outside": lambda stage: None,
}


@pytest.mark.parametrize("action_id", FINER)
def test_a_finer_repair_touches_one_track_and_comes_back(tracked: Stage, action_id: str) -> None:
    a, _ = two_long(tracked)
    choose(tracked, a)
    FINER[action_id](tracked)
    before = boxes_in_file(tracked)
    undone_again(tracked, lambda: press_key_of(tracked, action_id))
    after = boxes_in_file(tracked)
    assert after[a] != before[a]
    assert all(after[other] == before[other] for other in before if other != a)


@pytest.mark.parametrize(
    "action_id",
    [
        *("swap_from_here", "swap_this_frame", "split", "merge_commit", "delete_track"),
        *("toggle_occluded", "mark_outside", "assign_new"),
    ],
)
def test_a_wide_edit_says_its_reach_while_it_is_only_looked_at(
    tracked: Stage, action_id: str
) -> None:
    """Menus and the box's menu: the action under the pointer says what it would touch."""
    a, b = two_long(tracked)
    choose(tracked, a)
    if action_id.startswith("swap"):
        choose(tracked, a, b)
    if action_id == "merge_commit":
        tracked.press(Qt.Key.Key_S)
        parts = [one.track_id for one in tracked.session.tracks() if one.number == a]
        tracked.session.select_tracks((*parts, *tracked.session.selection.track_ids))
    if action_id == "toggle_occluded":
        tracked.session.set_range((HERE, HERE + 3))
    before = in_file(tracked)
    tracked.window.action_set[action_id].hover()
    assert "boxes, " in tracked.window.status_line.text
    assert in_file(tracked) == before


EDITS_BY_KEY = {
    *("swap_from_here", "swap_this_frame", "swap_in_range", "split", "merge_commit"),
    *("assign_new", "describe_track", "delete_box", "delete_from_here", "delete_track", "new_box"),
    *(f"assign_{n}" for n in range(1, 10)),
    *FINER,
}


def test_every_action_of_the_track_menu_is_driven_here_or_begins_a_mode(tracked: Stage) -> None:
    """Whoever adds an edit adds its test."""
    listed = {row.action_id for row in tracked.window.action_set.rows if row.menu is Menu.TRACK}
    assert listed == EDITS_BY_KEY | {"merge_mode"}
    for row in tracked.window.action_set.rows:
        if row.action_id in EDITS_BY_KEY:
            assert row.keys, f"{row.action_id} has no key"
            assert all(not QKeySequence(key).isEmpty() for key in row.keys)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_menu_at_a_box_selects_it_and_offers_its_edits(tracked: Stage) -> None:
    a, _ = two_long(tracked)
    window = tracked.window
    placed = next(one for one in window.canvas.placed_boxes if one.box.number == a)
    window.canvas.context_menu_requested.emit(
        int(placed.box.box_id), window.canvas.mapToGlobal(placed.rect.center().toPoint())
    )
    menu = QApplication.activePopupWidget()
    offered = [action.objectName() for action in menu.actions() if action.objectName()]
    menu.close()
    assert offered[0] == "swap_from_here", "what mends stands first"
    assert {"swap_from_here", "split", "delete_box", "keyframe", "mark_outside"} <= set(offered)
    assert [
        tracked.session.track(TrackId(one)).number for one in tracked.session.selection.track_ids
    ] == [a]


def test_a_label_comes_back_and_goes_again(tracked: Stage) -> None:
    a, _ = two_long(tracked)
    choose(tracked, a)
    undone_again(tracked, lambda: label(tracked))
    with closing(Project.open(tracked.session.project.path)) as other:
        found = {track.number: track.label for track in other.tracks(tracked.session.run.run_id)}
    assert found[a] == "referee"
    assert [one for one in found.values() if one] == ["referee"]


"""The keys of UX.md section 2."""
