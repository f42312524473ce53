"""The check of the queue on a copy of the person's own project, from the Review menu."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from window_stage import Stage

from trackmend_app.review.check_dialog import QueueCheckDialog
from trackmend_core.errors import UserError
from trackmend_core.synthetic import GroundTruth, StreetSettings, write_street_video


def ask(stage: Stage) -> QueueCheckDialog:
    stage.trigger("check_queue")
    dialog = stage.window.findChild(QueueCheckDialog)
    assert isinstance(dialog, QueueCheckDialog)
    return dialog


BUSY = StreetSettings(
    width=320, height=256, frame_count=150, walkers=5, lookalikes=0, furniture=0, seed=5
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, GroundTruth]:
    """A street on which people meet, in place of the short one of the other tests."""
    path = tmp_path_factory.mktemp("busy") / "street.mp4"
    return path, write_street_video(path, BUSY)


@pytest.fixture
def tracked(stage: Stage) -> Stage:
    stage.open_video()
    stage.run_model()
    return stage


def test_the_check_says_how_much_the_queue_shows_and_touches_nothing(tracked: Stage) -> None:
    project = tracked.session.project
    before, files = project.digest(), sorted(project.path.parent.iterdir())
    dialog = ask(tracked)
    tracked.wait(lambda: not tracked.window.queue_check.runner.is_running)
    assert not tracked.errors, tracked.errors
    assert "swaps that were put into a copy" in dialog.text
    assert " left (" in dialog.text
    assert "%" in dialog.recall_bar.accessibleName()
    dialog.buttons.button(QDialogButtonBox.StandardButton.Close).click()
    assert not dialog.isVisible()
    assert project.digest() == before
    assert project.edits() == []
    assert sorted(project.path.parent.iterdir()) == files


def test_leaving_the_dialog_ends_the_check(tracked: Stage) -> None:
    dialog = ask(tracked)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel).click()
    tracked.wait(lambda: not tracked.window.queue_check.runner.is_running)
    assert not tracked.errors
    assert tracked.session.project.edits() == []


def test_tracks_that_never_meet_are_told_so(stage: Stage) -> None:
    stage.open_video()
    stage.detector.finds_nothing = True
    stage.run_model()
    ask(stage)
    stage.wait(lambda: bool(stage.errors))
    assert isinstance(stage.errors[0], UserError)
    assert "No two people meet" in str(stage.errors[0])
