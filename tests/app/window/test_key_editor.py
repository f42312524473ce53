"""Keys are changed by preset and one by one; what they collide with is said."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel
from window_stage import Stage

from trackmend_app.actions import ACTIONS
from trackmend_app.dialogs.key_sheet import KeySheet
from trackmend_app.keys.key_editor import KeyEditor
from trackmend_app.keys.key_map import (
    PRESETS,
    KeyChoice,
    conflicts,
    load_choice,
    normal,
    preset_keys,
    resolved,
    save_choice,
)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_names_known_actions_and_no_key_means_two_things(name: str) -> None:
    known = {row.action_id for row in ACTIONS}
    assert set(preset_keys(name)) <= known
    assert all(normal(key) for keys in preset_keys(name).values() for key in keys)
    keys = resolved(ACTIONS, KeyChoice(preset=name))
    assert conflicts(keys) == {}
    for action_id, wanted in preset_keys(name).items():
        assert keys[action_id] == tuple(map(normal, wanted))


def test_a_key_given_on_purpose_is_taken_from_where_it_was() -> None:
    keys = resolved(ACTIONS, KeyChoice(own={"play": ("x",)}))
    assert keys["play"] == ("X",)
    assert "X" not in keys["swap_from_here"]
    assert conflicts(keys) == {}
    assert conflicts({"a": ("X",), "b": ("X", "Y")}) == {"X": ["a", "b"]}


def test_own_keys_are_kept_and_a_broken_file_means_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "config" / "keys.toml"
    assert load_choice(path) == KeyChoice()
    choice = KeyChoice(preset="cvat", own={"play": ("Ctrl+\\", 'Ctrl+"'), "split": ()})
    save_choice(path, choice)
    assert load_choice(path) == choice
    path.write_text("preset = [", encoding="utf-8")
    assert load_choice(path) == KeyChoice()
    path.write_text('preset = "emacs"\nkeys = 3\n', encoding="utf-8")
    assert load_choice(path) == KeyChoice()


def editor_of(stage: Stage) -> KeyEditor:
    stage.trigger("edit_keys")
    editor = stage.window.findChildren(KeyEditor)[-1]
    stage.wait(editor.isVisible)
    return editor


def test_a_key_is_changed_and_says_what_it_collides_with(stage: Stage) -> None:
    stage.open_video()
    editor = editor_of(stage)
    editor.choose("step_forward")
    editor.key_box.setKeySequence(QKeySequence("X"))
    assert "Swap from here on" in editor.warning.text()
    editor.set_button.click()
    assert editor.keys["step_forward"] == ("X",)
    assert editor.keys["swap_from_here"] == ()
    editor.accept()
    stage.window.activateWindow()
    stage.wait(stage.window.isActiveWindow)
    stage.press(Qt.Key.Key_X)
    assert stage.session.frame_index == 1
    stage.press(Qt.Key.Key_F)
    assert stage.session.frame_index == 1
    assert "X" in stage.window.action_set["step_forward"].toolTip()
    sheet = KeySheet(stage.window, stage.window.action_set.rows)
    told = " ".join(label.text() for label in sheet.findChildren(QLabel))
    assert "Swap from here on" not in told
    sheet.deleteLater()
    stage.close()
    stage.open_window()
    stage.open_video()
    stage.press(Qt.Key.Key_X)
    assert stage.session.frame_index == 2, "remembered from window to window, with the place"


def test_a_preset_is_used_at_once_and_single_keys_go_back_to_it(stage: Stage) -> None:
    stage.open_video()
    editor = editor_of(stage)
    editor.preset_box.setCurrentIndex(PRESETS.index("cvat"))
    editor.choose("new_box")
    editor.clear_button.click()
    assert editor.keys["new_box"] == ()
    editor.reset_button.click()
    assert editor.keys["new_box"] == ("N", "B")
    editor.accept()
    stage.run_model()
    stage.window.activateWindow()
    stage.wait(stage.window.isActiveWindow)
    stage.press(Qt.Key.Key_N)
    assert stage.window.status_line.text.startswith("New box")


def test_leaving_the_editor_changes_nothing(stage: Stage) -> None:
    before = {row.action_id: row.keys for row in stage.window.action_set.rows}
    editor = editor_of(stage)
    editor.choose("play")
    editor.clear_button.click()
    editor.reject()
    assert {row.action_id: row.keys for row in stage.window.action_set.rows} == before


def test_actions_are_found_by_name_and_by_key(stage: Stage) -> None:
    editor = editor_of(stage)
    editor.filter_box.setText("swap range")
    shown = [
        editor.table.item(line, 0).text()
        for line in range(editor.table.rowCount())
        if not editor.table.isRowHidden(line)
    ]
    assert shown == ["Swap in the range"]
    editor.reject()


def test_keys_that_cannot_be_read_are_put_aside_before_new_ones_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    for broken in ('[keys]\nsplit = ["S"\n', "a=" + "[" * 100_000):
        path.write_text(broken)
        assert load_choice(path) == KeyChoice()
        save_choice(path, KeyChoice(own={"split": ("F9",)}))
        assert (tmp_path / "keys-unreadable.toml").read_text() == broken
        assert load_choice(path).own == {"split": ("F9",)}
    path.write_text(path.read_text(), encoding="utf-8-sig")  # as the editor of Windows may do
    assert load_choice(path).own == {"split": ("F9",)}
