"""The user's own shelf of models: files in the data folder, found by name; no Qt, no torch to list.

Importing reads a file completely, so what stands on the shelf is known to fit. It is written anew
in our format; the file that was imported stays as it is and is not needed any more.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from safetensors import SafetensorError, safe_open

from trackmend_core.errors import UserError

if TYPE_CHECKING:
    from trackmend_core.model import LoadedModel

SUFFIX = ".safetensors"
MODEL_SUFFIXES = (SUFFIX, ".pth", ".pt")
SOURCE_HASH = "imported_sha256"
SOURCE_NAME = "imported_from"
LONGEST_FILE_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class UserModel:
    """One model on the shelf.

    Attributes:
        name: for people; from the file.
        arch: what kind of network it is.
    """

    name: str
    path: Path
    arch: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ImportedModel:
    """What an import gave.

    Attributes:
        entry: on the shelf.
        model: as it was read.
        was_there: the very same file had been imported before.
    """

    entry: UserModel
    model: "LoadedModel"
    was_there: bool


def user_models_folder() -> Path:
    """Return the shelf's folder, which need not be there yet."""
    return Path(platformdirs.user_data_dir("trackmend", appauthor=False)) / "models"


def is_model_file(path: Path) -> bool:
    """Tell by its name whether a file is meant to be a model."""
    return path.suffix.lower() in MODEL_SUFFIXES


def user_models() -> list[UserModel]:
    """Return what is on the shelf, by name; files that are no models are passed over."""
    folder = user_models_folder()
    try:
        paths = sorted(folder.glob(f"*{SUFFIX}"))
    except OSError:
        return []
    found = []
    for path in paths:
        texts = _texts(path)
        if texts is not None:
            name = _one_line(texts.get("name", "")) or path.stem
            found.append(UserModel(name=name, path=path, arch=_one_line(texts.get("arch", ""))))
    return sorted(found, key=lambda entry: (entry.name.casefold(), entry.path))


def import_model(source: Path, *, name: str | None = None) -> ImportedModel:
    """Check a model file and put it on the shelf.

    Args:
        source: any model that `load_checkpoint` reads.
        name: for people; without it the file's own.

    Raises:
        UserError: the file is no complete model, or the shelf cannot be written.
    """
    from trackmend_core.model import load_checkpoint

    source = source.expanduser().absolute()
    model = load_checkpoint(source)
    digest = _digest(source)
    shelf = user_models()
    for entry in shelf:
        same = entry.path == source or (_texts(entry.path) or {}).get(SOURCE_HASH) == digest
        if same and name in (None, entry.name):
            return ImportedModel(entry=entry, model=model, was_there=True)
    wanted = _one_line(name or model.name) or source.stem
    taken = {entry.name for entry in shelf}
    title = next(one for one in _numbered(wanted) if one not in taken)
    path = _free_path(title)
    _save(path, model, title=title, source=source, digest=digest)
    return ImportedModel(
        entry=UserModel(name=title, path=path, arch=model.arch), model=model, was_there=False
    )


def find_user_model(name: str) -> Path | None:
    """Return the file of a model on the shelf by its name, whatever the case."""
    for entry in user_models():
        if name.casefold() in (entry.name.casefold(), entry.path.stem.casefold()):
            return entry.path
    return None


def _save(path: Path, model: "LoadedModel", *, title: str, source: Path, digest: str) -> None:
    from trackmend_core.model import save_model

    save_model(
        path,
        model,
        metadata={
            **model.metadata,
            "name": title,
            SOURCE_NAME: _one_line(source.name),
            SOURCE_HASH: digest,
        },
    )


def _texts(path: Path) -> dict[str, str] | None:
    """Return what a file of our format says about itself, None if it cannot be read."""
    try:
        with safe_open(path, framework="numpy") as file:
            return dict(file.metadata() or {})
    except (OSError, SafetensorError):
        return None


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise UserError(f"The model file “{path}” cannot be read: {reason}.") from error


def _numbered(wanted: str) -> Iterator[str]:
    yield wanted
    yield from (f"{wanted} {number}" for number in count(2))


def _free_path(title: str) -> Path:
    stem = re.sub(r"[^\w.-]+", "-", title).strip("-.")[:LONGEST_FILE_NAME] or "model"
    folder = user_models_folder()
    return next(
        path
        for one in _numbered(stem)
        if not (path := folder / f"{one.replace(' ', '-')}{SUFFIX}").exists()
    )


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()
