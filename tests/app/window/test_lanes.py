"""The lanes of the timeline in the real window: what they show, and what a hand does to them."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from view_records import Mouse
from window_stage import Stage

from trackmend_core.project import TrackSummary

HERE = 20


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    stage.open_video()
    stage.run_model()
    stage.go_to(HERE)
    return stage


def codes_of(stage: Stage, number: int) -> list[int]:
    """The numbers of the barcode of a lane, without repetition."""
    details = stage.window.timeline._content.details
    track = next(track for track in stage.session.tracks() if track.number == number)
    found = details.get(track.track_id)
    if found is None or found.codes is None:
        return []
    return list(dict.fromkeys(found.codes.numbers.tolist()))


def test_a_swap_is_seen_as_a_change_of_colour_and_its_undo_takes_it_away(tracked: Stage) -> None:
    a, b = tracked.numbers_here()[:2]
    tracked.wait(lambda: codes_of(tracked, a) == [a] and codes_of(tracked, b) == [b])
    tracked.click_box(a)
    tracked.click_box(b, additive=True)
    tracked.press(Qt.Key.Key_X)
    tracked.wait(lambda: codes_of(tracked, a) == [a, b] and codes_of(tracked, b) == [b, a])
    tracked.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    tracked.wait(lambda: codes_of(tracked, a) == [a])


def test_the_barcode_can_be_switched_off(tracked: Stage) -> None:
    number = tracked.numbers_here()[0]
    tracked.wait(lambda: codes_of(tracked, number) == [number])
    assert tracked.window.action_set["show_barcode"].isChecked()
    before = tracked.window.timeline.viewport().grab().toImage()
    tracked.trigger("show_barcode")
    assert tracked.window.timeline.viewport().grab().toImage() != before


def test_keyframes_and_occlusion_reach_the_lane(tracked: Stage) -> None:
    number = tracked.numbers_here()[0]
    tracked.click_box(number)
    tracked.press(Qt.Key.Key_K)
    tracked.press(Qt.Key.Key_Q)
    track_id = tracked.session.selection.track_ids[0]

    def reached() -> bool:
        found = tracked.window.timeline._content.details.get(track_id)
        return found is not None and found.keyframes.tolist() == [HERE] == [found.occluded[0][0]]

    tracked.wait(reached)


def lanes(stage: Stage) -> list[int]:
    return [track.number for track in stage.window.timeline._content.tracks]


def numbers(stage: Stage, key: Callable[[TrackSummary], object]) -> list[int]:
    return [track.number for track in sorted(stage.session.tracks(), key=key)]


def test_lanes_are_sorted_filtered_grouped_and_pinned(tracked: Stage) -> None:
    assert lanes(tracked) == numbers(tracked, lambda track: track.number)
    tracked.trigger("lanes_by_length")
    assert lanes(tracked) == numbers(tracked, lambda track: (-track.box_count, track.number))
    assert tracked.window.action_set["lanes_by_length"].isChecked()
    assert not tracked.window.action_set["lanes_by_number"].isChecked()
    tracked.trigger("lanes_by_number")
    last = tracked.session.tracks()[-1]
    tracked.session.select_tracks((last.track_id,))
    tracked.press(Qt.Key.Key_P)
    assert lanes(tracked)[0] == last.number
    tracked.press(Qt.Key.Key_P)
    assert lanes(tracked)[-1] == last.number
    tracked.bench.repairs.describe((last.track_id,), label="a referee")
    tracked.trigger("lanes_grouped")
    assert lanes(tracked)[0] == last.number
    assert tracked.window.timeline._content.groups == {0: "a referee", 1: ""}
    tracked.trigger("lanes_grouped")
    box = tracked.window.track_table.filter_box
    box.setText("referee")
    assert lanes(tracked) == [last.number]
    box.clear()
    tracked.trigger("lanes_here")
    assert sorted(lanes(tracked)) == tracked.numbers_here()
    late = max(track.last_frame for track in tracked.session.tracks())
    tracked.go_to(late)
    assert sorted(lanes(tracked)) == tracked.numbers_here()
    tracked.trigger("lanes_here")


def test_a_pinned_lane_stays_in_sight_however_far_one_scrolls(tracked: Stage) -> None:
    timeline = tracked.window.timeline
    for _ in range(3):  # more lanes than there is room for
        for number in tracked.numbers_here():
            tracked.click_box(number)
            tracked.press(Qt.Key.Key_S)
            tracked.press(Qt.Key.Key_F)
        tracked.go_to(tracked.session.frame_index + 2)
    timeline.setMaximumHeight(200)
    tracked.wait(lambda: timeline.verticalScrollBar().maximum() > 0)
    number = tracked.numbers_here()[-1]
    tracked.click_box(number)
    tracked.press(Qt.Key.Key_P)
    timeline.verticalScrollBar().setValue(timeline.verticalScrollBar().maximum())
    place = lane_number(tracked, number)
    assert timeline.regions.lanes.top() < place.y() < timeline.lane_layout.moving_top
    mouse = Mouse(timeline.viewport())
    tracked.session.select_tracks(())
    mouse.press(place)
    mouse.release(place)
    chosen = tracked.session.track(tracked.session.selection.track_ids[0])
    assert chosen.number == number


def lane_number(stage: Stage, number: int) -> QPointF:
    timeline = stage.window.timeline
    layout = timeline.lane_layout
    return QPointF(30, layout.y_of(lanes(stage).index(number)) + layout.pitch / 2)


def split_here(stage: Stage) -> tuple[int, TrackSummary]:
    """Split the first track of the frame; return its number and its later part."""
    first = stage.numbers_here()[0]
    stage.click_box(first)
    stage.press(Qt.Key.Key_S)
    later = stage.session.track(stage.session.selection.track_ids[0])
    assert later is not None
    return first, later


def test_a_lane_dragged_onto_a_lane_says_what_that_would_do_and_merges(tracked: Stage) -> None:
    first, later = split_here(tracked)
    before = tracked.session.project.digest()
    mouse = Mouse(tracked.window.timeline.viewport())
    mouse.press(lane_number(tracked, later.number))
    mouse.move(lane_number(tracked, first) + QPointF(0, 9))
    mouse.move(lane_number(tracked, first))
    drag = tracked.window.timeline.drag
    assert drag is not None and drag.possible
    assert f"Merge track {later.number} into track {first}: {later.box_count} boxes" in drag.note
    assert tracked.session.project.digest() == before, "only foreseen"
    mouse.release(lane_number(tracked, first))
    assert later.number not in lanes(tracked)
    assert tracked.window.timeline.drag is None
    tracked.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert tracked.session.project.digest() == before


def test_a_lane_held_over_one_that_is_seen_with_it_says_why_not(tracked: Stage) -> None:
    a, b = tracked.numbers_here()[:2]
    before = tracked.session.project.digest()
    mouse = Mouse(tracked.window.timeline.viewport())
    mouse.drag(lane_number(tracked, a), lane_number(tracked, b))
    assert QApplication.activeModalWidget() is None, "no dialog for that"
    assert "both seen" in tracked.window.refusal_note.text, "whole, with what to do instead"
    assert "swap them" in tracked.window.refusal_note.text
    mouse.press(lane_number(tracked, a))
    mouse.move(lane_number(tracked, b))
    drag = tracked.window.timeline.drag
    assert drag is not None and not drag.possible and "both seen" in drag.note
    mouse.release(QPointF(30, 5))
    assert tracked.session.project.digest() == before


def test_the_status_line_says_what_a_chosen_range_is_for_and_that_esc_leaves_it(
    tracked: Stage,
) -> None:
    timeline, line = tracked.window.timeline, tracked.window.status_line
    chosen = tracked.numbers_here()[:2]
    tracked.click_box(chosen[0])
    tracked.click_box(chosen[1], additive=True)
    mouse = Mouse(timeline.viewport())
    y = lane_number(tracked, chosen[0]).y()
    left, right = timeline.axis.x_of(10) + 2, timeline.axis.x_of(20) + 2
    mouse.drag(QPointF(left, y), QPointF(right, y), keys=Qt.KeyboardModifier.ShiftModifier)
    assert tracked.session.frame_range == (10, 20)
    assert "Ctrl+Shift+X swaps the two in it" in line.standing
    assert "Esc leaves it" in line.standing
    tracked.press(Qt.Key.Key_Escape)
    assert tracked.session.frame_range is None
    assert "Esc deselects" in line.standing, "they are still selected"
    tracked.press(Qt.Key.Key_Escape)
    mouse.drag(QPointF(left, y), QPointF(right, y), keys=Qt.KeyboardModifier.ShiftModifier)
    assert "Y verifies it · L plays it over and over" in line.standing


def test_esc_puts_a_held_lane_back_and_leaves_the_selection_alone(tracked: Stage) -> None:
    first, later = split_here(tracked)
    before = tracked.session.project.digest()
    timeline = tracked.window.timeline
    timeline.setFocus()
    mouse = Mouse(timeline.viewport())
    mouse.press(lane_number(tracked, later.number))
    mouse.move(lane_number(tracked, first))
    assert timeline.drag is not None
    tracked.qtbot.keyClick(timeline, Qt.Key.Key_Escape)
    assert timeline.drag is None
    mouse.release(lane_number(tracked, first))
    assert tracked.session.project.digest() == before
    assert tracked.session.selection.track_ids == (later.track_id,)


def open_menu(stage: Stage) -> list[str]:
    """The titles of the menu that is open; it is closed."""
    menus = [menu for menu in stage.window.findChildren(QMenu) if menu.isVisible()]
    titles = [action.text() for menu in menus for action in menu.actions()]
    for menu in menus:
        menu.close()
    return titles


def ask_for_menu(viewport: QWidget, place: QPointF) -> None:
    reason = QContextMenuEvent.Reason.Mouse
    at = place.toPoint()
    QApplication.sendEvent(viewport, QContextMenuEvent(reason, at, viewport.mapToGlobal(at)))


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_right_click_on_a_lane_offers_what_can_be_done_with_its_track_there(
    tracked: Stage,
) -> None:
    timeline = tracked.window.timeline
    number = tracked.numbers_here()[1]
    place = lane_number(tracked, number)
    place.setX(timeline.axis.x_of(7.5))
    ask_for_menu(timeline.viewport(), place)
    titles = open_menu(tracked)
    assert {"Split here", "Delete the whole track…", "Pin the selected lanes"} <= set(titles)
    chosen = tracked.session.selection.track_ids
    assert [tracked.session.track(track_id).number for track_id in chosen] == [number]
    assert tracked.session.frame_index == 7, "here is where the click was"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_right_click_beside_the_lanes_offers_what_the_timeline_can_do(tracked: Stage) -> None:
    timeline = tracked.window.timeline
    place = timeline.regions.overview.center()
    ask_for_menu(timeline.viewport(), place)
    titles = open_menu(tracked)
    assert {"Verified", "Loop the range", "Identity barcode", "Sort by start"} <= set(titles)
    assert tracked.session.frame_index == HERE


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_right_click_on_a_row_of_the_list_offers_the_same(tracked: Stage) -> None:
    view = tracked.window.track_table.view
    place = view.visualRect(view.model().index(1, 1)).center()
    tracked.qtbot.mouseClick(view.viewport(), Qt.MouseButton.RightButton, pos=place)
    view.customContextMenuRequested.emit(place)
    assert "Swap from here on" in open_menu(tracked)
    assert len(tracked.session.selection.track_ids) == 1


def test_a_double_click_on_the_id_of_a_lane_goes_to_where_its_track_begins(tracked: Stage) -> None:
    track = max(tracked.session.tracks(), key=lambda track: track.first_frame)
    mouse = Mouse(tracked.window.timeline.viewport())
    mouse.send(QEvent.Type.MouseButtonDblClick, lane_number(tracked, track.number))
    assert tracked.session.frame_index == track.first_frame


def test_l_plays_the_range_over_and_over(tracked: Stage) -> None:
    tracked.session.set_range((10, 13))
    tracked.press(Qt.Key.Key_L)
    seen: list[int] = []
    tracked.session.frame_changed.connect(seen.append)
    tracked.wait(lambda: len(seen) > 8)
    tracked.press(Qt.Key.Key_L)
    assert set(seen[1:]) <= {10, 11, 12, 13}
    assert not tracked.bench.playback.is_playing
    assert tracked.bench.playback.loop is None


def test_l_without_a_range_loops_around_this_frame(tracked: Stage) -> None:
    tracked.press(Qt.Key.Key_L)
    rate = round(tracked.session.video.frame_rate)
    assert tracked.session.frame_range == (max(0, HERE - rate), min(39, HERE + rate))
    tracked.press(Qt.Key.Key_Space)
    tracked.session.set_range(None)
    assert tracked.bench.playback.loop is None
    assert not tracked.window.action_set["loop"].isChecked()


def test_keys_jump_to_gaps_crossings_births_and_deaths(tracked: Stage) -> None:
    longest = max(tracked.session.tracks(), key=lambda track: track.box_count)
    tracked.session.select_tracks((longest.track_id,))
    tracked.session.set_range((25, 27))
    tracked.press(Qt.Key.Key_O)
    tracked.session.set_range(None)
    tracked.go_to(HERE)
    for key, expected in ((".", 25), (".", 28), (",", 25)):
        tracked.trigger("next_gap" if key == "." else "previous_gap")
        assert tracked.session.frame_index == expected
    tracked.trigger("previous_gap")
    assert "no gap before" in tracked.window.status_line.text
    ends = {f for t in tracked.session.tracks() for f in (t.first_frame, t.last_frame)}
    tracked.go_to(HERE)
    after = [frame for frame in ends if frame > HERE]
    tracked.trigger("next_birth")
    assert tracked.session.frame_index == min(after)
    tracked.trigger("previous_birth")
    before = [frame for frame in ends if frame < min(after)]
    assert tracked.session.frame_index == max(before)
