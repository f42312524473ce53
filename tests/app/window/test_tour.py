from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from window_stage import Stage

from trackmend_app.help.tour import Step
from trackmend_app.review.queue_state import QueueState
from trackmend_app.sample_place import sample_folder, sample_project, sample_truth
from trackmend_core.project.edits import SwapTracks
from trackmend_core.synthetic import GroundTruth, write_ground_truth

SWAP_AT = 22


@pytest.fixture
def sample(stage: Stage, drawn: tuple[Path, GroundTruth]) -> Path:
    """A sample project as it lies in the data folder, with one known switch."""
    folder = sample_folder()
    folder.mkdir(parents=True)
    video = folder / "street.mp4"
    video.write_bytes(stage.video.read_bytes())
    write_ground_truth(sample_truth(folder), drawn[1])
    stage.drop(video)
    stage.wait(lambda: stage.window.canvas_presenter.shown_frame >= 0)
    stage.run_model()
    a, b = sorted(stage.session.tracks(), key=lambda track: -track.box_count)[:2]
    stage.session.edit(SwapTracks(track_a=a.track_id, track_b=b.track_id, first_frame=SWAP_AT))
    stage.trigger("close_project")
    (folder / "street.trackmend").rename(sample_project(folder))
    return sample_project(folder)


def begin(stage: Stage) -> None:
    stage.trigger("tour")
    stage.qtbot.waitUntil(lambda: stage.window.tour.step is Step.FIND, timeout=90_000)


def test_the_tour_waits_for_each_step_to_be_done_and_tells_what_came_of_it(
    stage: Stage, sample: Path
) -> None:
    tour, window = stage.window.tour, stage.window
    begin(stage)
    assert stage.session.project.path == sample
    assert tour.card.isVisible()
    before = tour.known_share
    assert before is not None
    assert before < 1
    assert f"{100 * before:.1f} % of the identities" in tour.card.text
    assert "Press N" in tour.card.text
    stage.press(Qt.Key.Key_N)
    assert tour.step is Step.WHY
    stage.qtbot.mouseClick(tour.card.go_on, Qt.MouseButton.LeftButton)
    assert tour.step is Step.MEND
    assert not tour.card.go_on.isVisible()
    stage.wait(lambda: window.action_set["accept_fix"].isEnabled())
    stage.press(Qt.Key.Key_Return)
    stage.wait(lambda: tour.step is Step.UNDO)
    assert len(stage.session.project.edits()) == 2
    stage.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert tour.step is Step.GO_ON
    queue = stage.bench.review
    stage.wait(lambda: queue.state is QueueState.READY)
    if queue.current is None:
        stage.press(Qt.Key.Key_N)
    stage.wait(lambda: queue.may_answer)
    stage.press(Qt.Key.Key_Return)
    stage.wait(lambda: len(stage.session.project.edits()) == 3)
    stage.qtbot.mouseClick(tour.card.go_on, Qt.MouseButton.LeftButton)
    stage.wait(lambda: tour.step is Step.DONE)
    assert f"{100 * before:.1f} % → 100.0 %" in tour.card.text
    stage.qtbot.mouseClick(tour.card.go_on, Qt.MouseButton.LeftButton)
    assert not tour.card.isVisible()
    assert not stage.errors


def test_the_tour_can_be_left_at_any_step(stage: Stage, sample: Path) -> None:
    begin(stage)
    stage.qtbot.mouseClick(stage.window.tour.card.leave, Qt.MouseButton.LeftButton)
    assert not stage.window.tour.card.isVisible()
    stage.press(Qt.Key.Key_N)
    assert stage.window.tour.step is Step.AWAY


def test_another_project_ends_the_tour(stage: Stage, sample: Path) -> None:
    begin(stage)
    stage.drop(stage.video)
    stage.wait(lambda: stage.window.tour.step is Step.AWAY)
    assert not stage.window.tour.card.isVisible()
