import sys

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from window_stage import Stage

from trackmend_app.faults import fault_details
from trackmend_app.log_file import log_path
from trackmend_core.errors import UserError


def shown_dialog(stage: Stage) -> QMessageBox:
    dialog = stage.window.findChild(QMessageBox, "fault_dialog")
    assert dialog is not None and dialog.isVisible()
    return dialog


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


def test_the_users_own_error_shows_message_and_hint_and_is_not_logged(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.window.faults.report(UserError("This is no video.", "Open another file."))
    dialog = shown_dialog(stage)
    assert dialog.text() == "This is no video."
    assert dialog.informativeText() == "Open another file."
    assert not caplog.records
    dialog.close()


def test_a_bug_is_logged_with_its_traceback_and_its_details_can_be_copied(stage: Stage) -> None:
    error = raised(KeyError("lost"))
    stage.window.faults.report(error)
    dialog = shown_dialog(stage)
    assert "project is open" in dialog.text()
    dialog.findChild(QPushButton, "copy_details").click()
    assert dialog.isVisible()
    assert QApplication.clipboard().text() == fault_details(error)
    assert "KeyError: 'lost'" in log_path().read_text()
    assert "Traceback" in log_path().read_text()
    dialog.close()


def test_a_second_fault_waits_in_the_log_instead_of_stacking_dialogs(stage: Stage) -> None:
    stage.window.faults.report(raised(ValueError("first")))
    stage.window.faults.report(raised(ValueError("second")))
    dialogs = stage.window.findChildren(QMessageBox, "fault_dialog")
    assert len(dialogs) == 1
    assert "second" in log_path().read_text()
    dialogs[0].close()


def test_an_uncaught_exception_reaches_the_dialog(stage: Stage) -> None:
    before = sys.excepthook
    stage.window.faults.install()
    try:
        error = raised(RuntimeError("nobody caught me"))
        sys.excepthook(RuntimeError, error, error.__traceback__)
        stage.wait(lambda: bool(stage.errors))
        assert stage.errors == [error]
        shown_dialog(stage).close()
    finally:
        stage.window.faults.uninstall()
    assert sys.excepthook is before


def test_a_name_that_the_drive_refuses_is_no_bug(stage: Stage) -> None:
    stage.window.faults.report(raised(OSError(36, "File name too long", "nnn.txt")))
    dialog = stage.window.findChild(QMessageBox, "fault_dialog")
    assert dialog is not None
    assert dialog.icon() is QMessageBox.Icon.Warning
    assert dialog.text() == "nnn.txt cannot be used: File name too long."


def test_damage_that_the_daily_look_found_is_a_dialog(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.open_video()
    path = stage.session.required_project().path
    stage.session.close_project()
    found = UserError("In p 1 boxes changed that nobody edited.", "Copy the backup.")
    monkeypatch.setattr("trackmend_core.project.opening.damage", lambda path: found)
    monkeypatch.setattr("trackmend_core.project.opening._backup_is_due", lambda *_: True)
    stage.drop(path)
    stage.wait(lambda: stage.window.findChild(QMessageBox, "fault_dialog") is not None)
    assert shown_dialog(stage).informativeText() == "Copy the backup."
    shown_dialog(stage).close()
