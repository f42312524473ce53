"""Frozen settings from plain values: unknown names and wrong types are named; no torch."""

import tomllib
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from trackmend_core.errors import UserError

SettingsT = TypeVar("SettingsT")
_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def build(kind: type[SettingsT], values: object, *, where: str) -> SettingsT:
    """Make a frozen dataclass from plain values, lists becoming tuples.

    Args:
        kind: the dataclass.
        values: a mapping of its fields.
        where: what it is, for messages.

    Raises:
        UserError: a name is unknown, a needed one is missing, or a value has the wrong form.
    """
    if not isinstance(values, Mapping):
        raise UserError(f"In {where}, a table is expected, not {values!r}.")
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - known)
    if unknown:
        raise UserError(
            f"In {where}, {', '.join(unknown)} is not a setting.",
            f"Settings are: {', '.join(sorted(known))}.",
        )
    plain = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    hints = get_type_hints(kind)
    for name, value in plain.items():
        if not _fits(value, hints[name]):
            raise UserError(f"In {where}, {name} must be {_in_words(hints[name])}, not {value!r}.")
    try:
        return kind(**plain)
    except TypeError as error:
        raise UserError(f"In {where}, something is missing or misplaced.", str(error)) from error


def override(values: MutableMapping[str, Any], assignments: Iterable[str]) -> None:  # Any: TOML
    """Change plain values in place by assignments such as `augment.flip=0` or `sources.0.share=2`.

    What follows the `=` is read as TOML, and as a text if it is not TOML.

    Raises:
        UserError: an assignment has no `=`, or leads to no table.
    """
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.strip():
            raise UserError(
                f"“{assignment}” assigns nothing.", "Write key=value, such as steps=10."
            )
        *path, last = name.strip().split(".")
        table: Any = values
        for word in path:
            table = _step_into(table, word, assignment=assignment)
        if isinstance(table, list):
            table[_position(table, last, assignment=assignment)] = _parse(text.strip())
        else:
            table[last] = _parse(text.strip())


def _step_into(table: Any, word: str, *, assignment: str) -> Any:  # Any: nested values of TOML
    if isinstance(table, list):
        inner = table[_position(table, word, assignment=assignment)]
    else:
        inner = table.setdefault(word, {})
    if not isinstance(inner, dict | list):
        raise UserError(f"“{assignment}” leads nowhere: {word} is not a table.")
    return inner


def _position(entries: list[Any], word: str, *, assignment: str) -> int:  # Any: values of TOML
    if not word.isdecimal() or int(word) >= len(entries):
        raise UserError(
            f"“{assignment}” leads nowhere: there is no entry {word}.",
            f"Entries are numbered from 0 to {len(entries) - 1}.",
        )
    return int(word)


def _parse(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _fits(value: object, hint: Any) -> bool:  # Any: what `get_type_hints` gives
    if get_origin(hint) is UnionType:
        return any(_fits(value, option) for option in get_args(hint))
    if get_origin(hint) is tuple:
        inner = get_args(hint)
        if not isinstance(value, tuple):
            return False
        if inner[-1] is Ellipsis:
            return all(_fits(entry, inner[0]) for entry in value)
        return len(value) == len(inner) and all(map(_fits, value, inner))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _in_words(hint: Any) -> str:  # Any: what `get_type_hints` gives
    if get_origin(hint) is UnionType:
        return " or ".join(_in_words(option) for option in get_args(hint) if option is not NoneType)
    if get_origin(hint) is tuple:
        inner = get_args(hint)
        if inner[-1] is Ellipsis:
            return f"a list, each entry {_in_words(inner[0])}"
        return f"a list of {len(inner)}, each {_in_words(inner[0])}"
    return _WORDS.get(hint, "a table")
