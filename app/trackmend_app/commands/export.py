"""`trackmend export`: the corrected tracks of a project as text files."""

from pathlib import Path

import typer

from trackmend_app.commands.console import drive, print_json, print_note
from trackmend_app.commands.options import ExportFormat
from trackmend_app.commands.store import open_project
from trackmend_core.exchange import MotKind
from trackmend_core.jobs import export_project


def run_export(project: Path, out: Path, *, export_format: ExportFormat, as_json: bool) -> None:
    """Export and print what was written.

    Raises:
        UserError: there is nothing to export, or it cannot be written.
    """
    kind = MotKind.GROUND_TRUTH if export_format is ExportFormat.MOT_GT else MotKind.RESULT
    with open_project(project) as opened:
        job = export_project(opened, out.expanduser(), kind=kind)
        videos = drive(job, title="Export")
    for video in videos:
        if video.path is None:
            print_note(f"{video.name} has no tracks yet and was left out.")
        elif not as_json:
            typer.echo(f"{video.path}  {video.box_count} boxes")
    if as_json:
        print_json(
            [
                {
                    "video": video.name,
                    "out": None if video.path is None else str(video.path),
                    "boxes": video.box_count,
                }
                for video in videos
            ]
        )
