import tomllib

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QPushButton, QSpinBox
from window_stage import Stage

from trackmend_app.engine_choice import EngineChoice
from trackmend_app.settings import settings_file
from trackmend_app.settings.dialog import SettingsDialog
from trackmend_app.settings.effects import SettingsEffects
from trackmend_app.settings.schema import SETTINGS
from trackmend_app.theme import current_theme
from trackmend_core.tracking import Preset


def open_settings(stage: Stage) -> SettingsDialog:
    stage.trigger("settings")
    return next(one for one in stage.window.findChildren(SettingsDialog) if one.isVisible())


def choose(dialog: SettingsDialog, key: str, value: object) -> None:
    field = dialog.fields[key]
    if isinstance(field, QComboBox):
        assert field.findData(value) >= 0, f"{value} is no choice of {key}"
        field.setCurrentIndex(field.findData(value))
    else:
        assert isinstance(value, int)
        field.setValue(value)


def accept(dialog: SettingsDialog) -> None:
    box = dialog.findChild(QDialogButtonBox)
    assert box is not None
    QTest.mouseClick(box.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)


def set_one(stage: Stage, key: str, value: object) -> None:
    dialog = open_settings(stage)
    choose(dialog, key, value)
    accept(dialog)


def test_every_setting_has_a_field_that_says_what_it_does(stage: Stage) -> None:
    dialog = open_settings(stage)
    assert set(dialog.fields) == {row.key for row in SETTINGS}
    for field in dialog.fields.values():
        assert field.accessibleName()
        assert field.toolTip()
    dialog.reject()


def test_every_setting_takes_effect_at_once_or_says_that_it_waits(stage: Stage) -> None:
    effects = stage.window.findChild(SettingsEffects)
    assert effects is not None
    later = {row.key for row in SETTINGS if row.next_start}
    assert effects.keys | later == {row.key for row in SETTINGS}
    assert not effects.keys & later


def test_what_is_chosen_is_written_and_what_is_usual_is_not(stage: Stage) -> None:
    set_one(stage, "playback.step", 25)
    assert tomllib.loads(settings_file().read_text()) == {"playback": {"step": 25}}
    set_one(stage, "playback.step", 10)
    assert tomllib.loads(settings_file().read_text()) == {}


def test_cancel_changes_nothing(stage: Stage) -> None:
    dialog = open_settings(stage)
    choose(dialog, "appearance.theme", "light")
    dialog.reject()
    assert current_theme().is_dark
    assert not settings_file().exists()


def test_all_as_usual_puts_every_field_back(stage: Stage) -> None:
    set_one(stage, "playback.step", 25)
    dialog = open_settings(stage)
    button = dialog.findChild(QPushButton, "all_as_usual")
    assert button is not None
    stage.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert dialog.values == {row.key: row.default for row in SETTINGS}
    accept(dialog)
    assert stage.window.settings.now["playback.step"] == 10


def test_the_theme_is_one_setting_however_it_is_changed(stage: Stage) -> None:
    set_one(stage, "appearance.theme", "light")
    assert not current_theme().is_dark
    assert stage.window.action_set["light_theme"].isChecked()
    stage.trigger("light_theme")
    assert current_theme().is_dark
    assert stage.window.settings.now["appearance.theme"] == "dark"


def test_ids_on_the_video_grow(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    before = stage.window.canvas.placed_boxes[0].label.height()
    set_one(stage, "appearance.label_size", 22)
    assert stage.window.canvas.placed_boxes[0].label.height() == pytest.approx(before + 9)
    set_one(stage, "appearance.label_size", 13)


def test_lines_on_the_video_thicken(stage: Stage) -> None:
    stage.open_video()
    stage.run_model()
    stage.go_to(10)
    before = stage.window.canvas.grab().toImage()
    set_one(stage, "appearance.line_width", 6)
    assert stage.window.canvas.grab().toImage() != before
    set_one(stage, "appearance.line_width", 2)
    assert stage.window.canvas.grab().toImage() == before


def test_jumps_go_as_far_as_is_set_and_say_so(stage: Stage) -> None:
    stage.open_video()
    set_one(stage, "playback.step", 7)
    stage.press(Qt.Key.Key_V)
    assert stage.session.frame_index == 7
    assert stage.window.action_set["forward_10"].text() == "7 frames forward"
    set_one(stage, "playback.big_step", 20)
    stage.press(Qt.Key.Key_PageDown)
    assert stage.session.frame_index == 27


def test_the_loop_around_a_frame_is_as_long_as_is_set(stage: Stage) -> None:
    stage.open_video()
    set_one(stage, "playback.loop_seconds", 60)
    stage.go_to(20)
    stage.trigger("loop")
    assert stage.session.frame_range == (0, 39)
    stage.bench.playback.stop()


def test_a_video_plays_at_the_speed_that_is_set(stage: Stage) -> None:
    set_one(stage, "playback.speed", 0.25)
    assert stage.bench.playback.speed == 0.25
    assert stage.window.tool_bar.speed_button.text() == "¼×"


def test_the_next_run_tracks_and_computes_as_is_set(stage: Stage) -> None:
    set_one(stage, "tracking.preset", "sort")
    set_one(stage, "model.engine", "torch")
    assert stage.bench.runs.preset is Preset.SORT
    assert stage.bench.runs.engine == EngineChoice(backend="torch")
    stage.close()
    stage.open_window()
    assert stage.bench.runs.preset is Preset.SORT
    assert stage.bench.runs.engine == EngineChoice(backend="torch")


def test_less_memory_lets_frames_go_at_once(stage: Stage) -> None:
    stage.open_video()
    for frame_index in range(0, 40, 4):
        stage.go_to(frame_index)
    bench = stage.bench
    assert bench.frames.size_bytes > 0
    bench.frames.set_limit(0)
    assert bench.frames.size_bytes == 0
    set_one(stage, "memory.frames_mb", 64)
    assert bench.frames._max_bytes == 64 * 1024 * 1024
    set_one(stage, "memory.maps_mb", 64)
    assert bench.maps._max_bytes == 64 * 1024 * 1024


@pytest.mark.parametrize("minutes", [0, 5])
def test_a_moment_is_named_by_itself_after_an_edit(stage: Stage, minutes: int) -> None:
    set_one(stage, "saving.moment_minutes", minutes)
    stage.open_video()
    stage.run_model()
    stage.click_box(1)
    moments = stage.bench.moments
    assert not moments.is_waiting
    stage.go_to(5)
    stage.trigger("split")
    assert moments.is_waiting is bool(minutes)
    assert moments.waits_ms == (minutes * 60_000 if minutes else None)
    if minutes:
        moments._wait.setInterval(1)
        stage.wait(lambda: bool(stage.session.project.checkpoints()))
        assert stage.session.project.checkpoints()[0].name.startswith("by itself")
        assert not moments.is_waiting


def test_settings_are_changed_with_keys_alone(stage: Stage) -> None:
    dialog = open_settings(stage)
    stage.qtbot.waitExposed(dialog)
    dialog.sections.setFocus()
    stage.qtbot.keyClick(dialog.sections, Qt.Key.Key_Down)
    field = dialog.fields["playback.step"]
    assert isinstance(field, QSpinBox)
    assert field.isVisible()
    for _ in range(8):
        stage.qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        if field.hasFocus() or field.isAncestorOf(dialog.focusWidget()):
            break
    assert dialog.focusWidget() in (field, field.lineEdit())
    stage.qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Up)
    stage.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert stage.window.settings.now["playback.step"] == 11
