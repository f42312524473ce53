"""Keys of actions: the defaults, a preset over them, a person's own over both; no widgets.

A key that is given to an action on purpose is taken away from the action that has it by default,
so that a preset need not know every action there is.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import platformdirs
from PySide6.QtGui import QKeySequence

from trackmend_app.actions import ActionRow
from trackmend_core.errors import UserError
from trackmend_resources import resource_path

Keys = Mapping[str, tuple[str, ...]]

DEFAULT_PRESET: Final = "default"
PRESETS: Final = (DEFAULT_PRESET, "sleap", "cvat", "dive")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChoice:
    """What a person chose: a preset, and keys of single actions that differ from it."""

    preset: str = DEFAULT_PRESET
    own: Keys = field(default_factory=dict)


def normal(key: str) -> str:
    """Return a key as Qt writes it, so that "ctrl+x" and "Ctrl+X" are the same; "" for none."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def preset_title(name: str) -> str:
    """Return the name of a preset as people read it."""
    return "Trackmend" if name == DEFAULT_PRESET else str(_read(name)["title"])


def preset_keys(name: str) -> dict[str, tuple[str, ...]]:
    """Return the keys that a preset sets; those it does not name stay as usual.

    Raises:
        ValueError: there is no such preset.
    """
    if name not in PRESETS:
        raise ValueError(f"no preset is called {name!r}")
    return {} if name == DEFAULT_PRESET else _key_table(_read(name))


def resolved(rows: Iterable[ActionRow], choice: KeyChoice) -> dict[str, tuple[str, ...]]:
    """Return the keys of every action."""
    keys = {row.action_id: tuple(map(normal, row.keys)) for row in rows}
    for layer in (preset_keys(choice.preset), choice.own):
        given = {
            action_id: tuple(normal(key) for key in wanted)
            for action_id, wanted in layer.items()
            if action_id in keys
        }
        taken = {key for wanted in given.values() for key in wanted}
        for action_id, before in keys.items():
            keys[action_id] = given.get(action_id, tuple(key for key in before if key not in taken))
    return keys


def owners(keys: Keys, key: str, *, but: str = "") -> list[str]:
    """Return the actions that have a key."""
    wanted = normal(key)
    return [action_id for action_id, mine in keys.items() if action_id != but and wanted in mine]


def conflicts(keys: Keys) -> dict[str, list[str]]:
    """Return the keys that more than one action has, with those actions."""
    every = {key for mine in keys.values() for key in mine}
    shared = {key: owners(keys, key) for key in sorted(every)}
    return {key: mine for key, mine in shared.items() if len(mine) > 1}


def keys_file() -> Path:
    """Return where a person's keys are kept."""
    return Path(platformdirs.user_config_dir("trackmend", appauthor=False)) / "keys.toml"


def load_choice(path: Path) -> KeyChoice:
    """Read a person's keys; a file that is not there, or not to be read, means the defaults."""
    stored = _stored(path)
    if stored is None:
        return KeyChoice()
    preset = stored.get("preset")
    return KeyChoice(preset=preset if preset in PRESETS else DEFAULT_PRESET, own=_key_table(stored))


def _stored(path: Path) -> dict[str, object] | None:
    """Return what a file holds, None if it is not there or cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None


def save_choice(path: Path, choice: KeyChoice) -> None:
    """Write a person's keys, whole or not at all; a file that cannot be read is put aside first.

    Raises:
        UserError: the file cannot be written.
    """
    lines = [f'preset = "{choice.preset}"', "", "[keys]"]
    for action_id, keys in sorted(choice.own.items()):
        lines.append(f"{action_id} = [{', '.join(_quoted(key) for key in keys)}]")
    partial = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and _stored(path) is None:
            path.replace(path.with_name("keys-unreadable.toml"))
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise UserError(
            f"The keys cannot be kept: {error.strerror or error}.",
            f"Check the rights of {path.parent}.",
        ) from error


def _read(name: str) -> dict[str, object]:
    text = resource_path("keymaps", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _key_table(stored: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    table = stored.get("keys")
    if not isinstance(table, dict):
        return {}
    return {
        str(action_id): tuple(key for key in keys if isinstance(key, str))
        for action_id, keys in table.items()
        if isinstance(keys, Sequence) and not isinstance(keys, str)
    }


def _quoted(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
