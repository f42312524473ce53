import sqlite3
from contextlib import closing

import pytest
from job_driving import once_cancelled, run_until
from PySide6.QtCore import Qt
from window_stage import TIMEOUT_MS, Stage

from trackmend_core.project import RunStatus

CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_run_streams_its_boxes_onto_the_video_while_it_goes_on(stage: Stage) -> None:
    stage.open_video()
    shown: list[int] = []
    stage.window.canvas_presenter.frame_shown.connect(
        lambda _frame: shown.append(len(stage.window.canvas.placed_boxes))
    )
    stage.detector.delay_s = 0.01  # a tenth of a second and more for ten frames
    run_until(stage, 10)
    stage.wait(lambda: any(shown))
    for frame in (24, 39):
        before = len(shown)
        stage.detector.hold_at(frame)
        stage.wait(lambda before=before: any(shown[before:]) and stage.detector.is_held)
    assert stage.bench.runs.runner.is_running
    stage.detector.let_go()
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    assert stage.session.run.status is RunStatus.FINISHED


def test_a_run_tells_progress_speed_and_device(stage: Stage) -> None:
    stage.open_video()
    stage.detector.delay_s = 0.03
    run_until(stage, 30)
    stage.wait(lambda: "frames/s" in stage.window.run_strip.text)
    assert "of 40 frames" in stage.window.run_strip.text
    assert "left" in stage.window.run_strip.text
    assert "Fake · truth" in stage.window.status_line.text
    assert stage.window.status_line.text.startswith("Running")
    stage.detector.let_go()
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    assert not stage.window.run_strip.isVisible()


def test_the_speed_of_a_run_is_known_after_reopening_and_none_is_made_up(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    path, run = stage.session.project.path, stage.session.run
    speed = run.frames_per_second
    assert speed is not None and speed > 0
    stage.close()
    stage.open_window()
    stage.drop(path)
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame >= 0)
    told = f"{speed:.{0 if speed >= 10 else 1}f} frames/s"
    assert f"Fake · truth · {told}" in stage.window.status_line.text
    stage.close()
    with closing(
        sqlite3.connect(path, isolation_level=None)
    ) as file:  # as an older version left it
        file.execute("DELETE FROM state WHERE key LIKE 'frames_per_second%'")
    stage.open_window()
    stage.drop(path)
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame >= 0)
    assert "Fake · truth" in stage.window.status_line.text
    assert "frames/s" not in stage.window.status_line.text


def test_a_cancelled_run_keeps_its_frames_and_goes_on_under_the_same_ids(stage: Stage) -> None:
    stage.open_video()
    run_until(stage, 11)
    stage.trigger("cancel_run")
    stage.detector.let_go()
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    run = stage.session.run
    assert run.status is RunStatus.CANCELLED
    assert 0 < run.next_frame < 40
    assert "cancelled" in stage.window.run_strip.text
    kept = [box.number for box in stage.session.boxes_at(run.next_frame - 1)]
    stage.trigger("continue_run")
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    assert stage.session.run.run_id == run.run_id
    assert stage.session.run.status is RunStatus.FINISHED
    assert [box.number for box in stage.session.boxes_at(run.next_frame - 1)] == kept
    assert set(kept) & {box.number for box in stage.session.boxes_at(run.next_frame)}
    assert stage.detector.seen[-1] == 39


def test_a_paused_run_stands_still_and_goes_on(stage: Stage) -> None:
    stage.open_video()
    run_until(stage, 6)
    stage.trigger("pause_run")
    stage.detector.let_go()
    stage.qtbot.wait(200)
    assert stage.detector.seen == list(range(7)), "the frame at hand was ended"
    assert stage.window.status_line.text.startswith("Paused")
    stage.trigger("pause_run")
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    assert stage.session.run.status is RunStatus.FINISHED


def test_what_a_run_found_is_said_also_if_its_end_was_read_before_it_was_heard_of(
    stage: Stage,
) -> None:
    stage.open_video()
    run_until(stage, 39)
    thread = stage.bench.runs.runner._thread
    stage.wait(lambda: stage.session.run is not None)
    stage.detector.let_go()
    assert thread.wait(TIMEOUT_MS)
    stage.session.go_to(39)
    stage.session.refresh_run()  # as a timer does while a run goes on
    assert stage.session.run.status is RunStatus.FINISHED
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    assert stage.window.status_line.expected_shown.startswith("Done: 4 tracks")


def test_a_model_that_breaks_shows_a_dialog_and_keeps_project_and_frames(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.open_video()
    stage.detector.breaks_at = 20
    stage.trigger("run_model")
    stage.wait(lambda: bool(stage.errors))
    assert str(stage.errors[0]) == "the model broke"
    dialog = stage.window.findChild(object, "fault_dialog")
    assert dialog is not None and dialog.isVisible()
    assert "RuntimeError: the model broke" in caplog.text
    assert stage.session.project is not None
    assert stage.session.run.status is RunStatus.FAILED
    assert stage.session.run.next_frame == 20
    dialog.close()


def test_a_second_run_is_a_new_layer_beside_the_first(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    first = stage.session.run.run_id
    stage.run_model()
    video = stage.session.video.video_id
    assert stage.session.project.runs(video)[0].run_id == first
    assert stage.session.run.run_id != first
    stage.session.show_run(first)
    assert stage.session.run.run_id == first


def test_closing_the_window_stops_a_run_and_keeps_what_it_has(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.open_video()
    run_until(stage, 6)
    once_cancelled(monkeypatch, stage.detector.let_go)
    stage.close()
    assert any("Stop the run?" in question for question in stage.answers.asked)
    stage.open_window()
    stage.open_video()
    assert stage.session.run.status is RunStatus.CANCELLED
    assert stage.session.run.next_frame > 0


def test_a_person_who_does_not_want_to_stop_keeps_the_window(stage: Stage) -> None:
    stage.open_video()
    run_until(stage, 0)
    stage.answers.agrees = False
    stage.close()
    assert stage.window.isVisible()
    assert stage.bench.runs.runner.is_running
    stage.detector.let_go()
    stage.wait(lambda: not stage.bench.runs.runner.is_running)


def test_who_looks_elsewhere_during_a_run_is_left_there(stage: Stage) -> None:
    stage.open_video()
    stage.detector.delay_s = 0.03
    run_until(stage, 13)
    stage.wait(lambda: stage.session.frame_index > 0)
    stage.press(Qt.Key.Key_Home, CTRL)
    assert stage.session.frame_index == 0
    stage.detector.let_go()
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    assert stage.session.frame_index == 0


def test_the_status_line_says_what_made_the_run_that_is_shown(stage: Stage) -> None:
    stage.open_video()
    assert "no model loaded yet" in stage.window.status_line.text
    stage.run_model()
    stage.close()
    stage.open_window()
    stage.open_video()
    made_by = stage.session.run.description
    assert made_by and made_by in stage.window.status_line.text


def test_the_window_keeps_its_size_while_a_run_goes_on(stage: Stage) -> None:
    stage.open_video()
    stage.window.resize(1180, 720)
    stage.detector.delay_s = 0.05
    run_until(stage, 30)
    stage.wait(lambda: "left" in stage.window.run_strip.text)
    assert stage.window.size().toTuple() == (1180, 720)
    stage.detector.let_go()
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    assert stage.window.size().toTuple() == (1180, 720)


def test_while_the_model_is_loaded_nobody_is_told_to_run_it(stage: Stage) -> None:
    stage.open_video()
    panel, timeline = stage.window.review_panel, stage.window.timeline
    assert panel.message == "No tracks yet"
    empty = timeline.viewport().grab().toImage()
    stage.trigger("run_model")
    assert stage.session.run is None, "the model is only being loaded"
    assert panel.message == "Waiting for the run"
    assert timeline.viewport().grab().toImage() != empty
    stage.trigger("cancel_run")
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    if stage.session.run is None:
        assert panel.message == "No tracks yet"
        assert timeline.viewport().grab().toImage() == empty


def test_what_is_odd_about_a_project_is_still_said_once_its_video_is_shown(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trackmend_core.project.opening.is_on_network_drive", lambda path: True)
    stage.open_video()
    stage.wait(lambda: " × " in stage.window.status_line.text)
    assert "lies on a network drive" in stage.window.status_line.text


def test_a_run_that_is_followed_is_no_work_of_the_person(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.open_video()
    signs: list[int] = []
    monkeypatch.setattr(
        stage.bench.activity, "_clock", lambda: signs.append(stage.session.frame_index) or 0.0
    )
    stage.run_model()
    assert stage.session.frame_index == 39, "it was followed to the end"
    assert signs == []
    stage.press(Qt.Key.Key_D)
    assert signs == [38]
