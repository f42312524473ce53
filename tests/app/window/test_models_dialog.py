from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from window_stage import Stage

from trackmend_app.model_shelf import BUNDLED_NAME
from trackmend_app.models.models_dialog import ModelsDialog
from trackmend_app.user_models import import_model, user_models
from trackmend_core.model import build_network, load_checkpoint


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A checkpoint as FairMOT's own code writes it."""
    path = tmp_path / "fairmot_lite.pth"
    weights = build_network("yolov5s", reid_dim=64).state_dict()
    torch.save({"epoch": 30, "state_dict": weights}, path)
    return path


def opened(stage: Stage) -> ModelsDialog:
    stage.trigger("models")
    dialog = stage.window.findChild(ModelsDialog)
    assert dialog is not None
    stage.wait(lambda: dialog.facts.rowCount() > 0)
    return dialog


def names(dialog: ModelsDialog) -> list[str]:
    return [dialog.list.item(line, 0).text() for line in range(dialog.list.rowCount())]


def fact(dialog: ModelsDialog, label: str) -> str:
    table = dialog.facts
    lines = [n for n in range(table.rowCount()) if table.item(n, 0).text() == label]
    assert len(lines) == 1, label
    return str(table.item(lines[0], 1).text())


def choose(stage: Stage, dialog: ModelsDialog, name: str) -> None:
    dialog.list.selectRow(next(n for n, text in enumerate(names(dialog)) if name in text))
    stage.wait(lambda: not stage.window.models_presenter.runner.is_running)


def test_the_model_of_the_next_run_is_marked_and_its_contents_are_shown(stage: Stage) -> None:
    dialog = opened(stage)
    assert names(dialog) == [f"● {BUNDLED_NAME}"]
    assert fact(dialog, "network") == "mobilenetv2_fpn"
    assert fact(dialog, "re-ID dimensions") == "128"


def test_an_imported_model_appears_in_the_open_dialog_and_can_be_inspected_and_used(
    stage: Stage, checkpoint: Path
) -> None:
    dialog = opened(stage)
    stage.answers.files = [checkpoint]
    stage.qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    stage.wait(lambda: "● fairmot_lite" in names(dialog))
    choose(stage, dialog, "fairmot_lite")
    stage.wait(lambda: dialog.facts.rowCount() > 0)
    assert fact(dialog, "network") == "yolov5s"
    choose(stage, dialog, BUNDLED_NAME)
    stage.qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    assert stage.bench.runs.choice.name == BUNDLED_NAME
    assert names(dialog) == [f"● {BUNDLED_NAME}", "fairmot_lite"]


def test_a_model_is_written_for_the_official_code_and_equals_itself(
    stage: Stage, checkpoint: Path, tmp_path: Path
) -> None:
    import_model(checkpoint)
    dialog = opened(stage)
    choose(stage, dialog, "fairmot_lite")
    stage.answers.write_to = tmp_path / "again.pth"
    stage.qtbot.mouseClick(dialog.convert_button, Qt.MouseButton.LeftButton)
    stage.wait(lambda: "again.pth" in dialog.state.text())
    before = load_checkpoint(checkpoint).network.state_dict()
    after = torch.load(tmp_path / "again.pth", weights_only=True)["state_dict"]
    assert before.keys() == after.keys()
    assert all(torch.equal(before[key], after[key]) for key in before)


def test_an_ending_that_says_nothing_is_refused_in_the_dialog(
    stage: Stage, checkpoint: Path, tmp_path: Path
) -> None:
    import_model(checkpoint)
    dialog = opened(stage)
    choose(stage, dialog, "fairmot_lite")
    stage.answers.write_to = tmp_path / "again.onnx"
    stage.qtbot.mouseClick(dialog.convert_button, Qt.MouseButton.LeftButton)
    stage.wait(lambda: "does not say what to convert to" in dialog.state.text())
    assert not (tmp_path / "again.onnx").exists()


def test_a_damaged_file_is_told_and_cannot_be_mistaken_for_a_good_one(
    stage: Stage, checkpoint: Path
) -> None:
    path = import_model(checkpoint).entry.path
    dialog = opened(stage)
    path.write_bytes(path.read_bytes()[:-4000])
    choose(stage, dialog, "fairmot_lite")
    stage.wait(lambda: dialog.state.property("kind") == "error")
    assert dialog.state.text()
    assert dialog.facts.rowCount() == 0


def test_a_finetuned_model_names_its_parent_and_a_lost_file_is_said(
    stage: Stage, tmp_path: Path
) -> None:
    stage.open_video()
    stage.run_model()
    project = stage.session.project
    (parent,) = project.models()
    path = tmp_path / "gone.safetensors"
    project.add_model("taught", path, "fake", {}, parent=parent.model_id)
    stage.trigger("models")
    dialog = stage.window.findChild(ModelsDialog)
    line = next(n for n, text in enumerate(names(dialog)) if "taught" in text)
    assert "missing" in dialog.list.item(line, 1).text()
    choose(stage, dialog, "taught")
    stage.wait(lambda: "Import it again" in dialog.state.text())
    assert not dialog.use_button.isEnabled()
    path.write_bytes(b"x")
    dialog.reject()
    stage.trigger("models")
    dialog = next(d for d in stage.window.findChildren(ModelsDialog) if d.isVisible())
    line = next(n for n, text in enumerate(names(dialog)) if "taught" in text)
    assert dialog.list.item(line, 1).text() == f"finetuned from {parent.name}"
    assert user_models() == []
