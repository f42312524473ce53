"""A dialog is never so low that its fields lie on one another, however low the screen is."""

import re
from itertools import pairwise
from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

import trackmend_app
from trackmend_app.dialogs.finetune import FinetuneDialog, Material
from trackmend_app.model_shelf import ModelChoice
from trackmend_app.theme import DARK, apply_theme
from trackmend_core.jobs.held_out import Judgeable

MATERIAL = Judgeable(boxes=67, needed=200, trusted_boxes=332, trusted_frames=60)
APP = Path(trackmend_app.__file__).parent


def test_fields_keep_their_height_where_qt_would_squeeze_them(
    qtbot: QtBot, qapp: QApplication
) -> None:
    apply_theme(qapp, DARK)
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = FinetuneDialog(
        parent,
        material=Material(tracks=7, boxes=332, edits=1, judgeable=MATERIAL),
        bases=[ModelChoice(name="light", path=Path("light.safetensors"))],
        name="sample 1",
    )
    dialog.resize(460, 200)  # as on a screen of 400 pixels
    dialog.show()
    rows = [child for child in dialog.findChildren(QWidget) if child.parent() is dialog]
    rows = sorted((row for row in rows if row.isVisible()), key=lambda row: row.y())
    for row in rows:
        assert row.height() >= row.minimumSizeHint().height(), row
        if isinstance(row, QLabel) and row.wordWrap():
            assert row.height() >= row.heightForWidth(row.width()), row.text()
    for upper, lower in pairwise(rows):
        assert not upper.geometry().intersects(lower.geometry()), (upper, lower)


def test_every_dialog_of_ours_is_one_that_fits() -> None:
    plain = [
        path.name
        for path in APP.rglob("*.py")
        if re.search(r"^class \w+\(QDialog\)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert plain == ["fitting.py"]
