"""Re-tracking under constraints by key and mouse, checked in the file: before, after, undone."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from PySide6.QtCore import Qt
from retrack_driving import (
    CTRL,
    HERE,
    SWITCH,
    click_tick,
    let_the_tracker_switch,
    move_slider,
    rows,
    tried,
)
from review_driving import press, wait_for_queue
from window_stage import Stage

from trackmend_app.retracking import control as retrack_control
from trackmend_app.retracking.change_list import CHANGE_ROLE
from trackmend_app.situation import Mode
from trackmend_core.project import Project
from trackmend_core.project.edits import DeleteTrack, DeleteTrackFrom, SwapTracks
from trackmend_core.review.retrack_diff import ChangeKind
from trackmend_core.types import Progress, TrackId


@pytest.fixture
def switched(stage: Stage) -> Stage:
    return let_the_tracker_switch(stage)


def in_file(stage: Stage) -> str:
    with closing(Project.open(stage.session.project.path)) as other:
        return other.digest()


def people(stage: Stage) -> dict[int, list[TrackId]]:
    """The track of every person of the drawing, frame by frame, as another program reads it."""
    run = stage.session.run
    found: dict[int, list[TrackId]] = {}
    with closing(Project.open(stage.session.project.path)) as other:
        for frame in range(HERE - 3, SWITCH + 8):
            stored = other.detections(run.run_id, frame)
            ids = stored.ids.tolist()
            for box in other.boxes_in_frame(run.run_id, frame):
                look = stored.detections.embeddings[ids.index(box.detection_id)]
                found.setdefault(round(float(look[0]) * 1e4), []).append(box.track_id)
    return found


def test_a_dry_run_is_not_seen_through_the_proposal_that_was_open(switched: Stage) -> None:
    canvas, timeline = switched.window.canvas, switched.window.timeline
    wait_for_queue(switched)
    press(switched, Qt.Key.Key_N)
    switched.wait(lambda: bool(timeline.ghosts))
    tried(switched)
    assert not timeline.ghosts and not canvas.ghosts
    switched.press(Qt.Key.Key_Escape)
    switched.wait(lambda: bool(timeline.ghosts))


def test_r_shows_who_trades_and_ctrl_enter_mends_it_as_one_edit(switched: Stage) -> None:
    before, edits = in_file(switched), len(switched.session.project.edits())
    assert sum(len(set(tracks)) > 1 for tracks in people(switched).values()) == 2
    tried(switched)
    assert in_file(switched) == before, "a dry run"
    assert switched.window.status_line.text.startswith("Re-track")
    assert "Esc leaves with nothing changed" in switched.window.status_line.text
    assert [kind for _, kind in rows(switched)] == [ChangeKind.REASSIGNED] * 2
    replay = switched.bench.retracking.replay
    boxes, tracks = switched.bench.retracking.radius
    changes = switched.session.project.preview(replay.outcome.edit())
    assert (boxes, tracks) == (changes.box_count, changes.track_count)
    assert f"{boxes} boxes, 2 tracks" in switched.window.status_line.text
    switched.press(Qt.Key.Key_Return, CTRL)
    after = in_file(switched)
    assert after != before
    assert len(switched.session.project.edits()) == edits + 1
    assert all(len(set(tracks)) == 1 for tracks in people(switched).values())
    assert switched.bench.corrections.mode is Mode.REVIEW
    switched.press(Qt.Key.Key_Z, CTRL)
    assert in_file(switched) == before
    switched.press(Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert in_file(switched) == after == switched.session.project.replay_digest()


def test_esc_leaves_with_nothing_changed_and_puts_the_window_back(switched: Stage) -> None:
    before = in_file(switched)
    shown = {name: not switched.window.panels[name].isHidden() for name in ("film", "history")}
    tried(switched)
    assert (
        switched.window.retracking.after.isVisible()
        and switched.window.retracking.panel.isVisible()
    )
    switched.press(Qt.Key.Key_Escape)
    assert not switched.window.retracking.after.isVisible()
    assert not switched.window.retracking.panel.isVisible()
    assert {name: not switched.window.panels[name].isHidden() for name in shown} == shown
    assert switched.window.status_line.text.startswith("Review")
    assert in_file(switched) == before and not switched.session.project.edits()
    assert not switched.window.action_set["accept_retrack"].isEnabled()


def test_the_canvas_beside_shows_the_frame_as_it_would_be(switched: Stage) -> None:
    tried(switched)
    switched.go_to(SWITCH + 2)
    now = {box.box_xyxy: box.number for box in switched.session.boxes_at(SWITCH + 2)}
    after = switched.window.retracking.after
    then = {one.box.box_xyxy: one.box.number for one in after.placed_boxes}
    assert then.keys() == now.keys()
    differing = {now[place] for place in now if now[place] != then[place]}
    assert len(differing) == 2
    assert after.editable_box is None
    switched.window.canvas.zoom_in()
    assert after.transform == switched.window.canvas.transform
    after.pan_by(-5, 3)
    assert after.transform == switched.window.canvas.transform


def test_the_lanes_show_at_their_foot_whose_their_boxes_would_be(switched: Stage) -> None:
    timeline = switched.window.timeline
    before = timeline.viewport().grab().toImage()
    tried(switched)
    stretches = [one for lane in timeline._content.after.values() for one in lane]
    assert {(one.first_frame, one.number is None) for one in stretches} == {(SWITCH, False)}
    assert timeline.viewport().grab().toImage() != before
    switched.press(Qt.Key.Key_Escape)
    assert timeline._content.after == {}


def test_a_slider_tries_another_threshold_and_says_how_many_suspicions_it_leaves(
    switched: Stage,
) -> None:
    before = in_file(switched)
    tried(switched)
    first = switched.bench.retracking.replay
    assert not switched.bench.retracking.counts_camera_still
    move_slider(switched, "score_threshold", Qt.Key.Key_PageUp, 11)  # above every score
    replay = switched.bench.retracking.replay
    assert replay.settings.score_threshold == pytest.approx(0.95)
    assert {kind for _, kind in rows(switched)} == {ChangeKind.CUT}
    told = [
        switched.window.retracking.panel.tried.item(row).text()
        for row in range(switched.window.retracking.panel.tried.count())
    ]
    assert told[0] == f"{first.suspicions}  ·  as the run"
    assert told[1] == f"{replay.suspicions}  ·  Score at least 0.95"
    assert in_file(switched) == before
    switched.window.retracking.panel.tried.setCurrentRow(0)
    control = switched.bench.retracking
    switched.wait(lambda: not control.is_computing)
    assert control.settings == first.settings
    assert len(control.tried) == 2


def test_only_what_is_ticked_is_taken_over(switched: Stage) -> None:
    tried(switched)
    move_slider(switched, "score_threshold", Qt.Key.Key_PageUp, 11)
    listed = rows(switched)
    assert len(listed) >= 2
    click_tick(switched, 0)
    kept = listed[0][0]
    counts = {track.number: track.box_count for track in switched.session.tracks()}
    switched.press(Qt.Key.Key_Return, CTRL)
    left = {track.number: track.box_count for track in switched.session.tracks()}
    assert left[kept] == counts[kept]
    for number, _ in listed[1:]:
        assert left.get(number, 0) < counts[number]


def test_with_nothing_ticked_there_is_nothing_to_accept(switched: Stage) -> None:
    tried(switched)
    click_tick(switched, 0)
    assert switched.bench.retracking.ticked == frozenset(), "those that trade go together"
    assert not switched.window.action_set["accept_retrack"].isEnabled()
    assert not switched.window.retracking.panel.accept_button.isEnabled()
    click_tick(switched, 1)
    assert switched.window.retracking.panel.accept_button.isEnabled()
    assert len(switched.bench.retracking.ticked) == 1


def test_a_row_goes_to_where_its_track_first_differs(switched: Stage) -> None:
    tried(switched)
    view = switched.window.retracking.panel.changes
    view.setFocus()
    switched.qtbot.keyClick(view, Qt.Key.Key_Down)
    assert switched.session.frame_index == SWITCH
    number = view.currentItem().data(CHANGE_ROLE).number
    (chosen,) = switched.session.selection.track_ids
    assert switched.session.track(chosen).number == number


def test_where_nothing_would_change_it_says_so(switched: Stage) -> None:
    switched.go_to(HERE)
    a, b = (TrackId(one) for one in _traded(switched))
    switched.session.edit(SwapTracks(track_a=a, track_b=b, first_frame=SWITCH))
    tried(switched)
    assert rows(switched) == []
    assert "nothing would change" in switched.window.status_line.text
    assert not switched.window.action_set["accept_retrack"].isEnabled()


def _traded(stage: Stage) -> list[int]:
    sets = [set(tracks) for tracks in people(stage).values() if len(set(tracks)) > 1]
    return sorted(sets[0])


def test_an_edit_in_the_middle_of_it_is_taken_into_account(switched: Stage) -> None:
    tried(switched)
    a, b = _traded(switched)
    switched.session.edit(SwapTracks(track_a=TrackId(a), track_b=TrackId(b), first_frame=SWITCH))
    control = switched.bench.retracking
    assert control.is_computing and not control.can_accept
    switched.wait(lambda: not control.is_computing)
    assert rows(switched) == []


def test_verified_stretches_and_what_was_deleted_stay_as_they_are(switched: Stage) -> None:
    a, _ = _traded(switched)
    run = switched.session.run
    switched.session.project.verify(run.run_id, SWITCH, 39)
    tried(switched)
    assert rows(switched) == []
    switched.press(Qt.Key.Key_Escape)
    (stretch,) = switched.session.project.verified(run.run_id)
    switched.session.project.unverify(stretch.stretch_id)
    switched.session.edit(DeleteTrackFrom(track_id=TrackId(a), from_frame=SWITCH))
    tried(switched)
    added = switched.bench.retracking.replay.outcome.added
    assert added == ()


def test_another_mode_ends_the_dry_run(switched: Stage) -> None:
    tried(switched)
    switched.press(Qt.Key.Key_B)
    assert switched.bench.corrections.mode is Mode.NEW_BOX
    assert not switched.bench.retracking.is_active
    assert not switched.window.retracking.after.isVisible()


def test_closing_the_project_ends_the_dry_run(switched: Stage) -> None:
    switched.press(Qt.Key.Key_R)
    switched.trigger("close_project")
    switched.wait(lambda: not switched.bench.retracking.runner.is_running)
    assert not switched.bench.retracking.is_active and not switched.errors


def test_the_list_is_ticked_by_space_and_leaves_the_video_alone(switched: Stage) -> None:
    tried(switched)
    switched.window.activateWindow()
    view = switched.window.retracking.panel.changes
    view.setFocus()
    switched.wait(view.hasFocus)
    switched.qtbot.keyClick(view, Qt.Key.Key_Down)
    switched.qtbot.keyClick(view, Qt.Key.Key_Space)
    assert switched.bench.retracking.ticked == frozenset()
    assert not switched.bench.playback.is_playing
    switched.qtbot.keyClick(view, Qt.Key.Key_Space)
    assert len(switched.bench.retracking.ticked) == 1


def test_n_leaves_the_dry_run_for_the_queue(switched: Stage) -> None:
    queue = switched.bench.review
    switched.wait(lambda: bool(queue.events_left))
    before = in_file(switched)
    tried(switched)
    switched.press(Qt.Key.Key_N)
    assert not switched.bench.retracking.is_active
    switched.wait(lambda: queue.current is not None)
    assert switched.window.panels["review"].isVisible()
    assert switched.window.action_set["accept_fix"].isEnabled()
    assert in_file(switched) == before
    tried(switched)
    switched.press(Qt.Key.Key_Escape)
    assert queue.current is not None, "the suspicion at hand waits until the dry run is left"
    assert switched.window.panels["review"].isVisible()


def test_a_replay_that_an_edit_made_fail_is_done_again(
    switched: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = switched.bench.retracking
    may_fail = threading.Event()

    def fails(*_given: object, **_named: object) -> Iterator[Progress]:
        yield Progress(done=0, total=1, message="")
        may_fail.wait(60)
        raise KeyError("a track that went")

    monkeypatch.setattr(retrack_control, "replay", fails)
    switched.press(Qt.Key.Key_R)
    switched.wait(lambda: control.runner.is_running)
    monkeypatch.undo()
    switched.session.edit(DeleteTrack(track_id=switched.session.tracks()[-1].track_id))
    may_fail.set()
    switched.wait(lambda: control.replay is not None)
    assert not switched.errors
    assert control.is_active


def test_suspicions_are_counted_as_the_queue_counts_them(switched: Stage) -> None:
    queue = wait_for_queue(switched)
    open_at_first = len(queue.snapshot.open)
    press(switched, Qt.Key.Key_N)
    press(switched, Qt.Key.Key_W)
    assert len(queue.snapshot.open) == open_at_first - 1
    tried(switched)
    assert switched.bench.retracking.replay.looked_at.suspicions == open_at_first - 1
