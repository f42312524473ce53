"""The first similarity map: its network is loaded beforehand, or the panel says what takes long."""

import threading

from PySide6.QtCore import Qt
from review_driving import wait_for_queue
from window_stage import Stage

from trackmend_app.model_shelf import ReadyDetector


def reopened(stage: Stage) -> Stage:
    """A tracked project in a window that has loaded no network yet."""
    stage.open_video()
    stage.run_model()
    path = stage.session.project.path
    stage.close()
    stage.open_window()
    stage.drop(path)
    return stage


def test_the_network_is_loaded_when_the_queue_is_there_before_anything_is_selected(
    stage: Stage,
) -> None:
    reopened(stage)
    wait_for_queue(stage)
    model = stage.bench.similarity.run_model_path()
    stage.wait(lambda: stage.bench.shelf.holds(model))
    assert stage.session.selection.track_ids == ()


def test_without_the_panel_no_network_is_loaded(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.trigger("panel_similarity")
    reopened(stage)
    wait_for_queue(stage)
    stage.qtbot.wait(400)
    assert not stage.bench.shelf.holds(stage.bench.similarity.run_model_path())


def test_the_panel_says_what_is_done_for_the_first_map(stage: Stage) -> None:
    reopened(stage)
    wait_for_queue(stage)
    shelf, load, may_load = stage.bench.shelf, stage.bench.shelf._load, threading.Event()
    stage.wait(lambda: shelf.holds(stage.bench.similarity.run_model_path()))
    shelf._held = None  # as if it had never been loaded

    def slow(*given: object, **named: object) -> ReadyDetector:
        may_load.wait(60)
        return load(*given, **named)

    shelf._load = slow
    detector, may_read = stage.detector, threading.Event()
    map_of = detector.detect_with_map

    def slow_map(image: object) -> object:
        may_read.wait(60)
        return map_of(image)

    detector.detect_with_map = slow_map
    worker, asked = stage.bench.similarity._worker, []
    ask = worker.ask
    worker.ask = lambda question: asked.append(question.frames[0]) or ask(question)
    tiles = stage.window.why.similarity_panel.tiles
    now = next(tile for tile in tiles if tile.offset == 0)
    try:
        stage.go_to(20)
        stage.click_box(stage.numbers_here()[0])
        stage.wait(lambda: now.said == "loading the network…")
        stage.press(Qt.Key.Key_F)
        assert stage.session.frame_index == 21, "the window goes on meanwhile"
        stage.wait(lambda: asked[-1:] == [21])
        may_load.set()
        stage.wait(lambda: now.said == "reading the frame…")
    finally:
        may_load.set()
        may_read.set()
    stage.wait(lambda: now.similarity is not None)
    assert now.said == ""
