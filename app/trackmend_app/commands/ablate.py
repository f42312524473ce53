"""`trackmend ablate`: a table of FairMOT's paper on given data, beside the paper's figures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from trackmend_app.commands.console import print_json, print_note
from trackmend_app.commands.train import run_training
from trackmend_core.errors import UserError

UNKNOWN = "?"
HEADS = {
    "mota": "MOTA",
    "idf1": "IDF1",
    "hota": "HOTA",
    "id_switches": "switches",
    "ap": "AP",
    "tpr_at_far_0.1": "TPR@FAR=0.1",
}
IN_THE_PAPER = ("mota", "idf1", "id_switches")
"""What the paper's tables have as well; shown in brackets where it is known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AblateRequest:
    """What was asked for; see `trackmend ablate --help`."""

    table: str
    data: tuple[Path, ...]
    judge_by: tuple[Path, ...]
    out: Path
    config: Path | None
    weights: tuple[str, ...]
    steps: int | None
    changes: tuple[str, ...]
    score_threshold: float
    as_json: bool


def run_ablate(request: AblateRequest) -> None:
    """Train and judge every row in the training process, and print the table.

    Raises:
        UserError: there is no such table, or data or configuration cannot be used.
    """
    finished = run_training(ablate_arguments(request), as_json=False, says_path=False)
    try:
        report = json.loads(Path(finished.path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"The report {finished.path} cannot be read.", str(error)) from error
    if request.as_json:
        print_json(report)
    else:
        _print_report(report)
        print_note(f"All of it is in {finished.path}.")


def ablate_arguments(request: AblateRequest) -> list[str]:
    """Return the training process's arguments."""
    changes = list(request.changes)
    if request.steps is not None:
        changes += [f"steps={request.steps}", "epochs=0.0"]
    options: list[tuple[str, Sequence[object]]] = [
        ("--judge", request.judge_by),
        ("--weights", request.weights),
        ("--set", changes),
        ("--config", () if request.config is None else (request.config,)),
        ("--out", (request.out.expanduser().absolute(),)),
        ("--score-threshold", (request.score_threshold,)),
    ]
    words = [str(word) for name, values in options for value in values for word in (name, value)]
    return ["ablate", request.table, *map(str, request.data), *words]


def _print_report(report: Mapping[str, Any]) -> None:  # Any: JSON
    rows = report["rows"]
    shown = [name for name in HEADS if any(name in row["here"] for row in rows)]
    typer.echo(f"Table {report['paper_table']}: {report['title']}")
    typer.echo(f"| row | {' | '.join(_head(name) for name in shown)} | begun from | steps |")
    typer.echo(f"|{'---|' * (len(shown) + 3)}")
    for row in rows:
        cells = [_cell(row, name) for name in shown]
        last = (row["begun_from"], str(row["steps"]))
        typer.echo(f"| {' | '.join([row['name'], *cells, *last])} |")
    data = report["data"]
    config = report["config"]
    typer.echo(
        f"Learnt from {', '.join(data['learnt_from']) or 'the sources of the configuration'}; "
        f"judged by {', '.join(data['judged_by'])}; {config['crop_wh'][0]}x{config['crop_wh'][1]}, "
        f"batches of {config['batch_size']}, on {report['device'].upper()}."
    )
    typer.echo(
        f"In brackets the paper's figures ({report['paper_data']}), from the "
        f"{report['paper_source']}; {UNKNOWN}: not known here. They are of other data: compare "
        "differences between rows, not the figures themselves."
    )


def _head(name: str) -> str:
    return f"{HEADS[name]} (paper)" if name in IN_THE_PAPER else HEADS[name]


def _cell(row: Mapping[str, Any], name: str) -> str:  # Any: JSON
    here = _text(name, row["here"].get(name))
    if name not in IN_THE_PAPER:
        return here
    known = row["paper"].get(name)
    return f"{here} ({UNKNOWN if known is None else _text(name, known)})"


def _text(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if name == "id_switches" else f"{100 * value:.1f}"
