"""`trackmend model`: which models there are, what is in one, import and conversion."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from trackmend_app.commands.console import print_error, print_facts, print_json, print_note
from trackmend_app.commands.loading import bundled_model_path, load_model
from trackmend_app.commands.store import open_project
from trackmend_app.models.model_facts import fact_texts, model_facts
from trackmend_app.user_models import import_model, user_models
from trackmend_core.errors import UserError

if TYPE_CHECKING:
    from trackmend_core.model import LoadedModel


def run_model_list(project: Path | None, *, as_json: bool) -> None:
    """Print the bundled model, the imported ones and those of a project.

    Raises:
        UserError: the project cannot be opened.
    """
    rows: list[dict[str, object]] = []
    try:
        rows.append(_row("bundled", bundled_model_path(), origin="comes with Trackmend"))
    except UserError:
        rows.append({"name": "bundled", "path": None, "there": False, "origin": "missing"})
    rows += [_row(entry.name, entry.path, origin="imported") for entry in user_models()]
    if project is not None:
        with open_project(project) as opened:
            rows += [_row(m.name, m.path, origin=project.name) for m in opened.models()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        state = "" if row["there"] else "  (the file is missing)"
        typer.echo(f"{row['name']}  {row['path'] or ''}{state}")


def run_model_inspect(path: Path | None, *, as_json: bool) -> None:
    """Print what a model file says and holds.

    Raises:
        UserError: the file is missing or no model.
    """
    found, model = load_model(path)
    if as_json:
        print_json(model_facts(found, model))
    else:
        _print_model(found, model)


def run_model_import(paths: Sequence[Path], *, name: str | None, as_json: bool) -> None:
    """Put model files on the user's shelf; one that fails is told, and the others go on.

    Raises:
        UserError: several files are to get one name, or a file is no model.
    """
    if name is not None and len(paths) > 1:
        raise UserError("Several models cannot have one name.", "Import them one after the other.")
    rows: list[dict[str, object]] = []
    failed: list[UserError] = []
    for path in paths:
        try:
            rows.append(_import_one(path, name=name, as_json=as_json))
        except UserError as error:
            if len(paths) == 1:
                raise
            print_error(error)
            failed.append(error)
    if as_json:
        print_json(rows)
    if failed:
        raise UserError(f"{len(failed)} of {len(paths)} files could not be imported.")


def _import_one(path: Path, *, name: str | None, as_json: bool) -> dict[str, object]:
    imported = import_model(path, name=name)
    entry = imported.entry
    added: dict[str, object] = {
        "name": entry.name,
        "imported_from": str(path),
        "new": not imported.was_there,
    }
    state = "is on the shelf already as" if imported.was_there else "is now on the shelf as"
    print_note(f"{path.name} {state} “{entry.name}”: trackmend track VIDEO --model '{entry.name}'")
    if not as_json:
        _print_model(entry.path, imported.model, **added)
    return model_facts(entry.path, imported.model) | added


def run_model_convert(
    source: Path, target: Path, *, overwrite: bool, half: bool, as_json: bool
) -> None:
    """Write a model in the form that the target's ending names.

    Raises:
        UserError: the source is no complete model, or the target cannot be written.
    """
    from trackmend_core.model import convert_model

    source, target = source.expanduser().absolute(), target.expanduser().absolute()
    model = convert_model(source, target, overwrite=overwrite, half=half)
    if as_json:
        print_json(model_facts(target, model))
        return
    print_note(f"{source.name} was written as {target}")
    _print_model(target, model)


def _print_model(path: Path, model: "LoadedModel", **changed: object) -> None:
    print_facts({**fact_texts(path, model), **changed})


def _row(name: str, path: Path, *, origin: str) -> dict[str, object]:
    return {"name": name, "path": str(path), "there": path.is_file(), "origin": origin}
