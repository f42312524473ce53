"""Refining tracks and tracking boxes of a file, in the window."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from window_stage import Stage

from trackmend_app.dialogs.refinement import RefinementDialog
from trackmend_core.project.edits import DeleteBox, SplitTrack


@pytest.fixture
def broken(stage: Stage) -> Stage:
    """A tracked video in which the longest track is cut and lacks three boxes."""
    stage.open_video()
    stage.run_model()
    longest = max(stage.session.tracks(), key=lambda track: track.box_count)
    boxes = stage.session.project.boxes_of_track(longest.track_id)
    middle = len(boxes) // 2
    for box in boxes[middle - 3 : middle]:
        stage.session.edit(DeleteBox(box_id=box.box_id))
    stage.session.edit(SplitTrack(track_id=longest.track_id, at_frame=boxes[middle].frame_index))
    return stage


def open_dialog(stage: Stage) -> RefinementDialog:
    stage.trigger("refine")
    stage.wait(lambda: stage.window.findChild(RefinementDialog) is not None)
    dialog = stage.window.findChild(RefinementDialog)
    assert isinstance(dialog, RefinementDialog)
    return dialog


def press(dialog: RefinementDialog, text: str) -> None:
    next(button for button in dialog.findChildren(QPushButton) if button.text() == text).click()


def test_what_is_ticked_becomes_one_edit(broken: Stage) -> None:
    before, count = broken.session.project.digest(), len(broken.session.tracks())
    edits = len(broken.session.project.edits())
    dialog = open_dialog(broken)
    assert broken.session.project.digest() == before, "nothing is applied silently"
    links = [key for key in dialog.chosen if key.startswith("link")]
    assert len(links) == 1
    press(dialog, "Tick none")
    assert dialog.chosen == ()
    rows = [dialog.proposals.item(n) for n in range(dialog.proposals.count())]
    row = next(row for row in rows if row.data(Qt.ItemDataRole.UserRole) == links[0])
    assert "seems to go on with track" in row.text()
    row.setCheckState(Qt.CheckState.Checked)
    press(dialog, "Apply as one edit")
    assert len(broken.session.tracks()) == count - 1
    assert len(broken.session.project.edits()) == edits + 1
    assert not broken.errors
    broken.trigger("undo")
    assert broken.session.project.digest() == before


def test_nothing_ticked_can_not_be_applied_and_cancel_changes_nothing(broken: Stage) -> None:
    before = broken.session.project.digest()
    dialog = open_dialog(broken)
    press(dialog, "Tick none")
    apply = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Apply as one edit")
    assert not apply.isEnabled()
    press(dialog, "Tick all")
    assert apply.isEnabled()
    dialog.reject()
    assert broken.session.project.digest() == before


def test_boxes_of_a_file_are_tracked_as_a_new_run(stage: Stage, tmp_path: Path) -> None:
    stage.open_video()
    stage.run_model()
    first = stage.session.run
    count = stage.session.video.frame_count
    path = tmp_path / "det.txt"
    path.write_text("".join(f"{f + 1},-1,{40 + f},60,30,80,0.9\n" for f in range(count)))
    stage.answers.files = [path]
    stage.trigger("track_boxes")
    stage.wait(lambda: not stage.bench.runs.runner.is_running)
    assert not stage.errors, stage.errors
    assert stage.session.run.run_id != first.run_id
    (track,) = stage.session.tracks()
    assert track.box_count == count
    stored = stage.session.project.detections(stage.session.run.run_id, 5).detections
    assert np.allclose(stored.boxes_xyxy, [[45, 60, 75, 140]])
    assert stored.embeddings.shape[1] > 0


def test_boxes_that_do_not_fit_are_said_and_leave_no_run(stage: Stage, tmp_path: Path) -> None:
    stage.open_video()
    path = tmp_path / "det.txt"
    path.write_text("1,-1,a,0,5,5,1\n")
    stage.answers.files = [path]
    stage.trigger("track_boxes")
    stage.wait(lambda: bool(stage.errors))
    assert "det.txt, line 1" in str(stage.errors[0])
    assert stage.session.project.runs(stage.session.video.video_id) == []


def test_closing_the_project_ends_the_refinement(broken: Stage) -> None:
    broken.trigger("refine")
    assert broken.window.errands.runner.is_running
    broken.session.close_project()
    assert not broken.window.errands.runner.is_running, "ids mean others in the next project"
    assert not broken.errors, broken.errors
