"""A project that is open twice: what the other window does is seen here, and nothing is lost."""

from PySide6.QtCore import Qt
from review_driving import queue_of
from window_stage import Stage

from trackmend_core.project import Project
from trackmend_core.project.edits import SplitTrack


def elsewhere(stage: Stage) -> Project:
    return Project.join(stage.session.project.path)


def test_an_edit_of_another_window_is_seen_here(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    queue = queue_of(stage)
    stage.wait(lambda: queue.state == "ready")
    stage.go_to(20)
    first = stage.session.tracks()[0]
    stage.session.select_tracks([first.track_id])
    count = len(stage.session.tracks())
    with elsewhere(stage) as other:
        other.edit(SplitTrack(track_id=first.track_id, at_frame=15))
    stage.wait(lambda: len(stage.session.tracks()) == count + 1)
    assert "another window" in stage.notices[-1]
    shown = {placed.box.number for placed in stage.window.canvas.placed_boxes}
    assert first.number not in shown, "the boxes of this frame are read anew, too"
    assert stage.window.track_table.view.model().rowCount() == count + 1
    stage.wait(lambda: queue.state == "ready")
    stage.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    stage.wait(lambda: len(stage.session.tracks()) == count)
    with elsewhere(stage) as other:
        assert other.digest() == other.replay_digest()


def test_what_this_window_does_itself_is_no_news(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(20)
    stage.session.select_tracks([stage.session.tracks()[0].track_id])
    for key in (Qt.Key.Key_S, Qt.Key.Key_Q):
        stage.press(key)
    stage.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    stage.press(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    stage.press(Qt.Key.Key_Y)
    stage.bench._foreign.look()
    assert not any("another window" in notice for notice in stage.notices)
