"""Leaving a project whose file was deleted or replaced: it is saved, and told before the end."""

import sys
from pathlib import Path

import pytest
from edit_driving import track_and_choose_the_longest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from window_stage import Stage

from trackmend_app.dialogs import questions
from trackmend_app.dialogs.questions import DialogQuestions
from trackmend_core.project import Project, database

CTRL = Qt.KeyboardModifier.ControlModifier
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps open files")


@pytest.fixture
def edited(stage: Stage) -> tuple[Stage, str, Path]:
    """A window with an edited project, whose file somebody is about to delete."""
    track_and_choose_the_longest(stage)
    stage.press(Qt.Key.Key_S)
    return stage, stage.session.project.digest(), stage.session.project.path


@needs_posix
@pytest.mark.parametrize("key", [Qt.Key.Key_Q, Qt.Key.Key_W])
def test_where_the_project_is_now_is_told_before_the_window_or_the_project_is_closed(
    edited: tuple[Stage, str, Path], key: Qt.Key
) -> None:
    stage, digest, path = edited
    path.unlink()
    stage.press(key, CTRL)
    (rescued,) = path.parent.glob("* rescued *.trackmend")
    (told,) = stage.answers.told
    assert told.startswith(f"{path.name} was deleted or replaced") and str(rescued) in told
    assert stage.session.project is None
    assert stage.window.isVisible() == (key is Qt.Key.Key_W)
    with Project.open(rescued) as safe:
        assert safe.digest() == digest


@needs_posix
def test_what_could_not_be_saved_keeps_the_window_open_unless_it_may_be_lost(
    edited: tuple[Stage, str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, digest, path = edited

    def no_room(*_: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as full:
        full.setattr(database, "save_as", no_room)  # before a thread finds it gone
        path.unlink()
        stage.answers.agrees = False
        stage.press(Qt.Key.Key_Q, CTRL)
        assert "could not be saved" in stage.answers.asked[-1]
        assert stage.window.isVisible()
        assert stage.session.project.digest() == digest
    stage.press(Qt.Key.Key_Q, CTRL)
    (rescued,) = path.parent.glob("* rescued *.trackmend")
    assert str(rescued) in stage.answers.told[-1]
    with Project.open(rescued) as safe:
        assert safe.digest() == digest


def test_what_is_told_waits_for_a_person_and_for_nobody_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asking = DialogQuestions(stage.window)
    asking.tell("It was deleted.", "It is safe beside.")  # offscreen: nobody could close a dialog
    assert capsys.readouterr().err == "It was deleted. It is safe beside.\n"
    monkeypatch.setattr(questions, "nobody_looks", lambda: False)
    shown: list[str] = []

    def read_it() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        shown.append(f"{box.text()} {box.informativeText()}")
        stage.qtbot.keyClick(box, Qt.Key.Key_Return)

    QTimer.singleShot(100, stage.window, read_it)
    asking.tell("It was deleted.", "It is safe beside.")
    assert shown == ["It was deleted. It is safe beside."]
