"""A frame that stands in for the wanted one is marked, and nothing can be done to it by mistake."""

from job_driving import run_until
from PySide6.QtCore import Qt
from view_records import Mouse
from window_stage import Stage

from trackmend_app.jobs.frame_loader import glimpse_key


def tracked(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(5)
    # From here on the test hands out the frames.
    stage.session.frame_changed.disconnect(stage.bench.loader.request)


def test_a_near_frame_is_shown_with_its_own_boxes_and_marked(stage: Stage) -> None:
    tracked(stage)
    canvas, presenter = stage.window.canvas, stage.window.canvas_presenter
    image = presenter.shown_image
    stage.session.go_to(30)
    stage.bench.loader.near_ready.emit(20, image)
    assert presenter.shown_frame == 20
    assert canvas.stands_in
    drawn = {placed.box.box_id for placed in canvas.placed_boxes}
    assert drawn == {box.box_id for box in stage.session.boxes_at(20)}
    stage.bench.loader.frame_ready.emit(30, image)
    assert not canvas.stands_in
    assert presenter.shown_frame == 30


def test_boxes_of_a_near_frame_cannot_be_clicked_or_dragged(stage: Stage) -> None:
    tracked(stage)
    canvas, image = stage.window.canvas, stage.window.canvas_presenter.shown_image
    stage.session.go_to(30)
    stage.bench.loader.near_ready.emit(20, image)
    before = stage.session.project.digest()
    placed = canvas.placed_boxes[0]
    mouse = Mouse(canvas)
    mouse.click(placed.label.center())
    assert not stage.session.selection.track_ids
    stage.session.select_tracks([placed.box.track_id])
    assert canvas.editable_box is None
    mouse.drag(placed.rect.center(), placed.rect.topLeft())
    stage.press(Qt.Key.Key_B)
    mouse.drag(canvas.to_widget(20, 20), canvas.to_widget(80, 90))
    assert stage.session.project.digest() == before
    stage.press(Qt.Key.Key_Escape)


def test_a_frame_that_takes_long_is_marked_until_it_comes(stage: Stage) -> None:
    tracked(stage)
    canvas, image = stage.window.canvas, stage.window.canvas_presenter.shown_image
    stage.session.go_to(30)
    assert not canvas.stands_in, "a frame that comes at once needs no mark"
    stage.wait(lambda: canvas.stands_in)
    stage.bench.loader.frame_ready.emit(30, image)
    assert not canvas.stands_in


def test_a_near_frame_that_comes_after_the_wanted_one_is_dropped(stage: Stage) -> None:
    tracked(stage)
    image = stage.window.canvas_presenter.shown_image
    stage.session.go_to(30)
    stage.bench.loader.frame_ready.emit(30, image)
    stage.bench.loader.near_ready.emit(20, image)
    assert stage.window.canvas_presenter.shown_frame == 30


def test_glimpses_of_the_open_video_are_made_and_leave_with_it(stage: Stage) -> None:
    stage.open_video()
    before = {path: path.stat().st_mtime_ns for path in stage.video.parent.iterdir()}
    kept = stage.bench.glimpses
    stage.wait(lambda: len(kept) > 0)
    assert kept.nearest(glimpse_key(stage.video), 39) is not None
    assert {path: path.stat().st_mtime_ns for path in stage.video.parent.iterdir()} == before
    stage.trigger("close_project")
    assert len(kept) == 0


def test_no_glimpse_is_made_while_the_model_runs(stage: Stage) -> None:
    stage.open_video()
    maker = stage.bench.glimpse_maker
    stage.wait(lambda: len(stage.bench.glimpses) > 0)
    run_until(stage, 3)
    with stage.qtbot.assertNotEmitted(maker.finished, wait=700):
        maker.open(stage.video)
    assert stage.bench.runs.runner.is_running
    stage.detector.let_go()
