"""The item models keep Qt's rules through all that happens to them; a breach is a warning of Qt.

Those of the track list are looked at beside the list.
"""

import time

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from trackmend_app.dialogs.command_palette import Command, _CommandModel
from trackmend_app.history.history_model import Column, HistoryModel, history_lines
from trackmend_core.project import Checkpoint, EditRecord, EditState, TouchedTrack
from trackmend_core.types import EditId, RunId, TrackId

WARN = QAbstractItemModelTester.FailureReportingMode.Warning


def edit(number: int, state: EditState = EditState.APPLIED) -> EditRecord:
    return EditRecord(
        edit_id=EditId(number),
        run_id=RunId(1),
        kind="split_track",
        title=f"Split track {number}",
        payload={},
        author="me",
        created_at=time.time() - 100_000 * (number % 2),
        state=state,
    )


def command(number: int) -> Command:
    return Command(
        action_id=f"do_{number}",
        title=f"Do {number}",
        place="Track",
        keys="Ctrl+D",
        tip="does it",
        enabled=number % 2 == 0,
    )


def read_all(model: QAbstractItemModel, columns: int) -> set[str]:
    """Read every cell in every role a view asks for; return what is shown."""
    shown = set()
    for row in range(model.rowCount()):
        for column in range(columns):
            index = model.index(row, column)
            for role in Qt.ItemDataRole:
                index.data(role)
            shown.add(str(index.data()))
    return shown


def test_the_history(qtbot: QtBot) -> None:
    model = HistoryModel()
    tester = QAbstractItemModelTester(model, WARN)
    edits = [edit(1), edit(2, EditState.UNDONE), edit(3, EditState.SUPERSEDED)]
    touched = {EditId(1): [TouchedTrack(track_id=TrackId(4), frames=(2, 9))]}
    moment = Checkpoint(checkpoint_id=1, name="before lunch", edit_id=EditId(1), created_at=1.0)
    model.set_lines(history_lines(edits, [moment], touched))
    assert model.rowCount() == 4
    assert {"Split track 2", "◆ before lunch", "undone", "overtaken"} <= read_all(
        model, len(Column)
    )
    model.set_lines(history_lines(edits, [moment], touched, of_tracks=frozenset({TrackId(4)})))
    assert model.rowCount() == 1
    assert model.columnCount() == len(Column)
    model.set_lines([])
    assert read_all(model, len(Column)) == set()
    assert tester.model() is model


def test_the_commands_of_the_palette(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    model = _CommandModel(parent)
    tester = QAbstractItemModelTester(model, WARN)
    for count in (12, 3, 0, 5):
        model.set_commands([command(number) for number in range(count)])
        assert len(read_all(model, 1)) == count
    assert tester.model() is model
