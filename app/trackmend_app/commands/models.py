"""`trackmend model`: which models there are, what is in one, import and conversion."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from trackmend_app.commands.console import print_error, print_facts, print_json, print_note
from trackmend_app.commands.loading import bundled_model_path, load_model
from trackmend_app.commands.store import open_project
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
    facts = _facts(found, model)
    if as_json:
        print_json(facts)
    else:
        _print_model(facts, model)


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
    facts = _facts(entry.path, imported.model) | {
        "name": entry.name,
        "imported_from": str(path),
        "new": not imported.was_there,
    }
    state = "is on the shelf already as" if imported.was_there else "is now on the shelf as"
    print_note(f"{path.name} {state} “{entry.name}”: trackmend track VIDEO --model '{entry.name}'")
    if not as_json:
        _print_model(facts, imported.model)
    return facts


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
    facts = _facts(target, model)
    if as_json:
        print_json(facts)
        return
    print_note(f"{source.name} was written as {target}")
    _print_model(facts, model)


def _facts(path: Path, model: "LoadedModel") -> dict[str, object]:
    return {
        "name": model.name,
        "path": str(path),
        "bytes": path.stat().st_size,
        "arch": model.arch,
        "parameters": sum(parameter.numel() for parameter in model.network.parameters()),
        "reid_dim": model.reid_dim,
        "ltrb": model.ltrb,
        "num_classes": model.num_classes,
        "input_wh": model.input_wh,
        "sampler": model.metadata.get("sampler", "centre"),
        "metadata": dict(model.metadata),
        "ignored_keys": list(model.ignored_keys),
    }


def _print_model(facts: dict[str, object], model: "LoadedModel") -> None:
    from trackmend_core.model.weights_file import printable

    width, height = model.input_wh or (0, 0)
    shown = {
        **facts,
        "input_wh": f"{width} x {height}" if width else "not said",
        "parameters": f"{facts['parameters']:,}",
        "ignored_keys": ", ".join(model.ignored_keys) or "none",
    }
    del shown["metadata"]
    texts = sorted(model.metadata.items())
    print_facts(shown | {f"  {printable(key)}": printable(text) for key, text in texts})


def _row(name: str, path: Path, *, origin: str) -> dict[str, object]:
    return {"name": name, "path": str(path), "there": path.is_file(), "origin": origin}
