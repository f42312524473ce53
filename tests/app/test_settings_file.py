import os
import subprocess
import sys
from pathlib import Path

import pytest

from trackmend_app.settings import AppSettings, load_settings, save_settings, settings_file
from trackmend_app.settings.schema import SETTINGS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.toml"


def test_without_a_file_everything_is_as_usual(path: Path) -> None:
    settings = load_settings(path)
    assert settings.problem is None
    assert {row.key: settings[row.key] for row in SETTINGS} == {
        row.key: row.default for row in SETTINGS
    }


def test_every_setting_accepts_what_is_usual_and_nothing_of_another_kind() -> None:
    for row in SETTINGS:
        assert row.accepts(row.default), row.key
        assert not row.accepts(None)
        assert not row.accepts([row.default])
        assert not row.accepts("no such choice")
        assert not row.accepts(-1)


def test_only_what_differs_is_written_and_comes_back(path: Path) -> None:
    changed = AppSettings().with_values(
        {
            "appearance.theme": "light",
            "playback.step": 25,
            "playback.speed": 0.5,
            "memory.maps_mb": 256,
        }
    )
    save_settings(path, changed)
    assert path.read_text() == (
        '[appearance]\ntheme = "light"\n\n[playback]\nstep = 25\nspeed = 0.5\n'
    )
    assert load_settings(path).overrides == changed.overrides


def test_a_file_that_is_no_toml_is_told_in_one_sentence_kept_and_set_aside(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("theme = = light")
    settings = load_settings(path)
    assert settings.problem is not None
    assert "settings.toml" in settings.problem.message
    assert settings["appearance.theme"] == "dark"
    assert path.read_text() == "theme = = light"
    save_settings(path, settings.with_values({"playback.step": 20}))
    assert path.with_name("settings-unreadable.toml").read_text() == "theme = = light"
    assert load_settings(path)["playback.step"] == 20


@pytest.mark.parametrize(
    "line", ['step = "ten"', "step = 1", "step = true", "step = 1000000", "step = 2.5"]
)
def test_a_value_that_cannot_be_is_named_and_the_rest_holds(path: Path, line: str) -> None:
    path.parent.mkdir()
    path.write_text(f"[playback]\n{line}\nbig_step = 50\n")
    settings = load_settings(path)
    assert settings.problem is not None
    assert "playback.step" in settings.problem.message
    assert settings["playback.step"] == 10
    assert settings["playback.big_step"] == 50


def test_what_a_newer_version_wrote_is_written_back(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('[appearance]\nsparkle = "yes"\n[future]\nflag = true\n')
    settings = load_settings(path)
    assert settings.problem is None
    save_settings(path, settings.with_values({"appearance.theme": "light"}))
    again = load_settings(path)
    assert again.foreign == {"appearance": {"sparkle": "yes"}, "future": {"flag": True}}
    assert again["appearance.theme"] == "light"


def test_the_size_of_everything_holds_from_the_next_start(path: Path) -> None:
    save_settings(settings_file(), AppSettings().with_values({"appearance.scale": 150}))
    probe = (
        "from trackmend_app.application import prepare_application\n"
        "app = prepare_application()\n"
        "print(app.primaryScreen().devicePixelRatio())"
    )
    told = subprocess.run(
        [sys.executable, "-c", probe],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "1.5"


def test_settings_without_end_hold_as_usual_and_those_of_a_windows_editor_are_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("a=" + "[" * 100_000)
    assert load_settings(path).problem is not None
    save_settings(path, AppSettings().with_values({"language.code": "de"}))
    path.write_text(path.read_text(), encoding="utf-8-sig")
    assert load_settings(path).problem is None
    assert load_settings(path) == AppSettings().with_values({"language.code": "de"})
