"""What happens when an edit is impossible: it is said, and the next key works."""

import pytest
from edit_driving import hold_ctrl
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from window_stage import Stage

from trackmend_core.errors import UserError


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    return stage


def refuse_a_split(stage: Stage) -> None:
    """Try to split a track where it begins."""
    first = stage.session.tracks()[0]
    stage.go_to(first.first_frame)
    stage.click_box(first.number)
    stage.press(Qt.Key.Key_S)


def test_a_refused_edit_is_told_over_the_video_and_the_next_key_works(tracked: Stage) -> None:
    before = tracked.session.project.digest()
    refuse_a_split(tracked)
    note = tracked.window.refusal_note
    (error,) = tracked.errors
    assert isinstance(error, UserError)
    assert note.isVisible() and str(error) == note.text == note.accessibleName()
    assert tracked.window.canvas.rect().contains(note.geometry())
    assert tracked.window.findChild(QMessageBox, "fault_dialog") is None
    assert tracked.session.project.digest() == before
    tracked.press(Qt.Key.Key_F)
    assert tracked.session.frame_index == 1


def test_the_next_edit_or_a_click_takes_the_note_away(tracked: Stage) -> None:
    refuse_a_split(tracked)
    note = tracked.window.refusal_note
    tracked.press(Qt.Key.Key_Q)
    assert not note.isVisible() and note.text == ""
    tracked.press(Qt.Key.Key_S)
    assert note.isVisible()
    tracked.qtbot.mouseClick(note, Qt.MouseButton.LeftButton)
    assert not note.isVisible()
    tracked.press(Qt.Key.Key_S)
    assert note.isVisible()
    tracked.press(Qt.Key.Key_Escape)
    assert not note.isVisible(), "somebody who goes on has read it"


def test_an_edit_that_the_disk_did_not_take_asks_for_attention(tracked: Stage) -> None:
    cause = OSError("no space")
    error = UserError("The disk is full; the last change was not made.", "Free some space.")
    error.__cause__ = cause
    tracked.bench.corrections.refused.emit(error)
    dialog = tracked.window.findChild(QMessageBox, "fault_dialog")
    assert dialog is not None and dialog.isVisible()
    assert not tracked.window.refusal_note.isVisible()
    dialog.close()


def test_enter_in_the_filter_finds_the_track_of_an_id_and_gives_the_keys_back(
    tracked: Stage,
) -> None:
    track = max(tracked.session.tracks(), key=lambda track: track.first_frame)
    tracked.go_to(0)
    tracked.press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    box = tracked.window.track_table.filter_box
    tracked.qtbot.keyClicks(box, str(track.number))
    tracked.qtbot.keyClick(box, Qt.Key.Key_Return)
    assert tracked.session.selection.track_ids == (track.track_id,)
    assert tracked.session.frame_index == track.first_frame, "the nearest frame with it"
    assert box.text() == "" and tracked.window.track_table.view.model().rowCount() > 1
    assert "Accept the fix" not in tracked.window.status_line.text, "Enter was the field's"
    tracked.press(Qt.Key.Key_D)
    assert tracked.session.frame_index == max(0, track.first_frame - 1)


def test_enter_with_other_words_takes_the_first_and_leaves_the_list_filtered(
    tracked: Stage,
) -> None:
    tracked.press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    box = tracked.window.track_table.filter_box
    tracked.qtbot.keyClicks(box, "nobody")
    tracked.qtbot.keyClick(box, Qt.Key.Key_Return)
    assert not tracked.session.selection.track_ids
    box.clear()
    tracked.qtbot.keyClicks(box, "boxes>1")
    tracked.qtbot.keyClick(box, Qt.Key.Key_Return)
    assert len(tracked.session.selection.track_ids) == 1
    assert box.text() == "boxes>1"


def test_whoever_is_seen_too_comes_last_in_the_list_of_look_alikes_and_says_so(
    tracked: Stage,
) -> None:
    """A track that is away in this frame only cannot take the rest of another one."""
    a, b = tracked.numbers_here()[:2]
    tracked.click_box(b)
    tracked.press(Qt.Key.Key_Delete)
    tracked.click_box(a)
    tracked.wait(lambda: len(tracked.session.selection.track_ids) == 1)
    hold_ctrl(tracked)
    last = tracked.window.assign_list.rows[-1]
    assert last.match.number == b and last.match.seen_too == 21
    assert "both seen in frame 22" in last.accessibleName()


def test_merge_mode_foresees_the_merge_and_says_at_once_when_it_cannot_be(tracked: Stage) -> None:
    a, b = tracked.numbers_here()[:2]
    tracked.press(Qt.Key.Key_M)
    tracked.click_box(a)
    tracked.click_box(b)
    tracked.wait(lambda: "are both seen in" in tracked.window.status_line.text)
    assert not tracked.errors, "only foreseen"
    tracked.press(Qt.Key.Key_Escape)
    tracked.session.select_tracks(())
    tracked.click_box(a)
    tracked.press(Qt.Key.Key_S)
    later = tracked.session.track(tracked.session.selection.track_ids[0])
    earlier = next(track for track in tracked.session.tracks() if track.number == a)
    tracked.session.select_tracks(())
    tracked.press(Qt.Key.Key_M)
    tracked.session.select_tracks((earlier.track_id, later.track_id))
    tracked.wait(lambda: f"({later.box_count} boxes, 2 tracks)" in tracked.window.status_line.text)
