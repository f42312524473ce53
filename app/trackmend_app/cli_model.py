"""The commands `trackmend model ...`: what model files hold, the shelf, and the two forms."""

from pathlib import Path
from typing import Annotated

import typer

model_app = typer.Typer(help="List, inspect, import and convert models.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]


@model_app.command("list")
def model_list(
    project: Annotated[
        Path | None, typer.Option(help="Also the models of this .trackmend file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the model that comes with Trackmend, imported ones and those of a project."""
    from trackmend_app.commands.models import run_model_list

    run_model_list(project, as_json=as_json)


@model_app.command("inspect")
def model_inspect(
    model: Annotated[
        Path | None,
        typer.Argument(metavar="MODEL", help="A model file; without it the bundled one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a model file holds: architecture, sizes, origin."""
    from trackmend_app.commands.models import run_model_inspect

    run_model_inspect(model, as_json=as_json)


@model_app.command("import")
def model_import(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="FairMOT's .pth, or a .safetensors.")
    ],
    name: Annotated[str | None, typer.Option(help="For people; else the file's own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check model files and put them on your shelf, where --model and the window find them."""
    from trackmend_app.commands.models import run_model_import

    run_model_import(files, name=name, as_json=as_json)


@model_app.command("convert")
def model_convert(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="A model file.")],
    target: Annotated[
        Path, typer.Argument(metavar="TO", help="Ends in .safetensors (ours) or .pth (FairMOT's).")
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace TO if it is there.")] = False,
    half: Annotated[
        bool, typer.Option("--half", help="Half the size, weights rounded; only .safetensors.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a model in the other form: FairMOT's own .pth, or our .safetensors. Nothing is lost."""
    from trackmend_app.commands.models import run_model_convert

    run_model_convert(source, target, overwrite=force, half=half, as_json=as_json)
