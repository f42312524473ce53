from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from trackmend_app.action_set import ActionSet
from trackmend_app.actions import ACTIONS
from trackmend_app.expectations import mode_and_expectation
from trackmend_app.situation import Situation
from trackmend_app.wording import say_composed
from trackmend_app.wording.shown_keys import key_text, with_keys
from trackmend_app.wording.translator import speak

USUAL = {row.action_id: row.keys for row in ACTIONS}


@pytest.fixture
def actions(qtbot: QtBot) -> Iterator[ActionSet]:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = ActionSet(window)
    yield actions
    actions.set_keys(USUAL)


def test_a_sentence_names_the_key_that_an_action_has_now(actions: ActionSet) -> None:
    assert with_keys("‹undo› takes it back") == "Ctrl+Z takes it back"
    actions.set_keys(USUAL | {"undo": ("Alt+Backspace",)})
    assert with_keys("‹undo› takes it back") == "Alt+Backspace takes it back"
    assert "Alt+Backspace takes it back" in actions["accept_fix"].toolTip()


def test_an_action_without_a_key_is_named_by_its_title(actions: ActionSet) -> None:
    actions.set_keys(USUAL | {"merge_mode": ()})
    assert with_keys("‹merge_mode› merges") == "“Merge tracks” merges"


def test_what_the_status_line_expects_follows_the_keys(actions: ActionSet) -> None:
    now = Situation(has_project=True, has_video=True, has_run=True, selected_tracks=1)
    actions.set_keys(USUAL | {"swap_from_here": ("F9",), "split": ("F10",)})
    said = say_composed(mode_and_expectation(now)[1])
    assert said.startswith("F9 swaps · F10 splits here")
    assert "‹" not in said


def test_every_sentence_names_actions_that_there_are() -> None:
    known = {row.action_id for row in ACTIONS}
    situations = [
        Situation(has_project=True, has_run=has_run, selected_tracks=count, event_at_hand=event)
        for has_run in (False, True)
        for count in range(4)
        for event in (False, True)
    ]
    for now in situations:
        for playing in (False, True):
            sentence = mode_and_expectation(now, playing=playing)[1]
            named = {part.split("›")[0] for part in sentence.split("‹")[1:]}
            assert named <= known


def test_keys_are_called_as_on_the_persons_keyboard(qapp: QApplication) -> None:
    assert key_text("Ctrl++") == "Ctrl++"
    assert key_text("Return") == "Enter"
    speak(qapp, "de")
    try:
        assert key_text("Ctrl+Shift+Z") == "Strg+Umschalt+Z"
    finally:
        speak(qapp, "en")
