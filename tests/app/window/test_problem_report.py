import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from window_stage import Stage

from trackmend_app.log_file import log
from trackmend_app.report.report_dialog import ReportDialog
from trackmend_app.report.scrub import scrub
from trackmend_core.errors import UserError


def open_report(stage: Stage) -> ReportDialog:
    stage.trigger("report_problem")
    return next(one for one in stage.window.findChildren(ReportDialog) if one.isVisible())


def press(stage: Stage, dialog: ReportDialog, name: str) -> None:
    button = dialog.findChild(QPushButton, name)
    assert button is not None
    stage.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("/home/ann/videos/street.mp4 is lost", "street.mp4 is lost"),
        ('File "/opt/my place/app/main.py", line 3', 'File "main.py", line 3'),
        (r"C:\Users\Ann\street.trackmend", "street.trackmend"),
        ("12 frames/s and 3 of 4", "12 frames/s and 3 of 4"),
        ("“/data/a b/c.mp4” cannot be read", "“c.mp4” cannot be read"),
    ],
)
def test_of_a_path_only_the_name_stays(text: str, scrubbed: str) -> None:
    assert scrub(text) == scrubbed


def test_the_report_tells_versions_settings_log_and_schema_and_no_place(
    stage: Stage, tmp_path: Path
) -> None:
    stage.open_video()
    stage.run_model()
    stage.window.settings.change({"playback.step": 25})
    log.error("reading %s failed", stage.video)
    stage.answers.write_to = tmp_path / "report.zip"
    dialog = open_report(stage)
    shown = dialog.text.toPlainText()
    press(stage, dialog, "save_report")
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(files) == {"versions.txt", "settings.toml", "keys.toml", "log.txt", "project.txt"}
    assert "PySide6 6." in files["versions.txt"]
    assert "step = 25" in files["settings.toml"]
    assert "reading street.mp4 failed" in files["log.txt"]
    assert "CREATE TABLE" in files["project.txt"]
    assert "rows  boxes" in files["project.txt"]
    everything = "".join(files.values())
    for place in (str(tmp_path), str(Path.home()), "/tmp/"):
        assert place not in everything
    assert all(text in shown for text in files.values())
    assert not dialog.isVisible()


def test_the_report_can_be_copied(stage: Stage) -> None:
    dialog = open_report(stage)
    press(stage, dialog, "copy_report")
    assert "no project is open" in QApplication.clipboard().text()
    dialog.reject()


def test_a_report_that_cannot_be_written_says_so_and_stays(stage: Stage, tmp_path: Path) -> None:
    stage.answers.write_to = tmp_path / "no folder" / "report.zip"
    dialog = open_report(stage)
    press(stage, dialog, "save_report")
    assert isinstance(stage.errors[0], UserError)
    assert dialog.isVisible()
    dialog.reject()
