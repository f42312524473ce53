"""A newer run is offered the corrections of the earlier one, as one edit."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from window_stage import Stage

from trackmend_app.carrying.carry_dialog import CarryOverDialog
from trackmend_core.project.edits import DeleteBox, SwapTracks
from trackmend_core.types import FrameDetections, ImageArray


def dialog_of(stage: Stage) -> CarryOverDialog:
    stage.wait(lambda: stage.window.findChild(CarryOverDialog) is not None)
    dialog = stage.window.findChild(CarryOverDialog)
    assert isinstance(dialog, CarryOverDialog)
    return dialog


@pytest.fixture
def corrected(stage: Stage) -> Stage:
    """A tracked video in which two tracks were swapped from the middle on, as if by a person."""
    stage.open_video()
    stage.run_model()
    first, second = sorted(stage.session.tracks(), key=lambda t: -t.box_count)[:2]
    middle = stage.session.video.frame_count // 2
    swap = SwapTracks(track_a=first.track_id, track_b=second.track_id, first_frame=middle)
    stage.session.edit(swap)
    return stage


def rerun(stage: Stage) -> CarryOverDialog:
    stage.run_model()
    dialog = dialog_of(stage)
    assert not stage.errors, stage.errors
    return dialog


def test_after_a_new_run_the_corrections_become_one_edit_of_it(corrected: Stage) -> None:
    old = corrected.session.run.run_id
    project = corrected.session.project
    kept = project.boxes_in_range(old, 0, 10_000)
    dialog = rerun(corrected)
    new = corrected.session.run.run_id
    assert new != old
    before, count = project.digest(), len(project.edits())
    assert dialog.carry_button.isEnabled()
    assert " 1 correction becomes an edit of this run" in dialog.told.text()
    assert dialog.conflicts.isHidden() and dialog.height() < 260, "as high as what it says"
    corrected.qtbot.mouseClick(dialog.carry_button, Qt.MouseButton.LeftButton)
    assert not corrected.errors, corrected.errors
    edits = project.edits()
    assert len(edits) == count + 1 and edits[-1].run_id == new
    assert "carried over" in edits[-1].author and "carried over" not in project.author
    assert not dialog.carry_button.isEnabled() and dialog.isVisible()
    assert project.boxes_in_range(old, 0, 10_000) == kept
    corrected.trigger("undo")
    assert project.digest() == before


def test_closing_the_offer_changes_nothing_and_the_menu_brings_it_back(corrected: Stage) -> None:
    dialog = rerun(corrected)
    before = corrected.session.project.digest()
    dialog.reject()
    corrected.wait(lambda: corrected.window.findChild(CarryOverDialog) is None)
    assert corrected.session.project.digest() == before
    corrected.trigger("carry_over")
    assert dialog_of(corrected).carry_button.isEnabled()


def test_an_edit_made_meanwhile_is_not_overrun(corrected: Stage) -> None:
    dialog = rerun(corrected)
    box = corrected.session.project.boxes_in_frame(corrected.session.run.run_id, 2)[0]
    corrected.session.edit(DeleteBox(box_id=box.box_id))
    changed = corrected.session.project.digest()
    dialog.carry_button.click()
    assert "changed since" in str(corrected.errors[0])
    assert corrected.session.project.digest() == changed


def test_a_conflict_leads_to_its_frame(corrected: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames that were verified, and somebody whom the new run misses in one of them."""
    corrected.session.project.verify(corrected.session.run.run_id, 4, 8)
    see = corrected.detector.detect

    def miss_one(image_bgr: ImageArray) -> FrameDetections:
        found = see(image_bgr)
        return found.select(np.arange(1, len(found))) if corrected.detector.seen[-1] == 6 else found

    monkeypatch.setattr(corrected.detector, "detect", miss_one)
    dialog = rerun(corrected)
    assert dialog.conflicts.count() >= 1
    row = dialog.conflicts.item(0)
    assert "frame 7" in row.text()
    dialog.conflicts.setCurrentRow(0)
    corrected.qtbot.keyClick(dialog.conflicts, Qt.Key.Key_Return)
    assert corrected.session.frame_index == 6


def test_without_an_earlier_correction_nothing_is_offered(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.run_model()
    assert stage.window.findChild(CarryOverDialog) is None
    assert not stage.window.carry_presenter.runner.is_running
    stage.trigger("carry_over")
    stage.wait(lambda: bool(stage.errors))
    assert "No earlier run" in str(stage.errors[0])


def test_the_button_is_the_default_and_named(corrected: Stage) -> None:
    dialog = rerun(corrected)
    texts = {button.text().replace("&", "") for button in dialog.findChildren(QPushButton)}
    assert {"Carry over as one edit", "Close"} <= texts
    assert dialog.carry_button.isDefault()
    assert all(button.toolTip() for button in dialog.findChildren(QPushButton))


def test_closing_the_project_takes_the_offer_away(corrected: Stage) -> None:
    dialog = rerun(corrected)
    corrected.session.close_project()
    assert not dialog.isVisible()
    assert not corrected.errors, corrected.errors


def test_closing_the_project_ends_the_looking_up(corrected: Stage) -> None:
    rerun(corrected).reject()
    corrected.wait(lambda: corrected.window.findChild(CarryOverDialog) is None)
    corrected.trigger("carry_over")
    runner = corrected.window.carry_presenter.runner
    assert runner.is_running
    corrected.session.close_project()
    assert not runner.is_running, "what it finds would be offered to the next project"
