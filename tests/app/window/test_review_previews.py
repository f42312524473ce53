"""What the window shows of a suspicion around the queue: ghosts, strip, column, filter, loop."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from review_driving import make_errors, press, queue_of, swaps, wait_for_queue
from window_stage import Stage

from trackmend_app.review.proposal_preview import preview
from trackmend_app.review.queue_snapshot import suspicion_map
from trackmend_app.timeline.lane_order import LaneSort
from trackmend_app.tracks.track_model import Column
from trackmend_core.project.edits import DeleteStretch
from trackmend_core.review import ReviewIndex, SuspicionKind


@pytest.fixture
def swapped(stage: Stage) -> Stage:
    make_errors(stage)
    return stage


def test_ghosts_show_whom_each_box_would_belong_to_and_nothing_is_written(swapped: Stage) -> None:
    (wrong,) = swaps(swapped)
    before = swapped.session.project.digest()
    queue_of(swapped).take(wrong)
    swapped.wait(lambda: swapped.window.canvas_presenter.shown_frame == wrong.frame)
    swapped.wait(lambda: bool(swapped.window.canvas.ghosts))
    here = {box.number: box.box_xyxy for box in swapped.session.boxes_at(wrong.frame)}
    one, other = wrong.numbers
    shown = {ghost.number: ghost.box_xyxy for ghost in swapped.window.canvas.ghosts}
    assert shown[one] == pytest.approx(here[other], abs=0.01)
    assert shown[other] == pytest.approx(here[one], abs=0.01)
    assert swapped.window.canvas.proposal_text.startswith("Proposed: swap track")
    with_ghosts = swapped.window.canvas.grab().toImage()

    swapped.go_to(wrong.frame - 8)
    assert not swapped.window.canvas.ghosts, "before the cut nothing would change"
    swapped.go_to(wrong.frame)
    lanes = {ghost.lane: ghost for ghost in swapped.window.timeline.ghosts}
    assert set(lanes) == set(wrong.tracks)
    assert {ghost.number for ghost in lanes.values()} == {one, other}
    assert {ghost.first_frame for ghost in lanes.values()} == {wrong.proposal.edit.first_frame}
    assert swapped.session.project.digest() == before

    press(swapped, Qt.Key.Key_Escape)
    assert not swapped.window.canvas.ghosts
    assert not swapped.window.timeline.ghosts
    assert swapped.window.canvas.proposal_text == ""
    assert swapped.window.canvas.grab().toImage() != with_ghosts


def test_the_reach_that_is_told_is_that_of_the_edit(swapped: Stage) -> None:
    project, run = swapped.session.project, swapped.session.run
    project.verify(run.run_id, 25, 30)
    project.verify(run.run_id, 0, 3)
    (wrong,) = swaps(swapped)
    project.verify(run.run_id, 10, 12, track_id=wrong.tracks[0])
    project.verify(run.run_id, 35, 39, track_id=wrong.tracks[1])
    index = ReviewIndex.open(project, run.run_id)
    for suspicion in index.suspicions():
        for proposal in (suspicion.proposal, suspicion.runner_up):
            if proposal is None or proposal.edit is None:
                continue
            told = preview(index, proposal.edit, verified=project.verified(run.run_id))
            found = project.preview(proposal.edit)
            assert told.boxes == found.box_count, proposal.title
            assert told.verified == found.verified_changed, proposal.title


def test_a_verified_stretch_that_the_fix_would_touch_is_said(swapped: Stage) -> None:
    (wrong,) = swaps(swapped)
    swapped.session.project.verify(swapped.session.run.run_id, 25, 30)
    swapped.bench.verification.refresh()
    queue_of(swapped).take(wrong)
    bar = swapped.window.review_panel.answer_bar
    swapped.wait(lambda: "touches 1 verified stretch" in bar.text)


def test_the_track_list_shows_sorts_and_finds_suspicious_tracks(swapped: Stage) -> None:
    table, queue = swapped.window.track_table, queue_of(swapped)
    every = set(table.shown_numbers)
    (wrong,) = swaps(swapped)
    queue.take(wrong)
    press(swapped, Qt.Key.Key_Return)
    while suspected(swapped) == every:
        press(swapped, Qt.Key.Key_W)
    table.filter_box.setText("suspicious")
    assert set(table.shown_numbers) == suspected(swapped)
    table.filter_box.setText("susp")
    assert set(table.shown_numbers) == suspected(swapped)
    table.filter_box.clear()
    table.view.sortByColumn(Column.SUSPICION, Qt.SortOrder.DescendingOrder)
    assert table.shown_numbers[-1] not in suspected(swapped)
    table.filter_box.setText("suspicious")
    while queue.snapshot.open:
        press(swapped, Qt.Key.Key_N)
        press(swapped, Qt.Key.Key_W)
        assert set(table.shown_numbers) == suspected(swapped), "the list follows the queue"


def suspected(stage: Stage) -> set[int]:
    return {number for one in queue_of(stage).snapshot.open for number in one.numbers}


def test_lanes_can_be_sorted_by_suspicion(swapped: Stage) -> None:
    swapped.trigger("lanes_by_suspicion")
    assert swapped.window.tracks_presenter.order.sort is LaneSort.SUSPICION
    assert swapped.window.action_set["lanes_by_suspicion"].isChecked()
    of_track = queue_of(swapped).map.of_track
    lanes = swapped.window.timeline
    shown = [
        of_track.get(track.track_id, 0.0)
        for row in range(lanes.lane_layout.count)
        if (track := lanes.track_at(lanes.lane_layout.y_of(row) + 2)) is not None
    ]
    assert shown == sorted(shown, reverse=True)
    assert shown[0] > 0


def test_the_strip_rises_where_something_is_suspected(swapped: Stage) -> None:
    (wrong,) = swaps(swapped)
    strip = queue_of(swapped).map.of_frame
    assert strip.shape == (swapped.session.video.frame_count,)
    assert strip[wrong.frame] >= wrong.probability - 1e-6
    alone = suspicion_map([wrong], frame_count=len(strip), frame_rate=25.0).of_frame
    assert alone[wrong.frame] == pytest.approx(wrong.probability)
    assert alone[wrong.frame] > alone[wrong.frame + 1] > alone[wrong.frame + 4]
    assert alone[wrong.frame - 1] == pytest.approx(alone[wrong.frame + 1])
    at_the_start = replace(wrong, frame=0, first_frame=0, last_frame=len(strip) - 1)
    whole = suspicion_map([at_the_start], frame_count=len(strip), frame_rate=25.0).of_frame
    assert whole[0] == pytest.approx(wrong.probability) == whole.max()
    assert 0 < whole[-1] < wrong.probability / 2
    far = np.abs(np.arange(len(strip)) - wrong.frame) > 10
    assert alone[far].max() < wrong.probability / 2
    timeline = swapped.window.timeline
    with_strip = timeline.grab().toImage()
    timeline.set_suspicion(np.zeros_like(strip))
    assert timeline.grab().toImage() != with_strip


def test_the_status_line_counts_what_is_left(swapped: Stage) -> None:
    queue = queue_of(swapped)
    assert f"{len(queue.snapshot.open)} events left" in swapped.window.status_line.text
    answers = 0
    while queue.snapshot.open:
        press(swapped, Qt.Key.Key_N)
        press(swapped, Qt.Key.Key_W)
        answers, left = answers + 1, len(queue.snapshot.open)
        assert f" {left} event" in swapped.window.status_line.text
        assert swapped.window.review_panel.summary.startswith(f"{left} left · {answers} done · ")
    assert swapped.window.review_panel.message == "Nothing suspicious is left"


def test_l_loops_the_event_and_goes_on_with_the_next(swapped: Stage) -> None:
    playback = swapped.bench.playback
    press(swapped, Qt.Key.Key_N)
    first = queue_of(swapped).event_range
    swapped.press(Qt.Key.Key_L)
    assert playback.loop == first
    assert playback.is_playing
    assert swapped.session.frame_range is None, "no range is marked"
    press(swapped, Qt.Key.Key_N)
    assert playback.loop == queue_of(swapped).event_range
    assert playback.is_playing
    press(swapped, Qt.Key.Key_Escape)
    assert playback.loop is None
    assert not playback.is_playing


def test_the_event_is_brought_into_a_view_that_is_zoomed_in(swapped: Stage) -> None:
    canvas = swapped.window.canvas
    (wrong,) = swaps(swapped)
    swapped.go_to(0)
    canvas.set_zoom(8.0)
    canvas.centre_on(5, 5)
    queue_of(swapped).take(wrong)
    swapped.wait(lambda: swapped.window.canvas_presenter.shown_frame == wrong.frame)

    def numbers_in_sight() -> set[int]:
        return {placed.box.number for placed in canvas.placed_boxes}

    swapped.wait(lambda: not numbers_in_sight().isdisjoint(wrong.numbers))


def test_boxes_that_are_missed_are_brought_into_a_view_that_is_zoomed_in(swapped: Stage) -> None:
    canvas, queue, session = swapped.window.canvas, queue_of(swapped), swapped.session
    track = max(session.tracks(), key=lambda track: track.box_count)
    session.edit(DeleteStretch(track_id=track.track_id, first_frame=12, last_frame=15))
    wait_for_queue(swapped)
    missed = next(one for one in queue.snapshot.open if one.kind is SuspicionKind.MISSED)
    swapped.go_to(0)
    canvas.set_zoom(8.0)
    canvas.centre_on(5, 5)
    queue.take(missed)
    swapped.wait(lambda: bool(canvas.ghosts))
    assert not {box.track_id for box in session.boxes_at(missed.frame)} & set(missed.tracks)
    (ghost,) = canvas.ghosts
    x1, y1, x2, y2 = ghost.box_xyxy
    middle = canvas.to_widget((x1 + x2) / 2, (y1 + y2) / 2).toPoint()
    assert canvas.rect().contains(middle)


def test_a_queue_of_a_run_without_tracks_says_that_nothing_looks_suspicious(stage: Stage) -> None:
    stage.open_video()
    stage.detector.finds_nothing = True
    stage.run_model()
    wait_for_queue(stage)
    assert stage.window.review_panel.message == "Nothing looks suspicious"
    stage.press(Qt.Key.Key_N)
    assert "Nothing suspicious is left" in stage.notices[-1]
