"""A button with its key on a cap: the word where there is room for it, else a sign."""

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from trackmend_app.review.key_button import KeyButton
from trackmend_app.theme import DARK, apply_theme


@pytest.fixture
def accept(qtbot: QtBot, qapp: QApplication) -> KeyButton:
    apply_theme(qapp, DARK)
    action = QAction("Accept", qapp)
    action.setShortcuts([QKeySequence("Return"), QKeySequence("Enter")])
    button = KeyButton(action, "Annehmen")
    qtbot.addWidget(button)
    return button


def test_the_key_is_written_out_where_there_is_room(accept: KeyButton) -> None:
    accept.resize(accept.sizeHint())
    assert accept.cap == "Enter"


def test_a_sign_stands_for_it_where_the_word_would_touch_the_edge(accept: KeyButton) -> None:
    accept.resize(accept.minimumSizeHint())
    assert accept.minimumSizeHint().width() < accept.sizeHint().width()
    assert accept.cap == "⏎"
    assert accept.accessibleName() == "Annehmen (Enter)", "it is read as a word all the same"
