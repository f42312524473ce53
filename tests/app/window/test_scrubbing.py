"""A frame that stands in for the wanted one is marked, and nothing can be done to it by mistake."""

from PySide6.QtCore import Qt
from view_records import Mouse
from window_stage import Stage

from trackmend_app.canvas_presenter import STALE_MS


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
    stage.qtbot.wait(2 * STALE_MS)
    assert canvas.stands_in
    stage.bench.loader.frame_ready.emit(30, image)
    assert not canvas.stands_in


def test_a_near_frame_that_comes_after_the_wanted_one_is_dropped(stage: Stage) -> None:
    tracked(stage)
    image = stage.window.canvas_presenter.shown_image
    stage.session.go_to(30)
    stage.bench.loader.frame_ready.emit(30, image)
    stage.bench.loader.near_ready.emit(20, image)
    assert stage.window.canvas_presenter.shown_frame == 30
