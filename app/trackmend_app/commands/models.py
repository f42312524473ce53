"""`trackmend model`: which models there are, and what is in one."""

from pathlib import Path

import typer

from trackmend_app.commands.console import print_facts, print_json
from trackmend_app.commands.loading import bundled_model_path, load_model
from trackmend_app.commands.store import open_project
from trackmend_core.errors import UserError


def run_model_list(project: Path | None, *, as_json: bool) -> None:
    """Print the bundled model and those of a project.

    Raises:
        UserError: the project cannot be opened.
    """
    rows: list[dict[str, object]] = []
    try:
        rows.append(_row("bundled", bundled_model_path(), origin="comes with Trackmend"))
    except UserError:
        rows.append({"name": "bundled", "path": None, "there": False, "origin": "missing"})
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
    path, model = load_model(path)
    parameters = sum(parameter.numel() for parameter in model.network.parameters())
    facts: dict[str, object] = {
        "name": model.name,
        "path": str(path),
        "bytes": path.stat().st_size,
        "arch": model.arch,
        "parameters": parameters,
        "reid_dim": model.reid_dim,
        "ltrb": model.ltrb,
        "num_classes": model.num_classes,
        "input_wh": model.input_wh,
        "metadata": dict(model.metadata),
        "ignored_keys": list(model.ignored_keys),
    }
    if as_json:
        print_json(facts)
        return
    width, height = model.input_wh or (0, 0)
    facts["input_wh"] = f"{width} x {height}" if width else "not said"
    facts["parameters"] = f"{parameters:,}"
    facts["ignored_keys"] = ", ".join(model.ignored_keys) or "none"
    del facts["metadata"]
    print_facts(facts | {f"  {key}": text for key, text in sorted(model.metadata.items())})


def _row(name: str, path: Path, *, origin: str) -> dict[str, object]:
    return {"name": name, "path": str(path), "there": path.is_file(), "origin": origin}
