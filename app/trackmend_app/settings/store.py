"""Keeps the settings that differ from the usual in a TOML file; a bad file is told and kept."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from trackmend_app.settings.schema import BY_KEY, SETTINGS, Value
from trackmend_core.errors import UserError

Tables = Mapping[str, object]
KEPT = "Mend the file, or change a setting: it is then set aside as settings-unreadable.toml."


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """What holds: the usual, and over it what a person set.

    Attributes:
        overrides: what differs from the usual, by key.
        foreign: what the file holds that this version does not know; it is written back.
        problem: what was wrong with the file; None if nothing.
    """

    overrides: Mapping[str, Value] = field(default_factory=dict)
    foreign: Mapping[str, Tables] = field(default_factory=dict)
    problem: UserError | None = None

    def __getitem__(self, key: str) -> Value:
        return self.overrides.get(key, BY_KEY[key].default)

    def number(self, key: str) -> int:
        """Return a setting that is a whole number."""
        return int(self[key])

    def text(self, key: str) -> str:
        """Return a setting that is a text."""
        return str(self[key])

    def with_values(self, values: Mapping[str, Value]) -> "AppSettings":
        """Return these settings with others in place; what is as usual is no override."""
        merged = {**self.overrides, **values}
        sparse = {key: value for key, value in merged.items() if value != BY_KEY[key].default}
        return AppSettings(overrides=sparse, foreign=self.foreign)


def settings_file() -> Path:
    """Return where a person's settings are kept."""
    return Path(platformdirs.user_config_dir("trackmend", appauthor=False)) / "settings.toml"


def load_settings(path: Path) -> AppSettings:
    """Read the settings; what cannot be read is as usual, and `problem` says so."""
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return AppSettings()
    except (OSError, ValueError, RecursionError) as error:
        problem = UserError(
            f"The settings in {path} cannot be read ({error}); the usual ones hold.", KEPT
        )
        return AppSettings(problem=problem)
    overrides: dict[str, Value] = {}
    foreign: dict[str, dict[str, object]] = {}
    wrong: list[str] = []
    for table, entries in stored.items():
        if not isinstance(entries, dict):
            wrong.append(table)
            continue
        for name, value in entries.items():
            row = BY_KEY.get(f"{table}.{name}")
            if row is None:
                foreign.setdefault(table, {})[name] = value
            elif row.accepts(value):
                overrides[row.key] = value
            else:
                wrong.append(row.key)
    if not wrong:
        return AppSettings(overrides=overrides, foreign=foreign)
    names = ", ".join(wrong)
    return AppSettings(
        overrides=overrides,
        foreign=foreign,
        problem=UserError(f"In {path} {names} cannot be used; the usual holds instead.", KEPT),
    )


def save_settings(path: Path, settings: AppSettings) -> None:
    """Write the settings, whole or not at all; a file that could not be read is set aside.

    Raises:
        UserError: the file cannot be written.
    """
    partial = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and load_settings(path).problem:
            path.replace(path.with_name("settings-unreadable.toml"))
        partial.write_text(_written(settings), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise UserError(
            f"The settings cannot be kept: {error.strerror or error}.",
            f"Check the rights of {path.parent}.",
        ) from error


def _written(settings: AppSettings) -> str:
    tables: dict[str, dict[str, object]] = {row.section.table: {} for row in SETTINGS}
    for key, value in settings.overrides.items():
        table, _, name = key.partition(".")
        tables[table][name] = value
    for table, entries in settings.foreign.items():
        tables.setdefault(table, {}).update(entries)
    lines: list[str] = []
    for table, entries in tables.items():
        written = [f"{name} = {text}" for name, value in entries.items() if (text := _toml(value))]
        if written:
            lines += [f"[{table}]", *written, ""]
    return "\n".join(lines)


def _toml(value: object) -> str:
    """Return a plain value as TOML writes it; "" for what is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        escaped = "".join(
            f"\\u{ord(char):04x}" if ord(char) < 32 or char in '"\\\x7f' else char for char in value
        )
        return f'"{escaped}"'
    return ""
