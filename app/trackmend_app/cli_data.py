"""The commands `trackmend data ...`: looking at training material before a run does."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

data_app = typer.Typer(help="Look at training material before a run does.")


class DataKind(StrEnum):
    """What form labelled images have."""

    AUTO = "auto"
    JDE = "jde"
    FAIRMOT = "fairmot"
    MOT = "mot"
    CROWDHUMAN = "crowdhuman"
    COCO = "coco"
    YOLO = "yolo"
    STREET = "street"
    PROJECT = "project"


class DataPart(StrEnum):
    """Which half of every sequence."""

    ALL = "all"
    FIRST_HALF = "first-half"
    SECOND_HALF = "second-half"


@data_app.callback()
def _data() -> None:
    pass


@data_app.command("check")
def data_check(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Folders, lists, json, odgt, projects; or a TOML."),
    ],
    kind: Annotated[DataKind, typer.Option(help="The form; told by what is there.")] = (
        DataKind.AUTO
    ),
    images: Annotated[
        Path | None, typer.Option(help="The folder that image names are relative to.")
    ] = None,
    part: Annotated[DataPart, typer.Option(help="Only a half of every sequence.")] = DataPart.ALL,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")] = False,
) -> None:
    """Count images, boxes and identities, and say what is wrong with them.

    Exit status 1 if training on one of them would be in vain: identities that do not last from
    frame to frame, empty lists, missing images, boxes of another form.
    """
    from trackmend_app.commands.data_check import run_data_check

    raise typer.Exit(
        run_data_check(paths, kind=kind.value, images=images, part=part.value, as_json=as_json)
    )
