import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QProgressBar, QPushButton
from safetensors.numpy import save_file
from teaching_driving import TRAINER, teach
from window_stage import Stage

from trackmend_core.errors import UserError
from trackmend_core.project import Project


def new_model(stage: Stage) -> Path:
    path = stage.video.parent / "new.safetensors"
    save_file({"x": np.zeros(1, np.float32)}, path, metadata={"arch": "fake", "name": "new"})
    return path


def test_the_dialog_says_what_there_is_to_learn_from(taught: Stage) -> None:
    taught.go_to(20)
    taught.click_box(taught.numbers_here()[0])
    taught.trigger("split")
    material = taught.bench.training.material()
    assert material.edits == 1
    assert material.boxes == sum(track.box_count for track in taught.session.tracks())


def test_a_clip_too_short_to_judge_a_network_by_is_told_before_the_training(
    taught: Stage,
) -> None:
    taught.go_to(20)
    taught.click_box(taught.numbers_here()[0])
    taught.trigger("split")
    judgeable = taught.bench.training.material().judgeable
    assert not judgeable.is_enough and judgeable.still_missing > 0
    taught.trigger("finetune")
    dialog = taught.window.findChild(QDialog, "finetune_dialog")
    doubt = dialog.findChild(QLabel, "finetune_doubt")
    assert doubt is not None and doubt.isVisible()
    assert str(judgeable.needed) in doubt.text() and str(judgeable.still_missing) in doubt.text()
    assert "Only the tracker's settings" in doubt.text()
    dialog.reject()


def test_the_trainer_is_told_project_model_and_run(
    taught: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(taught, "import pathlib\npathlib.Path('/dev/null')\nsay(Failed(message=str(sys.argv)))")
    taught.wait(lambda: bool(taught.errors))
    told = taught.errors[0].message
    for part in (
        "finetune",
        str(taught.session.project.path),
        "--base",
        "--out",
        f"'--run-id', '{taught.session.run.run_id}'",
        "'--steps', '0'",
    ):
        assert part in told


@pytest.mark.parametrize("everywhere", [False, True])
def test_what_is_learnt_holds_in_this_scene_unless_every_scene_is_chosen(
    taught: Stage, everywhere: bool
) -> None:
    (taught.video.parent / "trainer.py").write_text(
        TRAINER.format(body="say(Failed(message=str(sys.argv)))")
    )
    taught.trigger("finetune")
    dialog = taught.window.findChild(QDialog, "finetune_dialog")
    where = dialog.findChild(QComboBox, "where_to_use")
    assert where.currentText().startswith("In this scene")
    if everywhere:
        where.setFocus()
        taught.qtbot.keyClick(where, Qt.Key.Key_Down)
    dialog.accept()
    taught.wait(lambda: bool(taught.errors))
    assert ("'--everywhere'" in str(taught.errors[0])) == everywhere


def test_a_training_is_seen_as_soon_as_it_begins_and_the_queue_comes_back_with_n(
    taught: Stage,
) -> None:
    teach(taught, "sys.stdin.readline(); say(Cancelled(path=None))")
    taught.wait(lambda: not taught.window.training_panel.visibleRegion().isEmpty())
    taught.press(Qt.Key.Key_N)
    taught.wait(lambda: not taught.window.review_panel.visibleRegion().isEmpty())
    taught.bench.training.cancel()
    taught.wait(lambda: not taught.bench.training.is_running)


def test_a_finished_training_adds_the_model_and_offers_to_run_it(taught: Stage) -> None:
    path = new_model(taught)
    teach(taught, f"say(Finished(path={str(path)!r}, summary={{'kept': 1.0}}))")
    taught.wait(lambda: not taught.bench.training.is_running)
    assert not taught.errors
    model = taught.session.project.models()[-1]
    assert model.path == path
    assert model.arch == "fake"
    noted = taught.session.project.training_runs()[-1]
    assert (noted.status, noted.model_id) == ("finished", model.model_id)
    assert taught.bench.runs.choice.model_id == model.model_id
    panel = taught.window.training_panel
    assert "is ready" in panel.text
    assert panel.curves.history.names
    before = taught.session.run.run_id
    panel.rerun_asked.emit()
    taught.wait(lambda: not taught.bench.runs.runner.is_running)
    assert taught.session.run.run_id != before
    assert taught.session.run.model_id == model.model_id


def test_a_cancelled_training_says_where_its_checkpoint_is_and_adds_nothing(taught: Stage) -> None:
    models = len(taught.session.project.models())
    teach(
        taught,
        "say(CheckpointSaved(path='last.safetensors', step=2))\n"
        "sys.stdin.readline()\n"
        "say(Cancelled(path='last.safetensors'))",
    )
    taught.wait(lambda: taught.bench.training.process.last_checkpoint is not None)
    taught.trigger("cancel_training")
    taught.wait(lambda: not taught.bench.training.is_running)
    assert "last.safetensors" in taught.window.training_panel.text
    assert len(taught.session.project.models()) == models
    assert taught.session.project.training_runs()[-1].status == "cancelled"
    assert not taught.errors


def cancelled(taught: Stage) -> Path:
    """Cancel a training that has begun and kept a checkpoint; return that."""
    path = new_model(taught)
    teach(taught, f"sys.stdin.readline()\nsay(Cancelled(path={str(path)!r}))")
    taught.wait(lambda: len(taught.window.training_panel.curves.history.names) > 0)
    taught.trigger("cancel_training")
    taught.wait(lambda: not taught.bench.training.is_running)
    return path


def test_the_checkpoint_of_a_cancelled_training_can_be_added_after_all(taught: Stage) -> None:
    path = cancelled(taught)
    button = taught.window.training_panel.findChild(QPushButton, "keep")
    assert button.isVisible()
    button.click()
    assert taught.session.project.models()[-1].path == path
    assert taught.bench.runs.choice.path == path


def test_a_trainer_that_dies_adds_nothing_and_spares_the_window(taught: Stage) -> None:
    models = len(taught.session.project.models())
    digest = taught.session.project.digest()
    teach(taught, "import os; os.abort()")
    taught.wait(lambda: bool(taught.errors))
    assert isinstance(taught.errors[0], UserError)
    assert "failed" in taught.window.training_panel.text
    assert len(taught.session.project.models()) == models
    assert taught.session.project.digest() == digest
    taught.click_box(taught.numbers_here()[0])


def test_a_model_that_cannot_be_read_is_not_added(taught: Stage) -> None:
    models = len(taught.session.project.models())
    broken = taught.video.parent / "broken.safetensors"
    broken.write_bytes(b"nothing")
    teach(taught, f"say(Finished(path={str(broken)!r}))")
    taught.wait(lambda: bool(taught.errors))
    assert len(taught.session.project.models()) == models


def test_closing_the_window_ends_the_trainer(taught: Stage) -> None:
    teach(taught, "time.sleep(600)")
    taught.wait(lambda: len(taught.window.training_panel.curves.history.names) > 0)
    taught.close()
    assert any("Stop the training?" in question for question in taught.answers.asked)
    assert not taught.bench.training.is_running


REPORT = {
    "verdict": "worse",
    "reason": "IDF1 fell by 0.100.",
    "frames": [10, 29],
    "is_seen": False,
    "changes": {
        "idf1": {"before": 0.8, "after": 0.7, "low": -0.15, "high": -0.05},
        "hota": {"before": 0.6, "after": 0.5, "low": -0.15, "high": -0.05},
        "id_switches": {"before": 1, "after": 3, "low": 0, "high": 4},
    },
    "elsewhere_before": {"mota": 0.7, "idf1": 0.7},
    "elsewhere_after": {"mota": 0.6, "idf1": 0.7},
    "events": [
        {"kind": "broken", "frame_index": 12, "number": 3, "crops": ["events/one.jpg"]},
        {"kind": "fixed", "frame_index": 20, "number": 4, "crops": []},
    ],
    "likeness_bins": [-1.0, 0.0, 1.0],
    "likeness_before": {"same": [1, 5], "different": [4, 1], "auc": 0.9},
    "likeness_after": {"same": [2, 4], "different": [3, 2], "auc": None},
}


def judged(stage: Stage, verdict: str) -> tuple[Path, Path]:
    folder = stage.video.parent / "run"
    folder.mkdir()
    report = folder / "report.json"
    report.write_text(json.dumps(REPORT | {"verdict": verdict}))
    return new_model(stage), report


def test_what_was_taught_in_one_project_is_not_offered_to_the_next(taught: Stage) -> None:
    cancelled(taught)
    keep = taught.window.training_panel.findChild(QPushButton, "keep")
    assert not keep.isHidden()
    project = taught.session.project.path
    taught.session.close_project()
    assert keep.isHidden(), "the next project has other models and runs"
    other = project.with_name("other.trackmend")
    with Project.create(other):
        pass
    taught.session.open_project(other)
    taught.bench.training.add_kept_checkpoint()
    assert not taught.session.project.models()


def test_a_model_that_did_worse_is_not_added_until_that_is_insisted_on(taught: Stage) -> None:
    models = len(taught.session.project.models())
    path, report = judged(taught, "worse")
    summary = {"verdict": "worse", "reason": "IDF1 fell.", "report": str(report)}
    teach(taught, f"say(Finished(path={str(path)!r}, summary={summary!r}))")
    taught.wait(lambda: not taught.bench.training.is_running)
    assert len(taught.session.project.models()) == models
    assert taught.session.project.training_runs()[-1].status == "held back"
    panel = taught.window.training_panel
    assert "did worse" in panel.text and "IDF1 fell." in panel.text
    keep = panel.findChild(QPushButton, "keep")
    assert keep.isVisible()
    keep.click()
    added = taught.session.project.models()[-1]
    assert added.path == path
    noted = taught.session.project.training_runs()[-1]
    assert (noted.status, noted.model_id) == ("held back", added.model_id)
    assert not taught.errors


def test_a_model_that_does_nothing_new_is_not_added(taught: Stage) -> None:
    models = len(taught.session.project.models())
    path, report = judged(taught, "same")
    summary = {
        "verdict": "same",
        "reason": "Nothing is new.",
        "report": str(report),
        "is_new": 0.0,
    }
    teach(taught, f"say(Finished(path={str(path)!r}, summary={summary!r}))")
    taught.wait(lambda: not taught.bench.training.is_running)
    assert len(taught.session.project.models()) == models
    assert taught.session.project.training_runs()[-1].status == "nothing new"
    panel = taught.window.training_panel
    assert "would do nothing new" in panel.text and "Nothing is new." in panel.text
    assert not panel.findChild(QPushButton, "keep").isVisible()
    assert panel.findChild(QPushButton, "report").isVisible()
    assert not taught.errors


def test_what_changed_is_shown_with_figures_events_and_likeness(taught: Stage) -> None:
    path, report = judged(taught, "better")
    summary = {"verdict": "better", "reason": "IDF1 rose.", "report": str(report)}
    teach(taught, f"say(Finished(path={str(path)!r}, summary={summary!r}))")
    taught.wait(lambda: not taught.bench.training.is_running)
    panel = taught.window.training_panel
    assert "IDF1 rose." in panel.text
    panel.findChild(QPushButton, "report").click()
    dialog = taught.window.findChild(QDialog, "what_changed")
    assert dialog.isVisible()
    said = [label.text() for label in dialog.findChildren(QLabel)]
    assert "Identity switches: 1 fixed, 1 broken, 0 unchanged" in said
    assert "track 3, frame 13" in said and "0.800" in said
    assert any("frames 11 to 30, from which nothing was learnt" in text for text in said)
    dialog.grab()
    dialog.reject()


def test_a_report_that_is_damaged_spares_the_model(taught: Stage) -> None:
    path, report = judged(taught, "better")
    report.write_text("{")
    summary = {"verdict": "better", "reason": "IDF1 rose.", "report": str(report)}
    teach(taught, f"say(Finished(path={str(path)!r}, summary={summary!r}))")
    taught.wait(lambda: not taught.bench.training.is_running)
    assert taught.session.project.models()[-1].path == path
    assert not taught.window.training_panel.findChild(QPushButton, "report").isVisible()


def test_a_training_can_be_paused_and_goes_on(taught: Stage) -> None:
    path = new_model(taught)
    teach(
        taught,
        "orders = [sys.stdin.readline().strip() for _ in range(2)]\n"
        f"say(Finished(path={str(path)!r}, summary={{'orders': ' '.join(orders)}}))",
    )
    taught.wait(lambda: len(taught.window.training_panel.curves.history.names) > 0)
    pause = taught.window.training_panel.findChild(QPushButton, "pause")
    assert pause.isVisible() and pause.text() == "Pause"
    pause.click()
    assert "paused" in taught.window.training_panel.text and taught.bench.training.process.is_paused
    pause.click()
    taught.wait(lambda: not taught.bench.training.is_running)
    noted = taught.session.project.training_runs()[-1]
    assert noted.summary["orders"] == "pause resume"
    assert not pause.isVisible()


def test_the_bar_moves_while_the_new_model_is_compared(taught: Stage) -> None:
    teach(
        taught,
        "sys.stdin.readline()\n"
        "say(Noted(text='Comparing the new model with the old one.'))\n"
        "sys.stdin.readline()\n"
        "say(Cancelled(path=None))",
    )
    panel = taught.window.training_panel
    bar, pause = panel.findChild(QProgressBar), panel.findChild(QPushButton, "pause")
    taught.wait(lambda: (bar.value(), bar.maximum()) == (2, 3))
    pause.click()
    taught.wait(lambda: "Comparing" in panel.text)
    assert (bar.minimum(), bar.maximum()) == (0, 0)
    pause.click()
    taught.wait(lambda: not taught.bench.training.is_running)
