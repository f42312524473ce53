"""The finer repairs by key and mouse, checked in the file: before, after, undone."""

from contextlib import closing
from itertools import pairwise

import pytest
from edit_driving import CTRL, HERE, SHIFT, chosen, track_and_choose_the_longest, undone_again
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from view_records import Mouse
from window_stage import Stage

from trackmend_app.activity import ActivityClock
from trackmend_app.dialogs.describe_tracks import DescribeTracksDialog
from trackmend_app.propagation import plan_propagation
from trackmend_core.errors import UserError
from trackmend_core.project import BoxRecord, Project
from trackmend_core.types import BoxId, BoxSource, TrackId


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    track_and_choose_the_longest(stage)
    return stage


def in_file(stage: Stage) -> list[BoxRecord]:
    """The boxes of the selected track as another program reads them from the file."""
    with closing(Project.open(stage.session.project.path)) as other:
        return other.boxes_of_track(chosen(stage))


def frames(boxes: list[BoxRecord]) -> list[int]:
    return [box.frame_index for box in boxes]


def make_gap(stage: Stage, first: int, last: int) -> None:
    stage.session.set_range((first, last))
    stage.press(Qt.Key.Key_O)
    stage.session.set_range(None)


def test_o_takes_a_track_out_of_the_range(tracked: Stage) -> None:
    before = frames(in_file(tracked))
    tracked.session.set_range((HERE, HERE + 4))
    undone_again(tracked, lambda: tracked.press(Qt.Key.Key_O))
    assert frames(in_file(tracked)) == [f for f in before if not HERE <= f <= HERE + 4]
    assert "outside" in tracked.window.status_line.text


def test_o_without_a_range_goes_to_the_next_keyframe(tracked: Stage) -> None:
    before = frames(in_file(tracked))
    tracked.go_to(HERE + 3)
    tracked.press(Qt.Key.Key_K)
    tracked.go_to(HERE)
    tracked.press(Qt.Key.Key_O)
    gone = range(HERE, HERE + 3)
    assert frames(in_file(tracked)) == [f for f in before if f not in gone]


def test_i_fills_a_gap_on_the_free_detections_and_shift_i_on_the_line(tracked: Stage) -> None:
    whole = in_file(tracked)
    make_gap(tracked, HERE - 2, HERE + 2)
    assert len(in_file(tracked)) == len(whole) - 5
    undone_again(tracked, lambda: tracked.press(Qt.Key.Key_I))
    filled = in_file(tracked)
    assert frames(filled) == frames(whole)
    middle = [box for box in filled if HERE - 2 <= box.frame_index <= HERE + 2]
    assert {box.source for box in middle} == {BoxSource.INTERPOLATED}
    assert all(box.detection_id is not None for box in middle)
    tracked.press(Qt.Key.Key_Z, CTRL)
    tracked.press(Qt.Key.Key_I, SHIFT)
    middle = [box for box in in_file(tracked) if HERE - 2 <= box.frame_index <= HERE + 2]
    assert [box.detection_id for box in middle] == [None] * 5
    steps = [after.box_xyxy[0] - box.box_xyxy[0] for box, after in pairwise(middle)]
    assert steps == pytest.approx([steps[0]] * 4)


def test_i_where_nothing_is_missing_says_what_to_do(tracked: Stage) -> None:
    before = tracked.session.project.digest()
    tracked.press(Qt.Key.Key_I)
    assert isinstance(tracked.errors[0], UserError)
    assert "K" in tracked.errors[0].hint
    assert tracked.session.project.digest() == before


def test_k_makes_a_keyframe_and_in_a_gap_puts_one_on_the_line(tracked: Stage) -> None:
    box_id = tracked.session.selection.box_id
    before = tracked.session.project.box(box_id)
    undone_again(tracked, lambda: tracked.press(Qt.Key.Key_K))
    after = tracked.session.project.box(box_id)
    assert (after.source, after.box_xyxy) == (BoxSource.PERSON, before.box_xyxy)
    make_gap(tracked, HERE + 1, HERE + 3)
    tracked.go_to(HERE + 2)
    undone_again(tracked, lambda: tracked.press(Qt.Key.Key_K))
    made = {box.frame_index: box for box in in_file(tracked)}
    assert HERE + 2 in made and HERE + 1 not in made
    ends = made[HERE], made[HERE + 4]
    assert made[HERE + 2].box_xyxy == pytest.approx(
        tuple((a + b) / 2 for a, b in zip(ends[0].box_xyxy, ends[1].box_xyxy, strict=True))
    )


def test_shift_k_carries_the_box_on_with_its_motion(tracked: Stage) -> None:
    track = tracked.session.track(chosen(tracked))
    tracked.session.set_range((HERE + 1, track.last_frame))
    tracked.press(Qt.Key.Key_O)
    tracked.session.set_range(None)
    undone_again(tracked, lambda: tracked.press(Qt.Key.Key_K, SHIFT))
    boxes = in_file(tracked)
    carried = [box for box in boxes if box.frame_index > HERE]
    assert carried and {box.source for box in carried} == {BoxSource.INTERPOLATED}
    known = {box.frame_index: box for box in boxes}
    moved_before = known[HERE].box_xyxy[0] - known[HERE - 5].box_xyxy[0]
    moved_after = known[HERE + 5].box_xyxy[0] - known[HERE].box_xyxy[0]
    assert moved_after == pytest.approx(moved_before, abs=6)


def moving(frame: int, x: float) -> BoxRecord:
    return BoxRecord(
        box_id=BoxId(frame + 1),
        track_id=TrackId(1),
        number=1,
        frame_index=frame,
        box_xyxy=(x, 50.0, x + 40.0, 150.0),
        score=0.9,
        source=BoxSource.MODEL,
        detection_id=None,
    )


def test_carrying_on_ends_at_the_edge_of_the_picture_and_before_the_next_box() -> None:
    boxes = [moving(frame, 100 + 10.0 * frame) for frame in range(30)]
    out = plan_propagation(
        boxes, frame_index=29, frame_count=200, last_frame=150, picture_wh=(640, 480)
    )
    assert 640 > out.boxes_xyxy[-1][0] > 600
    assert out.boxes_xyxy[0][0] - 390 == pytest.approx(10, abs=1.5)
    again = [*boxes, moving(35, 450.0)]
    short = plan_propagation(
        again, frame_index=29, frame_count=200, last_frame=150, picture_wh=(640, 480)
    )
    assert short.frames == tuple(range(30, 35))
    for frame in (10, 31):
        with pytest.raises(UserError):
            plan_propagation(
                again, frame_index=frame, frame_count=200, last_frame=150, picture_wh=(640, 480)
            )


def test_q_marks_occlusion_here_or_in_the_range_and_takes_it_back(tracked: Stage) -> None:
    def hidden() -> list[int]:
        return [box.frame_index for box in in_file(tracked) if box.is_occluded]

    plain = tracked.window.canvas.grab().toImage()
    undone_again(tracked, lambda: tracked.press(Qt.Key.Key_Q))
    assert hidden() == [HERE]
    assert tracked.window.canvas.grab().toImage() != plain
    tracked.session.set_range((HERE, HERE + 2))
    tracked.press(Qt.Key.Key_Q)
    assert hidden() == [HERE, HERE + 1, HERE + 2]
    tracked.press(Qt.Key.Key_Q)
    assert hidden() == []


def test_f2_labels_the_selected_tracks(tracked: Stage) -> None:
    tracked.press(Qt.Key.Key_F2)
    dialog = tracked.window.findChild(DescribeTracksDialog)
    dialog.label_box.setText("goalkeeper")
    dialog.add_line("team", "blue")
    dialog.add_line("", "")
    undone_again(tracked, dialog.accept)
    track = tracked.session.track(chosen(tracked))
    assert (track.label, track.attributes) == ("goalkeeper", {"team": "blue"})
    tracked.press(Qt.Key.Key_F2)
    again = tracked.window.findChildren(DescribeTracksDialog)[-1]
    assert again.label_box.text() == "goalkeeper"
    before = tracked.session.project.digest()
    again.accept()
    assert tracked.session.project.digest() == before, "nothing typed, nothing changed"


def test_a_table_without_attributes_says_what_may_be_noted(tracked: Stage) -> None:
    tracked.press(Qt.Key.Key_F2)
    dialog = tracked.window.findChildren(DescribeTracksDialog)[-1]
    remove = dialog.findChild(QPushButton, "remove_attribute")
    (hint,) = dialog.table.viewport().findChildren(QLabel)
    assert hint.isVisible() and not remove.isEnabled()
    tracked.qtbot.mouseClick(
        dialog.findChild(QPushButton, "add_attribute"), Qt.MouseButton.LeftButton
    )
    assert not hint.isVisible() and remove.isEnabled()
    tracked.qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert hint.isVisible() and not remove.isEnabled()
    dialog.reject()


def test_a_corner_dragged_with_the_mouse_resizes_and_snaps_to_the_edge(tracked: Stage) -> None:
    canvas = tracked.window.canvas
    box_id = tracked.session.selection.box_id
    before = tracked.session.project.box(box_id).box_xyxy
    corner = canvas.to_widget(before[0], before[1])
    target = canvas.to_widget(1.5, 2.0)
    undone_again(tracked, lambda: Mouse(canvas).drag(corner, target))
    x1, y1, x2, y2 = tracked.session.project.box(box_id).box_xyxy
    assert (x1, y1) == (0.0, 0.0)
    assert (x2, y2) == pytest.approx(before[2:])


def test_a_box_dragged_with_the_mouse_moves(tracked: Stage) -> None:
    canvas = tracked.window.canvas
    box_id = tracked.session.selection.box_id
    before = tracked.session.project.box(box_id).box_xyxy
    placed = canvas.editable_box
    centre = placed.rect.center()
    Mouse(canvas).drag(centre, centre + QPointF(30, 0))
    moved = tracked.session.project.box(box_id).box_xyxy
    assert moved[0] - before[0] == pytest.approx(30 / canvas.zoom, abs=0.5)
    assert moved[1] == pytest.approx(before[1])


def select_all_tracks(stage: Stage) -> list[TrackId]:
    tracks = [track.track_id for track in stage.session.tracks()]
    stage.session.select_tracks(tracks)
    return tracks


def test_deleting_several_tracks_is_one_step(tracked: Stage) -> None:
    tracks = select_all_tracks(tracked)
    assert len(tracks) >= 3
    count = sum(track.box_count for track in tracked.session.tracks())
    undone_again(tracked, lambda: tracked.press(Qt.Key.Key_Delete, CTRL | SHIFT))
    assert tracked.session.tracks() == ()
    assert f"{count} boxes" in tracked.answers.asked[-1]
    tracked.press(Qt.Key.Key_Z, CTRL)
    assert len(tracked.session.tracks()) == len(tracks)


def test_merging_several_tracks_is_one_step(tracked: Stage) -> None:
    first = chosen(tracked)
    pieces = [first]
    for frame in (HERE, HERE + 3):
        tracked.go_to(frame)
        tracked.session.select_tracks((pieces[-1],))
        tracked.press(Qt.Key.Key_S)
        pieces.append(chosen(tracked))
    assert len(set(pieces)) == 3
    tracked.session.select_tracks(pieces)
    undone_again(tracked, lambda: tracked.press(Qt.Key.Key_M, SHIFT))
    assert tracked.session.project.undo_title.startswith("Merge track")
    assert all(tracked.session.track(piece) is None for piece in pieces[1:])


def two_here(stage: Stage) -> None:
    a, b = stage.numbers_here()[:2]
    stage.click_box(a)
    stage.click_box(b, additive=True)


def test_the_blast_radius_stands_on_the_status_line_before_a_swap(tracked: Stage) -> None:
    tracked.session.set_range(None)
    tracked.session.select_tracks(())
    tracked.press(Qt.Key.Key_Y)  # all tracks, up to here
    digest = tracked.session.project.digest()
    two_here(tracked)
    tracked.wait(lambda: "boxes, 2 tracks" in tracked.window.status_line.standing)
    assert "1 verified stretch" in tracked.window.status_line.standing
    assert tracked.session.project.digest() == digest
    tracked.press(Qt.Key.Key_X)
    assert "boxes, 2 tracks, 1 verified stretch" in tracked.window.status_line.text


def test_an_action_under_the_pointer_says_what_it_would_touch(tracked: Stage) -> None:
    track = tracked.session.track(chosen(tracked))
    digest = tracked.session.project.digest()
    tracked.window.action_set["delete_track"].hover()
    assert f"{track.box_count} boxes, 1 track" in tracked.window.status_line.text
    assert tracked.session.project.digest() == digest


def test_a_wide_delete_names_the_verified_stretches_it_breaks(tracked: Stage) -> None:
    tracked.press(Qt.Key.Key_Y)  # the selected track
    tracked.answers.agrees = False
    tracked.press(Qt.Key.Key_Delete, CTRL | SHIFT)
    assert "1 verified stretch" in tracked.answers.asked[-1]
    tracked.press(Qt.Key.Key_Delete, SHIFT)
    assert "1 verified stretch" in tracked.answers.asked[-1]


def test_ctrl_held_lists_look_alikes_with_their_pictures(tracked: Stage) -> None:
    first = chosen(tracked)
    tracked.press(Qt.Key.Key_S)
    later = chosen(tracked)
    listed = tracked.window.assign_list
    press = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Control, CTRL)
    QApplication.sendEvent(tracked.window.windowHandle(), press)
    tracked.wait(listed.isVisible)
    assert listed.rows[0].match.track_id == first
    tracked.wait(lambda: all(row.match.crop_bgr is not None for row in listed.rows))
    similarities = [row.match.similarity for row in listed.rows]
    assert similarities == sorted(similarities, reverse=True)
    tracked.qtbot.mouseClick(listed.rows[0], Qt.MouseButton.LeftButton)
    assert not listed.isVisible()
    assert tracked.session.track(later) is None


def test_time_counts_while_somebody_works_and_is_kept_in_the_file(tracked: Stage) -> None:
    now = [0.0]
    clock = ActivityClock(tracked.session, clock=lambda: now[0])
    clock._on_project_changed()
    kept = clock.seconds
    for _ in range(10):
        now[0] += 30.0
        tracked.session.go_to((tracked.session.frame_index + 1) % 40)
    now[0] += 3600.0
    tracked.session.go_to(0)
    assert clock.seconds - kept == pytest.approx(270)
    clock.keep()
    again = ActivityClock(tracked.session, clock=lambda: now[0])
    again._on_project_changed()
    assert again.seconds == pytest.approx(clock.seconds, abs=0.1)
    assert again.minutes == int(again.seconds // 60)
